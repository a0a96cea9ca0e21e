// Found before mingw-w64's kcom.h, which needs IUnknown declared first.
#ifndef KSBOX_WDK_KCOM_H
#define KSBOX_WDK_KCOM_H

#include <unknown.h>

#include_next <kcom.h>

#endif
