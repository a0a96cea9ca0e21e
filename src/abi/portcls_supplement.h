// PortCls declarations that mingw-w64 lacks. Included by windows.h behind portcls.h and dmusicks.h.
#pragma once

#include "wdk/include/ksbox/drm.h"
#include "wdk/include/ksbox/portcls_current.h"
#include "wdk/include/ksbox/portcls_dmus.h"
