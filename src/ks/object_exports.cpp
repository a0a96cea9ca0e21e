// DDIs that lead from one AVStream object, file object or IRP to another.
#include <algorithm>

#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/exports.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/filter_create.h"
#include "ks/filter_factory.h"
#include "ks/misuse.h"
#include "ks/outer_unknown.h"
#include "ks/pin.h"
#include "ks/pin_create.h"
#include "ks/request.h"
#include "ks/transport.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

PFILE_OBJECT file_of(PIRP irp) {
    return IoGetCurrentIrpStackLocation(irp)->FileObject;
}

/// The next of `object` in its parent's list; null at the end.
template <typename T> void *next_in(const std::vector<std::unique_ptr<T>> &list, Object &object) {
    for (std::size_t i = 0; i + 1 < list.size(); ++i)
        if (list[i].get() == &object)
            return list[i + 1]->abi_address();
    return nullptr;
}

void *address_of(Object *object) {
    return object ? object->abi_address() : nullptr;
}

void *next_pin(Pin &pin) {
    return address_of(pin.filter().pins().next(pin));
}

template <typename T> void *first_of(const std::vector<std::unique_ptr<T>> &list) {
    return list.empty() ? nullptr : list.front()->abi_address();
}

/// The page warns of "a memory access error" for a foreign file object; here it is a clear stop.
const FileContext &context_of(PFILE_OBJECT file) {
    const FileContext *context = FileContext::of(file);
    if (!context)
        misuse(Rule::foreign_object, file, "the file object is not AVStream's");
    return *context;
}

bool control_held(ks::Object &object) {
    return object.type == KsObjectTypePin ? static_cast<Pin &>(object).control().held()
                                          : static_cast<Filter &>(object).control.held();
}

/// The minidriver's pending create or close has ended: the rest takes mutexes.
void finish(ks::Object &object, PIRP irp) {
    const bool creating = IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_CREATE;
    if (object.type == KsObjectTypePin) {
        auto &pin = static_cast<Pin &>(object);
        creating ? finish_pin_create(pin, irp) : finish_pin_close(pin, irp);
    } else {
        auto &filter = static_cast<Filter &>(object);
        creating ? finish_filter_create(filter, irp) : finish_filter_close(filter, irp);
    }
}

void NTAPI finish_in_worker(PVOID context) {
    auto &object = *static_cast<ks::Object *>(context);
    finish(object, object.completing);
}

} // namespace

