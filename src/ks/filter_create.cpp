// Opening and closing filters.
#include "ks/filter_create.h"

#include <algorithm>

#include "abi/export.h"
#include "base/status_names.h"
#include "ks/automation_dispatch.h"
#include "ks/device.h"
#include "ks/dispatch.h"
#include "ks/events.h"
#include "ks/file_context.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/headers.h"
#include "ks/node.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/pin_create.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSFILTERIRP);

NTSTATUS NTAPI filter_close(PDEVICE_OBJECT device_object, PIRP irp);

const KSDISPATCH_TABLE filter_table = {
    filter_ioctl,                   // DeviceIoControl
    KsDispatchInvalidDeviceRequest, // Read
    KsDispatchInvalidDeviceRequest, // Write
    KsDispatchInvalidDeviceRequest, // Flush
    filter_close,
    KsDispatchQuerySecurity,
    KsDispatchSetSecurity,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

/// What can be created below an open filter.
const KSOBJECT_CREATE_ITEM filter_children[] = {
    {pin_create, nullptr, ksname(u"{146F1A80-4791-11D0-A5D6-28DB04C10000}"), nullptr, 0},
    {node_create, nullptr, ksname(u"{0621061A-EE75-11D0-B915-00A0C9223196}"), nullptr, 0},
};

/// Device mutex held. Takes the filter out of its factory and frees it.
void destroy(Filter &filter) {
    FilterFactory &factory = filter.factory();
    FileContext::destroy(filter.file);
    std::erase_if(factory.filters, [&](const auto &f) { return f.get() == &filter; });
    if (factory.deleted)
        factory.destroy_when_unused();
}

Result<Filter *> make_filter(FilterFactory &factory, PIRP irp) {
    auto owner = std::make_unique<Filter>(factory);
    if (!owner->allocated())
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    Filter &filter = *owner;
    filter.number = ++factory.device().filters_made;
    filter.name = name_of(filter);
    filter.file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    FileContext *context =
        KS_TRY(FileContext::create(irp, filter, KSFILTER_NODE, filter_children, &filter_table));
    filter.header = &ObjectHeader::from(context->header);
    factory.filters.push_back(std::move(owner));
    auto processing = FilterProcessing::create(filter);
    if (!processing) {
        destroy(filter);
        return std::unexpected(processing.error());
    }
    filter.processing = std::move(*processing);
    return &filter;
}

NTSTATUS create(FilterFactory &factory, Device &device, PIRP irp) {
    if ((factory.abi().FilterDescriptor->Flags & KSFILTER_FLAG_DENY_USERMODE_ACCESS) &&
        irp->RequestorMode != KernelMode) {
        return complete(irp, refused(STATUS_INVALID_DEVICE_REQUEST,
                                     "the filter has KSFILTER_FLAG_DENY_USERMODE_ACCESS, and the "
                                     "request comes from user mode"));
    }
    MutexGuard device_guard(device.mutex);
    auto made = make_filter(factory, irp);
    if (!made)
        return complete(irp, made.error().value());
    Filter &filter = **made;
    NTSTATUS status = STATUS_SUCCESS;
    if (filter.dispatch() && filter.dispatch()->Create) {
        // The filter's page says that the device mutex is held, the mutex page the control mutex.
        MutexGuard control_guard(filter.control);
        status = call_driver("KSFILTER_DISPATCH.Create", &filter.abi(), filter.dispatch()->Create,
                             &filter.abi(), irp);
    }
    if (status == STATUS_PENDING)
        return status; // KsCompletePendingRequest comes to finish_filter_create
    if (!NT_SUCCESS(status)) {
        driver_refused("filter Create", status);
        destroy(filter);
    }
    return complete(irp, status);
}

NTSTATUS NTAPI filter_close(PDEVICE_OBJECT device_object, PIRP irp) {
    const PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    Filter *filter = Filter::of(file);
    if (!filter)
        return complete(irp, STATUS_SUCCESS);
    free_events(*filter);
    NTSTATUS status = STATUS_SUCCESS;
    {
        MutexGuard device_guard(filter->device().mutex);
        if (filter->dispatch() && filter->dispatch()->Close) {
            MutexGuard control_guard(filter->control);
            status = call_driver("KSFILTER_DISPATCH.Close", &filter->abi(),
                                 filter->dispatch()->Close, &filter->abi(), irp);
        }
        if (status == STATUS_PENDING)
            return status;
        destroy(*filter);
    }
    // A close cannot fail: the object is gone.
    return complete(irp, STATUS_SUCCESS);
}

} // namespace

NTSTATUS NTAPI filter_create(PDEVICE_OBJECT device_object, PIRP irp) {
    auto *item = KSCREATE_ITEM_IRP_STORAGE(irp);
    FilterFactory &factory = FilterFactory::from(static_cast<PKSFILTERFACTORY>(item->Context));
    Device &device = factory.device();
    if (device.removed || !device.abi().Started)
        return complete(irp, refused(STATUS_DEVICE_NOT_READY, device.removed
                                                                  ? "the device has been removed"
                                                                  : "the device is not started"));
    KeWaitForSingleObject(&device.post_start_done, Executive, KernelMode, FALSE, nullptr);
    if (!NT_SUCCESS(device.post_start_status))
        return complete(irp, driver_refused("device PostStart", device.post_start_status));
    return create(factory, device, irp);
}

void finish_filter_create(Filter &filter, PIRP irp) {
    const NTSTATUS status = irp->IoStatus.Status;
    if (!NT_SUCCESS(status)) {
        refused(irp, status,
                "the driver completed the create that its filter Create had left pending with " +
                    describe_status(status));
        MutexGuard device_guard(filter.device().mutex);
        destroy(filter);
    }
    complete(irp, status);
}

void finish_filter_close(Filter &filter, PIRP irp) {
    {
        MutexGuard device_guard(filter.device().mutex);
        destroy(filter);
    }
    complete(irp, STATUS_SUCCESS);
}

} // namespace ksbox::ks
