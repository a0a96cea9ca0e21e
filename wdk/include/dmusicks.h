// Found before mingw-w64's dmusicks.h: the same, plus what it lacks.
#ifndef KSBOX_WDK_DMUSICKS_H
#define KSBOX_WDK_DMUSICKS_H

#include <portcls.h>

#include <dmusprop.h>

#include_next <dmusicks.h>

#include <ksbox/dmusic_events.h>
#include <ksbox/dmusic_ids.h>

#ifdef __cplusplus
#include <ksbox/portcls_dmus.h>
#endif

#endif
