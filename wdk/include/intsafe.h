// mingw-w64's intsafe.h pulls in windows.h; in a driver, ntintsafe.h has the same checks under
// their Rtl names.
#include <ntintsafe.h>
