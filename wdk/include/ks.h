// Found before mingw-w64's ks.h: the same, plus what the current WDK adds.
#ifndef KSBOX_WDK_KS_H
#define KSBOX_WDK_KS_H

#include_next <ks.h>

#include <ksbox/ks_create.h>
#include <ksbox/ks_device_calls.h>
#include <ksbox/ks_stream_metadata.h>

#endif
