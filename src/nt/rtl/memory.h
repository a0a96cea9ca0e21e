// The memory and length functions that drivers import by their C names, in assembly (memory.S), and
// the rule by which a fault inside them unwinds.
//
// Drivers call them inside __try, so a fault must reach the driver's handler. Everything between
// ksbox_crt_memory_begin and ksbox_crt_memory_end is a leaf: it never moves rsp, so the return
// address is at [rsp]; it saves rdi in r10 and rsi in r11 before it touches memory and changes no
// other non-volatile register. The dispatcher therefore unwinds such a frame by
//     rdi = r10, rsi = r11, rip = [rsp], rsp += 8
// and goes on with the driver's frame as if the instruction at the call had faulted.
#pragma once

#include "abi/windows.h"

extern "C" {

extern const char ksbox_crt_memory_begin[];
extern const char ksbox_crt_memory_end[];

/// Both take overlapping blocks, as ntoskrnl's do. Return Destination. Any IRQL.
void *NTAPI ksbox_crt_memcpy(void *Destination, const void *Source, SIZE_T Length);
void *NTAPI ksbox_crt_memmove(void *Destination, const void *Source, SIZE_T Length);
void *NTAPI ksbox_crt_memset(void *Destination, int Value, SIZE_T Length);
/// Below, equal to or above zero, by unsigned bytes.
int NTAPI ksbox_crt_memcmp(const void *Left, const void *Right, SIZE_T Length);
SIZE_T NTAPI ksbox_crt_strlen(const char *Text);
SIZE_T NTAPI ksbox_crt_wcslen(const WCHAR *Text);

/// How many bytes are equal before the first difference. @doc NF:wdm.RtlCompareMemory
SIZE_T NTAPI ksbox_rtl_compare_memory(const void *Left, const void *Right, SIZE_T Length);
void NTAPI ksbox_rtl_fill_memory(void *Destination, SIZE_T Length, int Value);
void NTAPI ksbox_rtl_zero_memory(void *Destination, SIZE_T Length);
}

namespace ksbox::rtl {

/// Whether a fault at this address happened in one of the functions above.
inline bool in_memory_function(const void *instruction) {
    return instruction >= ksbox_crt_memory_begin && instruction < ksbox_crt_memory_end;
}

} // namespace ksbox::rtl
