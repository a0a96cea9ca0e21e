// Content identifiers, and how they travel to the next module of a data path.
#include "portcls/drm_contents.h"

#include <algorithm>
#include <mutex>
#include <span>

#include "portcls/com.h"

namespace ksbox::portcls {
namespace {

/// @doc NF:drmk.DrmCreateContentMixed: "default DRM content rights"
constexpr DRMRIGHTS default_rights{};

/// The status of a module without the property or interface.
NTSTATUS of_unaware(NTSTATUS status) {
    return status == STATUS_PROPSET_NOT_FOUND || status == STATUS_NOT_FOUND ? STATUS_NOT_IMPLEMENTED
                                                                            : status;
}

} // namespace

Result<ULONG> DrmContents::mix(const ULONG *contents, ULONG count) {
    const ke::HostLockGuard guard(lock_);
    for (const ULONG content : std::span(contents, std::size_t(count)))
        if (content != 0 && !made_.contains(content))
            return fail(STATUS_INVALID_PARAMETER);
    do
        ++last_;
    while (last_ == 0 || made_.contains(last_));
    made_.insert(last_);
    return last_;
}

NTSTATUS DrmContents::destroy(ULONG content) {
    const ke::HostLockGuard guard(lock_);
    return made_.erase(content) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

Result<DRMRIGHTS> DrmContents::rights(ULONG content) const {
    const ke::HostLockGuard guard(lock_);
    if (content != 0 && !made_.contains(content))
        return fail(STATUS_INVALID_PARAMETER);
    return default_rights; // the most restrictive of any mix of these, too
}

NTSTATUS forward_content_to_device(ULONG content, const DRMFORWARD &forward) {
    const auto rights = DrmContents::current().rights(content);
    if (!rights || !forward.DeviceObject)
        return STATUS_INVALID_PARAMETER;
    KSP_DRMAUDIOSTREAM_CONTENTID property{};
    property.Property.Set = KSPROPSETID_DrmAudioStream;
    property.Property.Id = KSPROPERTY_DRMAUDIOSTREAM_CONTENTID;
    property.Property.Flags = KSPROPERTY_TYPE_SET;
    property.Context = forward.Context;
    property.DrmAddContentHandlers = DrmAddContentHandlers;
    property.DrmCreateContentMixed = DrmCreateContentMixed;
    property.DrmDestroyContent = DrmDestroyContent;
    property.DrmForwardContentToDeviceObject = DrmForwardContentToDeviceObject;
    property.DrmForwardContentToFileObject = DrmForwardContentToFileObject;
    property.DrmForwardContentToInterface = DrmForwardContentToInterface;
    property.DrmGetContentRights = DrmGetContentRights;
    KSDRMAUDIOSTREAM_CONTENTID value{content, *rights};
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    IO_STATUS_BLOCK block{};
    PIRP irp =
        IoBuildDeviceIoControlRequest(IOCTL_KS_PROPERTY, forward.DeviceObject, &property,
                                      sizeof property, &value, sizeof value, FALSE, &done, &block);
    if (!irp)
        return STATUS_INSUFFICIENT_RESOURCES;
    irp->RequestorMode = KernelMode; // or the handler must refuse it
    IoGetNextIrpStackLocation(irp)->FileObject = forward.FileObject;
    NTSTATUS status = IofCallDriver(forward.DeviceObject, irp);
    if (status == STATUS_PENDING) {
        KeWaitForSingleObject(&done, ::Executive, KernelMode, FALSE, nullptr);
        status = block.Status;
    }
    return of_unaware(status);
}

NTSTATUS forward_content_to_interface(ULONG content, IUnknown *object) {
    const auto rights = DrmContents::current().rights(content);
    if (!rights || !object)
        return STATUS_INVALID_PARAMETER;
    const auto stream = ComPtr<IDrmAudioStream>::query(object, IID_IDrmAudioStream);
    if (!stream)
        return STATUS_NOT_IMPLEMENTED;
    return call_method("IDrmAudioStream.SetContentId", stream.get(), &IDrmAudioStream::SetContentId,
                       content, &*rights);
}

} // namespace ksbox::portcls
