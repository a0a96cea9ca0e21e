// Found before mingw-w64's portcls.h: the same, plus what the current WDK has.
#ifndef KSBOX_WDK_PORTCLS_H
#define KSBOX_WDK_PORTCLS_H

#include <unknown.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include_next <portcls.h>

#include <ksbox/interface_ids.h>

// mingw-w64 has it for old systems only; an adapter may still ask for it.
#if (NTDDI_VERSION >= NTDDI_LONGHORN)
DEFINE_GUID(IID_IDmaChannelSlave, 0x22C6AC62L, 0x851B, 0x11D0, 0x9A, 0x7F, 0x00, 0xAA, 0x00, 0x38,
            0xAC, 0xFE);
#endif

#include <ksbox/portcls_current.h>

#endif
