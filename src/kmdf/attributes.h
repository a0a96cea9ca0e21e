// What a driver asks for when it creates an object, checked.
// @doc NS:wdfobject._WDF_OBJECT_ATTRIBUTES, wdf/framework-object-creation-errors
#pragma once

#include <cstdint>

#include "kmdf/object.h"

namespace ksbox::kmdf {

/// What a type of object lets its creator choose.
struct AttributeRules {
    enum class Parent : std::uint8_t { optional, required, forbidden };
    Parent parent = Parent::optional;
    bool level = false; ///< an execution level
    bool scope = false; ///< a synchronization scope
};

/// The status of the attributes; `parent` becomes the one they name, else stays. Bug check for a
/// parent that is no handle.
NTSTATUS check_attributes(const WDF_OBJECT_ATTRIBUTES *attributes, const AttributeRules &rules,
                          const char *function, Object *&parent);

} // namespace ksbox::kmdf
