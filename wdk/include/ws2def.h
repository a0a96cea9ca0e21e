// Sockets' definitions in kernel mode. Replaces mingw-w64's ws2def.h, which has next to nothing.
#ifndef _WS2DEF_
#define _WS2DEF_

#include <ksbox/winsock.h>

#include <ksbox/winsock_options.h>

#endif
