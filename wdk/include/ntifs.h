// Found before mingw-w64's ntifs.h, for the additions of wdm.h.
#ifndef KSBOX_WDK_NTIFS_H
#define KSBOX_WDK_NTIFS_H

#include <driverspecs.h>
#include <ksbox/code_placement.h>

#include_next <ntifs.h>

#include <ntddk.h>

#endif
