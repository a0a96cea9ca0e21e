// The one seam by which the runtime enters driver code: it records who is called, at what IRQL and
// when, checks that the IRQL comes back as it was, and is where checkers and tracing attach.
#pragma once

#include <cstdint>
#include <type_traits>

#include "abi/windows.h"

namespace ksbox {

/// One call into a driver in flight on a box thread; linked from the innermost outwards.
struct DriverCall {
    const char *callback; ///< "DriverEntry", "KSPIN_DISPATCH.Process" …
    const void *target;   ///< the driver's function
    const void *object;   ///< the IRP, pin, filter … it is about; may be null
    KIRQL irql;           ///< at entry
    std::uint64_t entered_100ns;
    DriverCall *outer;
};

/// Enter and leave: the bookkeeping around the call. leave_driver() bug checks
/// (IRQL_UNEXPECTED_VALUE) when the driver returns at another IRQL than it was called at.
void enter_driver(DriverCall &call) noexcept;
void leave_driver(DriverCall &call, std::uint64_t result) noexcept;

/// Calls `function` in the driver. `callback` is a string literal that names the documented
/// callback; `object` is what it is about, for reports. Highest IRQL: the callback's own.
template <typename R, typename... Parameters, typename... Arguments>
R call_driver(const char *callback, const void *object, R(NTAPI *function)(Parameters...),
              Arguments... arguments) {
    DriverCall call{callback, reinterpret_cast<const void *>(function), object, 0, 0, nullptr};
    enter_driver(call);
    if constexpr (std::is_void_v<R>) {
        function(static_cast<Parameters>(arguments)...);
        leave_driver(call, 0);
    } else {
        R result = function(static_cast<Parameters>(arguments)...);
        leave_driver(call, (std::uint64_t)result);
        return result;
    }
}

/// call_driver() for a callback whose contract is to change the IRQL (a cancel routine, a queue's
/// lock routines): it returns at `after`, or at any IRQL when that is null.
template <typename R, typename... Parameters, typename... Arguments>
R call_driver_changing_irql(const char *callback, const void *object, const KIRQL *after,
                            R(NTAPI *function)(Parameters...), Arguments... arguments) {
    DriverCall call{callback, reinterpret_cast<const void *>(function), object, 0, 0, nullptr};
    enter_driver(call);
    if constexpr (std::is_void_v<R>) {
        function(static_cast<Parameters>(arguments)...);
        call.irql = after ? *after : KeGetCurrentIrql();
        leave_driver(call, 0);
    } else {
        R result = function(static_cast<Parameters>(arguments)...);
        call.irql = after ? *after : KeGetCurrentIrql();
        leave_driver(call, (std::uint64_t)result);
        return result;
    }
}

} // namespace ksbox
