// Tables that drivers and the class driver itself both fill (create items, dispatch tables,
// automation tables) hold either's functions. This calls them, through the seam when a driver's.
#pragma once

#include "nt/call_driver.h"

namespace ksbox::ks {

/// Whether the address lies in this program's own code.
bool is_own_code(const void *function);

template <typename R, typename... P, typename... A>
R call_code(const char *callback, const void *object, R(NTAPI *function)(P...), A... arguments) {
    if (is_own_code(reinterpret_cast<const void *>(function)))
        return function(static_cast<P>(arguments)...);
    return call_driver(callback, object, function, arguments...);
}

} // namespace ksbox::ks
