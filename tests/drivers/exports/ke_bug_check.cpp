// Stopping the system.
#include "support/case.h"

EXPORT_CASE_STOPS(KeBugCheckEx, 0xE2) {
    KeBugCheckEx(0xE2, 1, 2, 3, 4);
}
