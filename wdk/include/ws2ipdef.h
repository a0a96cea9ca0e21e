// Those of the Internet protocols. Replaces mingw-w64's ws2ipdef.h, which is for programs.
#ifndef _WS2IPDEF_
#define _WS2IPDEF_

#include <ws2def.h>

#endif
