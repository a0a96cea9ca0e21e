// Found before mingw-w64's ntddk.h, for the additions of wdm.h.
#ifndef KSBOX_WDK_NTDDK_H
#define KSBOX_WDK_NTDDK_H

#include <driverspecs.h>
#include <ksbox/code_placement.h>

#include_next <ntddk.h>

#include <wdm.h>

#endif
