// Stands in for the C runtime's corecrt.h; see crtdefs.h.
#include <crtdefs.h>
