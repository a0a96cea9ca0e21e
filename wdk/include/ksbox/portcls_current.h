// What the current portcls.h, dmusicks.h and drmk.h declare beside mingw-w64's. Included after
// portcls.h, by drivers and by host code alike.
#ifndef KSBOX_WDK_PORTCLS_CURRENT_H
#define KSBOX_WDK_PORTCLS_CURRENT_H

#include "portcls_automation.h"
#include "portcls_functions.h"
#ifdef __cplusplus
#include "portcls_engine.h"
#include "portcls_helpers.h"
#include "portcls_implement.h"
#include "portcls_pnp.h"
#include "portcls_power.h"
#include "portcls_wavert.h"
#endif

#endif
