// Tells the class driver's own functions from a driver's.
#include "ks/internal_code.h"

#include "nt/kernel.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {

bool is_own_code(const void *function) {
    // Driver images lie in the box's system window; this program never does.
    return !current_kernel().memory().is_system(function);
}

} // namespace ksbox::ks
