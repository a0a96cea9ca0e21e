// call_driver() for the methods of COM interfaces that drivers implement (miniports, streams,
// sinks).
#pragma once

#include <cstdint>
#include <cstring>

#include "nt/call_driver.h"

namespace ksbox {

/// Calls a method of the driver's object through its table:
/// `call_method("IMiniport.GetDescription", miniport, &IMiniport::GetDescription, &descriptor)`.
/// `name` is a string literal. Highest IRQL: the method's own.
template <typename R, typename Interface, typename Object, typename... Parameters,
          typename... Arguments>
R call_method(const char *name, Object *object, R (NTAPI Interface::*method)(Parameters...),
              Arguments... arguments) {
    // A pointer to a virtual member is one more than the offset of its slot in the table (Itanium
    // C++ ABI, which host code is compiled for); the table itself is Microsoft's.
    struct {
        std::uintptr_t slot_plus_one;
        std::ptrdiff_t adjustment;
    } place{};
    static_assert(sizeof place == sizeof method);
    std::memcpy(&place, &method, sizeof place);
    auto *self = static_cast<Interface *>(object);
    const char *table = *reinterpret_cast<const char *const *>(self);
    using Method = R(NTAPI *)(Interface *, Parameters...);
    const auto code = *reinterpret_cast<const Method *>(table + place.slot_plus_one - 1);
    return call_driver(name, object, code, self, static_cast<Parameters>(arguments)...);
}

} // namespace ksbox
