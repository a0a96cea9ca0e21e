// Found before mingw-w64's ksproxy.h, which needs IUnknown declared first.
#ifndef KSBOX_WDK_KSPROXY_H
#define KSBOX_WDK_KSPROXY_H

#include <unknown.h>

#include_next <ksproxy.h>

#endif
