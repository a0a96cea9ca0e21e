#include "kmdf/attributes.h"

#include "kmdf/framework.h"

namespace ksbox::kmdf {

namespace {

NTSTATUS check_context(const WDF_OBJECT_ATTRIBUTES &attributes) {
    const auto type = attributes.ContextTypeInfo;
    if (type == nullptr)
        return attributes.ContextSizeOverride == 0 ? STATUS_SUCCESS
                                                   : STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    if (type->Size != sizeof *type)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (type->UniqueType == nullptr || type->ContextSize == 0 ||
        (attributes.ContextSizeOverride != 0 && attributes.ContextSizeOverride < type->ContextSize))
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    return STATUS_SUCCESS;
}

NTSTATUS check_constraints(const WDF_OBJECT_ATTRIBUTES &attributes, const AttributeRules &rules) {
    if (attributes.ExecutionLevel <= WdfExecutionLevelInvalid ||
        attributes.ExecutionLevel > WdfExecutionLevelDispatch ||
        attributes.SynchronizationScope <= WdfSynchronizationScopeInvalid ||
        attributes.SynchronizationScope > WdfSynchronizationScopeNone)
        return STATUS_WDF_OBJECT_ATTRIBUTES_INVALID;
    if (!rules.level && attributes.ExecutionLevel != WdfExecutionLevelInheritFromParent)
        return STATUS_WDF_EXECUTION_LEVEL_INVALID;
    if (!rules.scope && attributes.SynchronizationScope != WdfSynchronizationScopeInheritFromParent)
        return STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID;
    return STATUS_SUCCESS;
}

} // namespace

NTSTATUS check_attributes(const WDF_OBJECT_ATTRIBUTES *attributes, const AttributeRules &rules,
                          const char *function, Object *&parent) {
    using enum AttributeRules::Parent;
    if (attributes == nullptr)
        return rules.parent == required ? STATUS_WDF_PARENT_NOT_SPECIFIED : STATUS_SUCCESS;
    if (attributes->Size != sizeof *attributes)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (const NTSTATUS status = check_context(*attributes); !NT_SUCCESS(status))
        return status;
    if (const NTSTATUS status = check_constraints(*attributes, rules); !NT_SUCCESS(status))
        return status;
    if (attributes->ParentObject == nullptr)
        return rules.parent == required ? STATUS_WDF_PARENT_NOT_SPECIFIED : STATUS_SUCCESS;
    if (rules.parent == forbidden)
        return STATUS_WDF_PARENT_ASSIGNMENT_NOT_ALLOWED;
    parent = &object_of(attributes->ParentObject, function);
    return STATUS_SUCCESS;
}

} // namespace ksbox::kmdf
