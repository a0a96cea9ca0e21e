// WdfObjectXxx: general objects, contexts, references, deletion and synchronization locks.
#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/device.h"
#include "kmdf/exports.h"
#include "kmdf/io_target.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

/// An object that only has what the driver hangs on it.
class GeneralObject final : public Object {
  public:
    static constexpr Type handle_type = Type::general;
    explicit GeneralObject(Client &client) : Object(client, handle_type) {}

  protected:
    bool is_passive() const override { return level() == WdfExecutionLevelPassive; }
};

NTSTATUS NTAPI WdfObjectCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES Attributes,
                               WDFOBJECT *Object) {
    constexpr const char *function = "WdfObjectCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), Attributes, Object);
    if (const NTSTATUS status = check(creation, {.level = true}); !NT_SUCCESS(status))
        return status;
    return finish_creation<GeneralObject>(creation, Object);
}

PVOID NTAPI WdfObjectGetTypedContextWorker(Globals, WDFOBJECT Handle,
                                           PCWDF_OBJECT_CONTEXT_TYPE_INFO TypeInfo) {
    return object_of(Handle, "WdfObjectGetTypedContext").context(TypeInfo);
}

NTSTATUS NTAPI WdfObjectAllocateContext(Globals, WDFOBJECT Handle,
                                        PWDF_OBJECT_ATTRIBUTES ContextAttributes, PVOID *Context) {
    constexpr const char *function = "WdfObjectAllocateContext";
    require_irql(DISPATCH_LEVEL, function);
    Object &object = object_of(Handle, function);
    require_parameter(ContextAttributes, function, "ContextAttributes");
    if (ContextAttributes->ContextTypeInfo == nullptr)
        return STATUS_OBJECT_NAME_INVALID;
    kmdf::Object *parent = nullptr;
    if (const NTSTATUS status = check_attributes(
            ContextAttributes, {.parent = AttributeRules::Parent::forbidden}, function, parent);
        !NT_SUCCESS(status))
        return status;
    void *memory = nullptr;
    const NTSTATUS status =
        object.add_context(*ContextAttributes, __builtin_return_address(0), &memory);
    if (Context)
        *Context = memory;
    return status;
}

WDFOBJECT NTAPI WdfObjectContextGetObject(Globals, PVOID ContextPointer) {
    require_parameter(ContextPointer, "WdfObjectContextGetObject", "ContextPointer");
    if (const Object *object = Framework::current().find_by_context(ContextPointer))
        return object->handle();
    violation(Violation::invalid_handle, ContextPointer,
              fmt::format("WdfObjectContextGetObject was given {}, where no context begins",
                          fmt::ptr(ContextPointer)));
}

VOID NTAPI WdfObjectReferenceActual(Globals, WDFOBJECT Handle, PVOID, LONG, const CHAR *) {
    require_irql(DISPATCH_LEVEL, "WdfObjectReference");
    object_of(Handle, "WdfObjectReference").reference();
}

VOID NTAPI WdfObjectDereferenceActual(Globals, WDFOBJECT Handle, PVOID, LONG, const CHAR *) {
    require_irql(DISPATCH_LEVEL, "WdfObjectDereference");
    object_of(Handle, "WdfObjectDereference").release();
}

// The framework itself deletes some. @doc NF:wdfobject.WdfObjectDelete
bool may_delete(const Object &object) {
    if (object.type() == Type::driver)
        return false;
    return object.type() != Type::io_target || !static_cast<const IoTarget &>(object).is_local();
}

VOID NTAPI WdfObjectDelete(Globals, WDFOBJECT Object) {
    constexpr const char *function = "WdfObjectDelete";
    require_irql(DISPATCH_LEVEL, function);
    auto &object = object_of(Object, function);
    if (!may_delete(object))
        violation(Violation::object, Object,
                  fmt::format("WdfObjectDelete was given a {} that the framework deletes itself",
                              name_of(object.type())));
    object.remove(true);
}

// The framework knows no query that a driver could name. @doc NF:wdfobject.WdfObjectQuery
NTSTATUS NTAPI WdfObjectQuery(Globals, WDFOBJECT Object, const GUID *Guid, ULONG, PVOID) {
    constexpr const char *function = "WdfObjectQuery";
    (void)object_of(Object, function);
    require_parameter(Guid, function, "Guid");
    return STATUS_NOT_FOUND;
}

Device &lockable(WDFOBJECT handle, const char *function) {
    Object &object = object_of(handle, function);
    if (object.type() != Type::device)
        violation(Violation::lock_operation, handle,
                  fmt::format("{} was given a {}, which has no synchronization lock", function,
                              name_of(object.type())));
    return static_cast<Device &>(object);
}

VOID NTAPI WdfObjectAcquireLock(Globals, WDFOBJECT Object) {
    lockable(Object, "WdfObjectAcquireLock").acquire_lock();
}

VOID NTAPI WdfObjectReleaseLock(Globals, WDFOBJECT Object) {
    lockable(Object, "WdfObjectReleaseLock").release_lock();
}

} // namespace

std::span<const Export> object_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfobject, WdfObjectCreate),
        WDF_EXPORT(done, wdfobject, WdfObjectGetTypedContextWorker),
        WDF_EXPORT(done, wdfobject, WdfObjectAllocateContext),
        WDF_EXPORT(done, wdfobject, WdfObjectContextGetObject),
        WDF_EXPORT(done, wdfobject, WdfObjectReferenceActual),
        WDF_EXPORT(done, wdfobject, WdfObjectDereferenceActual),
        WDF_EXPORT(done, wdfobject, WdfObjectDelete),
        WDF_EXPORT(done, wdfobject, WdfObjectQuery),
        WDF_EXPORT(done, wdfsync, WdfObjectAcquireLock),
        WDF_EXPORT(done, wdfsync, WdfObjectReleaseLock),
    };
    return table;
}

} // namespace ksbox::kmdf
