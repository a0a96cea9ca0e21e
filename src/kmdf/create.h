// How every WdfXxxCreate goes: attributes checked, object made, handle given out.
#pragma once

#include <memory>
#include <utility>

#include "kmdf/attributes.h"
#include "kmdf/framework.h"
#include "kmdf/violation.h"

namespace ksbox::kmdf {

/// The driver object, below which things are that name no parent. Bug check before WdfDriverCreate.
Object &root_of(Client &client, const char *function);

struct Creation {
    Client &client;
    const char *function;
    const void *caller; ///< in the driver
    const WDF_OBJECT_ATTRIBUTES *attributes;
    Object *parent = nullptr; ///< in: the default one; out: the one
};

/// Starts a creation. `result`, the location of the handle, must be there and becomes null.
inline Creation begin_creation(Globals globals, const char *function, const void *caller,
                               const WDF_OBJECT_ATTRIBUTES *attributes, void *result) {
    require_parameter(result, function, "location for the handle");
    *static_cast<void **>(result) = nullptr;
    Client &client = Framework::current().client_of(globals, function);
    return {client, function, caller, attributes, &root_of(client, function)};
}

/// Checks what the driver asked for.
inline NTSTATUS check(Creation &creation, const AttributeRules &rules) {
    return check_attributes(creation.attributes, rules, creation.function, creation.parent);
}

/// Makes a T where it will be. What may fail is done with it before give_out(): the driver's
/// callbacks do not belong to it yet, and its destructor undoes the rest.
template <typename T, typename... Arguments>
std::unique_ptr<T> make(const Creation &creation, Arguments &&...arguments) {
    auto object = std::make_unique<T>(creation.client, std::forward<Arguments>(arguments)...);
    object->place(creation.parent, creation.attributes);
    return object;
}

/// Gives the object its handle, and that to the driver.
template <typename H>
NTSTATUS give_out(const Creation &creation, std::unique_ptr<Object> object, H *handle) {
    WDFOBJECT given = nullptr;
    const NTSTATUS status = Framework::current().install(std::move(object), creation.attributes,
                                                         creation.caller, &given);
    if (NT_SUCCESS(status))
        *handle = static_cast<H>(given);
    return status;
}

template <typename T, typename H, typename... Arguments>
NTSTATUS finish_creation(const Creation &creation, H *handle, Arguments &&...arguments) {
    return give_out(creation, make<T>(creation, std::forward<Arguments>(arguments)...), handle);
}

} // namespace ksbox::kmdf
