// The types as drivers meet them: POBJECT_TYPE values and the exported variables that hold them.
#include <algorithm>
#include <array>
#include <string_view>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/ob/object_manager.h"

namespace ksbox::ob {

namespace {

/// What a POBJECT_TYPE points at. Opaque to drivers, equal in every box, never written.
struct TypeObject {
    std::u16string_view name;
};

constexpr std::array<TypeObject, object_type_count> type_objects{{
    {u"Directory"},
    {u"SymbolicLink"},
    {u"Event"},
    {u"Semaphore"},
    {u"Mutant"},
    {u"Timer"},
    {u"Thread"},
    {u"Process"},
    {u"File"},
    {u"Device"},
    {u"Driver"},
    {u"Key"},
    {u"Section"},
    {u"Callback"},
    {u"Adapter"},
}};

POBJECT_TYPE pointer(ObjectType type) {
    return reinterpret_cast<POBJECT_TYPE>(
        const_cast<TypeObject *>(&type_objects[std::size_t(type)]));
}

/// The variables that drivers import: `*IoFileObjectType` is the POBJECT_TYPE.
const std::array<POBJECT_TYPE, object_type_count> &type_variables() {
    static const auto variables = [] {
        std::array<POBJECT_TYPE, object_type_count> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i] = pointer(ObjectType(i));
        return made;
    }();
    return variables;
}

const void *variable(ObjectType type) {
    return &type_variables()[std::size_t(type)];
}

} // namespace

std::u16string_view type_name(ObjectType type) {
    return type_objects[std::size_t(type)].name;
}

POBJECT_TYPE object_type_pointer(ObjectType type) {
    return pointer(type);
}

Result<ObjectType> type_from_pointer(POBJECT_TYPE given) {
    for (std::size_t i = 0; i < object_type_count; ++i)
        if (given == pointer(ObjectType(i)))
            return ObjectType(i);
    return fail(STATUS_OBJECT_TYPE_MISMATCH);
}

} // namespace ksbox::ob

namespace ksbox {

std::span<const Export> object_type_exports() {
    using ob::ObjectType;
    using ob::variable;
    static const Export table[] = {
        data("ExEventObjectType", variable(ObjectType::event), "NF:wdm.ObReferenceObjectByHandle"),
        data("ExSemaphoreObjectType", variable(ObjectType::semaphore),
             "NF:wdm.ObReferenceObjectByHandle"),
        data("IoFileObjectType", variable(ObjectType::file), "NF:wdm.ObReferenceObjectByHandle"),
        data("IoDeviceObjectType", variable(ObjectType::device)),
        data("IoDriverObjectType", variable(ObjectType::driver)),
        data("IoAdapterObjectType", variable(ObjectType::adapter)),
        data("PsThreadType", variable(ObjectType::thread), "NF:wdm.ObReferenceObjectByHandle"),
        data("PsProcessType", variable(ObjectType::process), "NF:wdm.ObReferenceObjectByHandle"),
        data("MmSectionObjectType", variable(ObjectType::section)),
        data("CmKeyObjectType", variable(ObjectType::key)),
        data("ExMutantObjectType", variable(ObjectType::mutant)),
        data("ExTimerObjectType", variable(ObjectType::timer)),
    };
    return table;
}

} // namespace ksbox
