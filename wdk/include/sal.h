// Found before mingw-w64's sal.h: adds the annotations of the current SAL that it lacks.
#ifndef KSBOX_WDK_SAL_H
#define KSBOX_WDK_SAL_H

#include_next <sal.h>

#include <ksbox/annotations.h>

#endif