extern "C" {

PVOID NTAPI KsGetObjectFromFileObject(PFILE_OBJECT FileObject) {
    return context_of(FileObject).object->abi_address();
}

KSOBJECTTYPE NTAPI KsGetObjectTypeFromFileObject(PFILE_OBJECT FileObject) {
    return context_of(FileObject).object->type;
}

KSOBJECTTYPE NTAPI KsGetObjectTypeFromIrp(PIRP Irp) {
    return context_of(file_of(Irp)).object->type;
}

PKSFILTER NTAPI KsGetFilterFromIrp(PIRP Irp) {
    const FileContext *context = FileContext::of(file_of(Irp));
    if (!context)
        return nullptr;
    if (context->object->type == KsObjectTypePin)
        return &static_cast<Pin *>(context->object)->filter().abi();
    return &static_cast<Filter *>(context->object)->abi();
}

PKSPIN NTAPI KsGetPinFromIrp(PIRP Irp) {
    Pin *pin = Pin::of(file_of(Irp));
    return pin ? &pin->abi() : nullptr;
}

ULONG NTAPI KsGetNodeIdFromIrp(PIRP Irp) {
    const FileContext *context = FileContext::of(file_of(Irp));
    if (context && context->node_id != KSFILTER_NODE)
        return context->node_id;
    const auto *stack = IoGetCurrentIrpStackLocation(Irp);
    if (stack->MajorFunction != IRP_MJ_DEVICE_CONTROL ||
        stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(KSP_NODE))
        return KSFILTER_NODE;
    const KSIDENTIFIER *identifier = captured_identifier(Irp);
    if (!identifier || !(identifier->Flags & KSPROPERTY_TYPE_TOPOLOGY))
        return KSFILTER_NODE;
    return reinterpret_cast<const KSP_NODE *>(identifier)->NodeId;
}

PVOID NTAPI KsGetParent(PVOID Object) {
    const auto *parent = ks::Object::from(Object).parent;
    return parent ? parent->abi_address() : nullptr;
}

PKSFILTER NTAPI KsPinGetParentFilter(PKSPIN Pin) {
    return &ks::Pin::from(Pin).filter().abi();
}

PKSDEVICE NTAPI KsGetDevice(PVOID Object) {
    return &ks::Object::from(Object).device().abi();
}

PVOID NTAPI KsGetFirstChild(PVOID Object) {
    auto &object = ks::Object::from(Object);
    switch (object.type) {
    case KsObjectTypeDevice:
        return first_of(static_cast<Device &>(object).factories);
    case KsObjectTypeFilterFactory:
        return first_of(static_cast<FilterFactory &>(object).filters);
    case KsObjectTypeFilter:
        return address_of(static_cast<Filter &>(object).pins().first());
    case KsObjectTypePin:
        break;
    }
    return nullptr;
}

PVOID NTAPI KsGetNextSibling(PVOID Object) {
    auto &object = ks::Object::from(Object);
    switch (object.type) {
    case KsObjectTypeFilterFactory:
        return next_in(object.device().factories, object);
    case KsObjectTypeFilter:
        return next_in(static_cast<Filter &>(object).factory().filters, object);
    case KsObjectTypePin:
        return next_pin(static_cast<Pin &>(object));
    case KsObjectTypeDevice:
        break;
    }
    return nullptr;
}

PKSPIN NTAPI KsPinGetNextSiblingPin(PKSPIN Pin) {
    return static_cast<PKSPIN>(next_pin(ks::Pin::from(Pin)));
}

ULONG NTAPI KsFilterGetChildPinCount(PKSFILTER Filter, ULONG PinId) {
    return ks::Filter::from(Filter).instances(PinId);
}

PKSPIN NTAPI KsFilterGetFirstChildPin(PKSFILTER Filter, ULONG PinId) {
    ks::Pin *pin = ks::Filter::from(Filter).pins().first(PinId);
    return pin ? &pin->abi() : nullptr;
}

void NTAPI KsAcquireControl(PVOID Object) {
    auto &object = ks::Object::from(Object);
    if (object.type == KsObjectTypePin)
        static_cast<Pin &>(object).control().acquire();
    else if (object.type == KsObjectTypeFilter)
        static_cast<Filter &>(object).control.acquire();
    else
        misuse(Rule::control_of_device, Object, "KsAcquireControl is for filters and pins");
}

void NTAPI KsReleaseControl(PVOID Object) {
    auto &object = ks::Object::from(Object);
    if (object.type == KsObjectTypePin)
        static_cast<Pin &>(object).control().release();
    else if (object.type == KsObjectTypeFilter)
        static_cast<Filter &>(object).control.release();
    else
        misuse(Rule::control_of_device, Object, "KsReleaseControl is for filters and pins");
}

void NTAPI KsCompletePendingRequest(PIRP Irp) {
    const auto *stack = IoGetCurrentIrpStackLocation(Irp);
    const FileContext *context = FileContext::of(stack->FileObject);
    if (!context ||
        (stack->MajorFunction != IRP_MJ_CREATE && stack->MajorFunction != IRP_MJ_CLOSE)) {
        complete(Irp, Irp->IoStatus.Status);
        return;
    }
    ks::Object &object = *context->object;
    if (KeGetCurrentIrql() == PASSIVE_LEVEL && !control_held(object)) {
        finish(object, Irp);
        return;
    }
    object.completing = Irp;
    ExInitializeWorkItem(&object.completion_work, finish_in_worker, &object);
    ExQueueWorkItem(&object.completion_work, DelayedWorkQueue);
}

PUNKNOWN NTAPI KsRegisterAggregatedClientUnknown(PVOID Object, PUNKNOWN ClientUnknown) {
    auto &object = ks::Object::from(Object);
    ClientUnknown->AddRef();
    if (object.client_unknown)
        object.client_unknown->Release();
    object.client_unknown = ClientUnknown;
    return outer_unknown(object);
}

PUNKNOWN NTAPI KsGetOuterUnknown(PVOID Object) {
    return outer_unknown(ks::Object::from(Object));
}

} // extern "C"

std::span<const Export> ksbox::ks::object_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsGetObjectFromFileObject),
        KS_EXPORT(done, KsGetObjectTypeFromFileObject),
        KS_EXPORT(done, KsGetObjectTypeFromIrp),
        KS_EXPORT(done, KsGetFilterFromIrp),
        KS_EXPORT(done, KsGetPinFromIrp),
        KS_EXPORT(done, KsGetNodeIdFromIrp),
        KS_EXPORT(done, KsGetParent),
        KS_EXPORT(done, KsPinGetParentFilter),
        KS_EXPORT(done, KsGetDevice),
        KS_EXPORT(done, KsGetFirstChild),
        KS_EXPORT(done, KsGetNextSibling),
        KS_EXPORT(done, KsPinGetNextSiblingPin),
        KS_EXPORT(done, KsFilterGetChildPinCount),
        KS_EXPORT(done, KsFilterGetFirstChildPin),
        KS_EXPORT(done, KsAcquireControl),
        KS_EXPORT(done, KsReleaseControl),
        KS_EXPORT(done, KsCompletePendingRequest),
        KS_EXPORT(done, KsRegisterAggregatedClientUnknown),
        KS_EXPORT(done, KsGetOuterUnknown),
    };
    return table;
}
