// Callback objects: named lists of driver routines that ExNotifyCallback calls in order.
#include <array>

#include "abi/windows.h"

#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_attributes.h"
#include "nt/ob/object_manager.h"

struct _CALLBACK_OBJECT {
    KSPIN_LOCK lock; ///< of everything behind it
    LIST_ENTRY registrations;
    bool allow_multiple;
};

namespace ksbox::ex {
namespace {

constexpr ULONG registration_tag = 0x6252'6243; // 'CbRb'

struct Registration {
    LIST_ENTRY link;
    _CALLBACK_OBJECT *object; ///< referenced
    PCALLBACK_FUNCTION function;
    void *context;
    ULONG running;      ///< calls in flight
    bool unregistering; ///< somebody waits for them
    KEVENT quiet;
};

Result<_CALLBACK_OBJECT *> create(const ob::CapturedAttributes &attributes, bool allow_multiple) {
    auto &objects = current_kernel().objects();
    void *body = KS_TRY(objects.allocate(ob::ObjectType::callback, sizeof(_CALLBACK_OBJECT)));
    auto *object = static_cast<_CALLBACK_OBJECT *>(body);
    InitializeListHead(&object->registrations);
    object->allow_multiple = allow_multiple;
    const bool permanent = (attributes.attributes & OBJ_PERMANENT) != 0;
    if (auto named = objects.insert_name(attributes.name, body, permanent); !named) {
        objects.dereference(body);
        return fail(named.error());
    }
    // As on Windows, a handle is made and closed: without OBJ_PERMANENT the name goes with it.
    const auto handle = objects.create_handle(nullptr, body, 0);
    if (!permanent && handle)
        (void)objects.close_handle(nullptr, *handle);
    return object;
}

/// The objects that the system itself offers are made when the first of them is asked for.
Result<void *> open(const std::u16string &name) {
    auto &objects = current_kernel().objects();
    auto found = objects.open(name, ob::ObjectType::callback);
    if (found)
        return found;
    for (const char16_t *system :
         {u"\\Callback\\SetSystemTime", u"\\Callback\\PowerState", u"\\Callback\\ProcessorAdd"}) {
        ob::CapturedAttributes attributes;
        attributes.name = system;
        attributes.attributes = OBJ_PERMANENT;
        if (auto made = create(attributes, true))
            objects.dereference(*made); // the name keeps it
    }
    return objects.open(name, ob::ObjectType::callback);
}

Result<_CALLBACK_OBJECT *> create_or_open(const OBJECT_ATTRIBUTES *raw, bool may_create,
                                          bool allow_multiple) {
    const auto attributes = KS_TRY(ob::capture_attributes(raw, KernelMode));
    if (!attributes.has_name || attributes.name.empty())
        return fail(STATUS_UNSUCCESSFUL); // unnamed callback objects are not permitted (the page)
    auto found = open(attributes.name);
    if (found)
        return static_cast<_CALLBACK_OBJECT *>(*found);
    if (!may_create)
        return fail(found.error());
    return create(attributes, allow_multiple);
}

} // namespace

extern "C" {

/// PASSIVE_LEVEL. @doc NF:wdm.ExCreateCallback
NTSTATUS NTAPI ExCreateCallback(PCALLBACK_OBJECT *CallbackObject,
                                POBJECT_ATTRIBUTES ObjectAttributes, BOOLEAN Create,
                                BOOLEAN AllowMultipleCallbacks) {
    const auto object = create_or_open(ObjectAttributes, Create, AllowMultipleCallbacks);
    if (!object)
        return object.error().value();
    *CallbackObject = *object;
    return STATUS_SUCCESS;
}

/// IRQL <= APC_LEVEL. Null: no memory, or the object allows one routine and has it.
/// @doc NF:wdm.ExRegisterCallback
PVOID NTAPI ExRegisterCallback(PCALLBACK_OBJECT CallbackObject, PCALLBACK_FUNCTION CallbackFunction,
                               PVOID CallbackContext) {
    Kernel &kernel = current_kernel();
    auto *made = static_cast<Registration *>(
        kernel.pool().allocate(mm::PoolKind::nonpaged, sizeof(Registration), registration_tag,
                               __builtin_return_address(0), true));
    if (made == nullptr)
        return nullptr;
    made->object = CallbackObject;
    made->function = CallbackFunction;
    made->context = CallbackContext;
    KeInitializeEvent(&made->quiet, SynchronizationEvent, FALSE);
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&CallbackObject->lock);
    const bool allowed =
        CallbackObject->allow_multiple || IsListEmpty(&CallbackObject->registrations);
    if (allowed)
        InsertTailList(&CallbackObject->registrations, &made->link);
    KeReleaseSpinLock(&CallbackObject->lock, irql);
    if (!allowed) {
        kernel.pool().free(made, registration_tag, nullptr);
        return nullptr;
    }
    kernel.objects().reference(CallbackObject);
    return made;
}

/// Waits for calls in flight. IRQL <= APC_LEVEL. @doc NF:wdm.ExUnregisterCallback
VOID NTAPI ExUnregisterCallback(PVOID CallbackRegistration) {
    auto *registration = static_cast<Registration *>(CallbackRegistration);
    _CALLBACK_OBJECT *object = registration->object;
    KIRQL irql = KeAcquireSpinLockRaiseToDpc(&object->lock);
    while (registration->running != 0) {
        registration->unregistering = true;
        KeReleaseSpinLock(&object->lock, irql);
        KeWaitForSingleObject(&registration->quiet, ::Executive, KernelMode, FALSE, nullptr);
        irql = KeAcquireSpinLockRaiseToDpc(&object->lock);
    }
    RemoveEntryList(&registration->link);
    KeReleaseSpinLock(&object->lock, irql);
    Kernel &kernel = current_kernel();
    kernel.pool().free(registration, registration_tag, nullptr);
    kernel.objects().dereference(object);
}

/// Calls at the caller's IRQL, <= DISPATCH_LEVEL. @doc NF:wdm.ExNotifyCallback
VOID NTAPI ExNotifyCallback(PCALLBACK_OBJECT CallbackObject, PVOID Argument1, PVOID Argument2) {
    KIRQL irql = KeAcquireSpinLockRaiseToDpc(&CallbackObject->lock);
    for (LIST_ENTRY *at = CallbackObject->registrations.Flink;
         at != &CallbackObject->registrations;) {
        auto *registration = CONTAINING_RECORD(at, Registration, link);
        if (registration->unregistering) {
            at = at->Flink;
            continue;
        }
        ++registration->running;
        KeReleaseSpinLock(&CallbackObject->lock, irql);
        call_driver("CALLBACK_FUNCTION", CallbackObject, registration->function,
                    registration->context, Argument1, Argument2);
        irql = KeAcquireSpinLockRaiseToDpc(&CallbackObject->lock);
        at = at->Flink;
        if (--registration->running == 0 && registration->unregistering)
            KeSetEvent(&registration->quiet, IO_NO_INCREMENT, FALSE);
    }
    KeReleaseSpinLock(&CallbackObject->lock, irql);
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> callback_exports() {
    static const std::array table{
        done<&ExCreateCallback>("ExCreateCallback", "NF:wdm.ExCreateCallback"),
        done<&ExRegisterCallback>("ExRegisterCallback", "NF:wdm.ExRegisterCallback"),
        done<&ExUnregisterCallback>("ExUnregisterCallback", "NF:wdm.ExUnregisterCallback"),
        done<&ExNotifyCallback>("ExNotifyCallback", "NF:wdm.ExNotifyCallback"),
    };
    return table;
}

} // namespace ksbox
