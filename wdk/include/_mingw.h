// Found before mingw-w64's _mingw.h, which every Windows header includes first: the place where
// the compiler is made to look like Microsoft's, before any declaration is read.
#ifndef KSBOX_WDK_MINGW_H
#define KSBOX_WDK_MINGW_H

#include <ksbox/compiler.h>

#include_next <_mingw.h>

#endif
