// Interlocked singly linked lists, under names of our own: the headers declare these exports with
// the host's calling convention.
#pragma once

#include "abi/windows.h"

extern "C" {
VOID NTAPI ksbox_InitializeSListHead(PSLIST_HEADER SListHead);
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead);
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead,
                                                      PSLIST_ENTRY ListEntry);
PSLIST_ENTRY NTAPI ksbox_ExpInterlockedFlushSList(PSLIST_HEADER ListHead);
USHORT NTAPI ksbox_ExQueryDepthSList(PSLIST_HEADER SListHead);
}
