// Stands in for the C runtime's vadefs.h; see crtdefs.h.
#include <crtdefs.h>
