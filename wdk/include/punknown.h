// The WDK's second name for unknown.h.
#ifndef KSBOX_WDK_PUNKNOWN_H
#define KSBOX_WDK_PUNKNOWN_H

#include <unknown.h>

#endif
