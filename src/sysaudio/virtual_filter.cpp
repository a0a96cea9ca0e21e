// Opening, asking and closing virtual devices.
#include "sysaudio/virtual_filter.h"

#include "ks/dispatch.h"
#include "ks/refusal.h"
#include "ks/request.h"
#include "sysaudio/driver.h"
#include "sysaudio/forwarding.h"
#include "sysaudio/virtual_pin.h"

namespace ksbox::sysaudio {

VirtualFile *VirtualFile::of(PIRP irp) {
    return static_cast<VirtualFile *>(IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext);
}

VirtualFilter &VirtualFilter::of(PIRP irp) {
    return static_cast<VirtualFilter &>(*VirtualFile::of(irp));
}

VirtualFilter::Current VirtualFilter::current() {
    LockGuard guard(lock);
    return current_;
}

void VirtualFilter::choose(std::shared_ptr<VirtualDevice> device, bool separate) {
    auto plan = device->plan();
    LockGuard guard(lock);
    if (current_.device != device)
        pin_counts.clear();
    current_ = {std::move(device), std::move(plan), separate};
    selected.clear();
}

namespace {

/// KSSTRING_Pin, for the host's WCHAR.
constexpr char16_t pin_class[] = u"{146F1A80-4791-11D0-A5D6-28DB04C10000}";

/// With the create item of its pins, which KS reads as long as the file is open.
struct OpenedFilter : VirtualFilter {
    using VirtualFilter::VirtualFilter;
    KSOBJECT_CREATE_ITEM pins{
        create_virtual_pin,
        nullptr,
        {sizeof pin_class - sizeof(char16_t), sizeof pin_class, const_cast<PWCH>(pin_class)},
        nullptr,
        0};
};

NTSTATUS NTAPI control_filter(PDEVICE_OBJECT device, PIRP irp) {
    const ULONG code = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.IoControlCode;
    if (code != IOCTL_KS_PROPERTY && code != IOCTL_KS_METHOD)
        return KsDefaultDeviceIoCompletion(device, irp);
    const auto identifier = ks::peek_identifier(irp);
    if (!identifier)
        return ks::complete(irp, identifier.error().value());
    if (identifier->Flags & KSPROPERTY_TYPE_TOPOLOGY)
        return ks::complete(irp, forward_to_node(irp, VirtualFilter::of(irp).current(), nullptr));
    return code == IOCTL_KS_PROPERTY ? ks::complete(irp, filter_property(irp))
                                     : KsDefaultDeviceIoCompletion(device, irp);
}

NTSTATUS NTAPI close_filter(PDEVICE_OBJECT, PIRP irp) {
    auto *filter = &static_cast<OpenedFilter &>(VirtualFilter::of(irp));
    IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext = nullptr;
    KsFreeObjectHeader(filter->header);
    delete filter;
    return ks::complete(irp, STATUS_SUCCESS);
}

const KSDISPATCH_TABLE &dispatch_table() {
    static const KSDISPATCH_TABLE table{control_filter,
                                        KsDispatchInvalidDeviceRequest,
                                        KsDispatchInvalidDeviceRequest,
                                        KsDispatchInvalidDeviceRequest,
                                        close_filter,
                                        KsDispatchQuerySecurity,
                                        KsDispatchSetSecurity,
                                        KsDispatchFastIoDeviceControlFailure,
                                        KsDispatchFastReadFailure,
                                        KsDispatchFastWriteFailure};
    return table;
}

} // namespace

NTSTATUS NTAPI create_virtual_filter(PDEVICE_OBJECT device, PIRP irp) {
    auto filter = std::make_unique<OpenedFilter>(system_audio_of(device));
    if (const auto *chosen = static_cast<const std::shared_ptr<VirtualDevice> *>(
            KSCREATE_ITEM_IRP_STORAGE(irp)->Context))
        filter->choose(*chosen, false);
    const NTSTATUS status =
        KsAllocateObjectHeader(&filter->header, 1, &filter->pins, irp, &dispatch_table());
    if (NT_SUCCESS(status))
        IoGetCurrentIrpStackLocation(irp)->FileObject->FsContext =
            static_cast<VirtualFile *>(filter.release());
    return ks::complete(irp, status);
}

} // namespace ksbox::sysaudio
