// The interface and class identifiers of PortCls and of kernel COM, defined.
#define PUT_GUIDS_HERE
#include <dmusicks.h>
#include <initguid.h>
#include <portcls.h>
