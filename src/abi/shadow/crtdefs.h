// Stands in for the C runtime's crtdefs.h: the host's own C library is the C runtime here.
#ifndef KSBOX_SHADOW_CRTDEFS_H
#define KSBOX_SHADOW_CRTDEFS_H

#include <_mingw.h>
#include <stdarg.h>
#include <stddef.h>

#define _CRT_PACKING 8

#endif
