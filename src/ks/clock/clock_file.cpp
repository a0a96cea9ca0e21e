// KSPROPSETID_Clock and KSEVENTSETID_Clock over a default clock.
#include "ks/clock/clock_file.h"

#include "ks/clock/clock_marks.h"
#include "ks/clock/default_clock.h"
#include "ks/data_exports.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

constexpr ULONG pool_tag = 'fCsK';

/// What FsContext points at: the object header first, as KS demands.
struct ClockFile {
    KSOBJECT_HEADER header;
    DefaultClock *clock;
};

DefaultClock &clock_of(PFILE_OBJECT file) {
    return *static_cast<ClockFile *>(file->FsContext)->clock;
}
DefaultClock &clock_of(PIRP irp) {
    return clock_of(IoGetCurrentIrpStackLocation(irp)->FileObject);
}

NTSTATUS complete(PIRP irp, NTSTATUS status) {
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

// The direct calls: FASTCALL, with the file object; IRQL <= DISPATCH_LEVEL.

LONGLONG FASTCALL get_time(PFILE_OBJECT file) {
    return clock_of(file).time();
}
LONGLONG FASTCALL get_physical_time(PFILE_OBJECT file) {
    return clock_of(file).physical_time();
}
LONGLONG FASTCALL get_correlated_time(PFILE_OBJECT file, PLONGLONG system_time) {
    return clock_of(file).correlated_time(*system_time);
}
LONGLONG FASTCALL get_correlated_physical_time(PFILE_OBJECT file, PLONGLONG system_time) {
    return clock_of(file).correlated_physical_time(*system_time);
}

// Property handlers. The property dispatcher has checked the buffer against MinData.

template <typename T> NTSTATUS answer(PIRP irp, PVOID data, const T &value) {
    *static_cast<T *>(data) = value;
    irp->IoStatus.Information = sizeof value;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI time_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return answer(irp, data, clock_of(irp).time());
}
NTSTATUS NTAPI physical_time_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return answer(irp, data, clock_of(irp).physical_time());
}
NTSTATUS NTAPI correlated_time_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    KSCORRELATED_TIME time{};
    time.Time = clock_of(irp).correlated_time(time.SystemTime);
    return answer(irp, data, time);
}
NTSTATUS NTAPI correlated_physical_time_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    KSCORRELATED_TIME time{};
    time.Time = clock_of(irp).correlated_physical_time(time.SystemTime);
    return answer(irp, data, time);
}
NTSTATUS NTAPI resolution_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return answer(irp, data, clock_of(irp).resolution());
}
NTSTATUS NTAPI state_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    return answer(irp, data, clock_of(irp).state());
}
NTSTATUS NTAPI function_table_handler(PIRP irp, PKSIDENTIFIER, PVOID data) {
    // Addresses in the kernel are of no use to a client, and none of its business.
    if (irp->RequestorMode != KernelMode)
        return STATUS_INVALID_DEVICE_REQUEST;
    return answer(irp, data,
                  KSCLOCK_FUNCTIONTABLE{get_time, get_physical_time, get_correlated_time,
                                        get_correlated_physical_time});
}

constexpr KSPROPERTY_ITEM item(ULONG id, PFNKSHANDLER handler, ULONG bytes) {
    KSPROPERTY_ITEM result{};
    result.PropertyId = id;
    result.GetPropertyHandler = handler;
    result.MinProperty = sizeof(KSPROPERTY);
    result.MinData = bytes;
    return result;
}

