// KMDF's functions for miniport drivers; wdf.h has them too.
#include <wdf.h>
