// Found before mingw-w64's driverspecs.h: adds the driver annotations that it lacks.
#ifndef KSBOX_WDK_DRIVERSPECS_H
#define KSBOX_WDK_DRIVERSPECS_H

#include_next <driverspecs.h>

#include <ksbox/driver_annotations.h>

#endif