const KSPROPERTY_ITEM clock_items[] = {
    item(KSPROPERTY_CLOCK_TIME, time_handler, sizeof(LONGLONG)),
    item(KSPROPERTY_CLOCK_PHYSICALTIME, physical_time_handler, sizeof(LONGLONG)),
    item(KSPROPERTY_CLOCK_CORRELATEDTIME, correlated_time_handler, sizeof(KSCORRELATED_TIME)),
    item(KSPROPERTY_CLOCK_CORRELATEDPHYSICALTIME, correlated_physical_time_handler,
         sizeof(KSCORRELATED_TIME)),
    item(KSPROPERTY_CLOCK_RESOLUTION, resolution_handler, sizeof(KSRESOLUTION)),
    item(KSPROPERTY_CLOCK_STATE, state_handler, sizeof(KSSTATE)),
    item(KSPROPERTY_CLOCK_FUNCTIONTABLE, function_table_handler, sizeof(KSCLOCK_FUNCTIONTABLE)),
};

const KSPROPERTY_SET clock_sets[] = {
    {&KSPROPSETID_Clock, std::size(clock_items), clock_items, 0, nullptr}};

NTSTATUS NTAPI control(PDEVICE_OBJECT, PIRP irp) {
    const ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    DefaultClock &clock = clock_of(irp);
    switch (code) {
    case IOCTL_KS_PROPERTY:
        return complete(irp, KsPropertyHandler(irp, std::size(clock_sets), clock_sets));
    case IOCTL_KS_ENABLE_EVENT: {
        const auto sets = clock_event_sets();
        return complete(irp, KsEnableEvent(irp, static_cast<ULONG>(sets.size()), sets.data(),
                                           &clock.marks(), KSEVENTS_SPINLOCK, &clock.marks_lock()));
    }
    case IOCTL_KS_DISABLE_EVENT:
        return complete(
            irp, KsDisableEvent(irp, &clock.marks(), KSEVENTS_SPINLOCK, &clock.marks_lock()));
    default:
        return KsDefaultDeviceIoCompletion(nullptr, irp);
    }
}

NTSTATUS NTAPI close(PDEVICE_OBJECT, PIRP irp) {
    PFILE_OBJECT const file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    auto *const context = static_cast<ClockFile *>(file->FsContext);
    DefaultClock &clock = *context->clock;
    KsFreeEventList(file, &clock.marks(), KSEVENTS_SPINLOCK, &clock.marks_lock());
    KsFreeObjectHeader(context->header);
    clock.dereference();
    ExFreePoolWithTag(context, pool_tag);
    return complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE clock_table = {
    control,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    close,
    KsDispatchInvalidDeviceRequest,
    KsDispatchInvalidDeviceRequest,
    KsDispatchFastIoDeviceControlFailure,
    KsDispatchFastReadFailure,
    KsDispatchFastReadFailure,
};

} // namespace

DefaultClock &ksbox::ks::clock_of_irp(PIRP irp) {
    return clock_of(irp);
}

NTSTATUS ksbox::ks::create_clock_file(PIRP irp, DefaultClock &clock) {
    auto *const context =
        static_cast<ClockFile *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(ClockFile), pool_tag));
    if (!context)
        return STATUS_INSUFFICIENT_RESOURCES;
    const NTSTATUS status = KsAllocateObjectHeader(&context->header, 0, nullptr, irp, &clock_table);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(context, pool_tag);
        return status;
    }
    context->clock = &clock;
    clock.reference();
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = context;
    return STATUS_SUCCESS;
}

Result<KSCLOCK_FUNCTIONTABLE> ksbox::ks::clock_functions(PFILE_OBJECT clock_file) {
    KSPROPERTY property{};
    property.Set = KSPROPSETID_Clock;
    property.Id = KSPROPERTY_CLOCK_FUNCTIONTABLE;
    property.Flags = KSPROPERTY_TYPE_GET;
    KSCLOCK_FUNCTIONTABLE table{};
    ULONG bytes = 0;
    const NTSTATUS status =
        KsSynchronousIoControlDevice(clock_file, KernelMode, IOCTL_KS_PROPERTY, &property,
                                     sizeof property, &table, sizeof table, &bytes);
    if (!NT_SUCCESS(status))
        return fail(status);
    return table;
}
