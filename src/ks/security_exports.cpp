// DDIs of security descriptors: the lock of a device header, default descriptors, and the dispatch
// of IRP_MJ_QUERY_SECURITY and IRP_MJ_SET_SECURITY. Descriptors are carried, not evaluated.
#include "ks/dispatch.h"
#include "ks/exports.h"
#include "ks/headers.h"
#include "ks/security_parts.h"

using namespace ksbox;
using namespace ksbox::ks;

namespace {

constexpr ULONG pool_tag = 'cSsK';

/// The item whose descriptor is the object's; null when there is none.
PKSOBJECT_CREATE_ITEM secured_item(PIRP irp) {
    const ObjectHeader *header = ObjectHeader::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
    if (!header || !header->create_item || !header->create_item->SecurityDescriptor)
        return nullptr;
    return header->create_item;
}

/// Holds the device's security lock for a scope. IRQL: <= APC.
class DeviceSecurityLock {
  public:
    DeviceSecurityLock(PDEVICE_OBJECT device, bool exclusive)
        : header_(*static_cast<KSDEVICE_HEADER *>(device->DeviceExtension)) {
        KsAcquireDeviceSecurityLock(header_, exclusive);
    }
    ~DeviceSecurityLock() { KsReleaseDeviceSecurityLock(header_); }
    DeviceSecurityLock(const DeviceSecurityLock &) = delete;
    DeviceSecurityLock &operator=(const DeviceSecurityLock &) = delete;

  private:
    const KSDEVICE_HEADER header_;
};

NTSTATUS query(PIRP irp, PSECURITY_DESCRIPTOR descriptor) {
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.QuerySecurity;
    const SecurityParts parts = SecurityParts(descriptor).only(parameters.SecurityInformation);
    irp->IoStatus.Information = parts.bytes();
    if (parameters.Length < parts.bytes())
        return STATUS_BUFFER_OVERFLOW;
    parts.write_self_relative(irp->UserBuffer);
    return STATUS_SUCCESS;
}

NTSTATUS set(PIRP irp, KSOBJECT_CREATE_ITEM &item) {
    const auto &parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.SetSecurity;
    const SecurityParts parts = SecurityParts(item.SecurityDescriptor)
                                    .replaced_by(SecurityParts(parameters.SecurityDescriptor),
                                                 parameters.SecurityInformation);
    void *const changed = ExAllocatePoolWithTag(PagedPool, parts.bytes(), pool_tag);
    if (!changed)
        return STATUS_INSUFFICIENT_RESOURCES;
    parts.write_self_relative(changed);
    // The page: each descriptor is a piece of pool of its own.
    ExFreePoolWithTag(item.SecurityDescriptor, 0);
    item.SecurityDescriptor = changed;
    item.Flags |= KSCREATE_ITEM_SECURITYCHANGED;
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

void NTAPI KsAcquireDeviceSecurityLock(KSDEVICE_HEADER Header, BOOLEAN Exclusive) {
    ERESOURCE &lock = DeviceHeader::from(Header).security_lock;
    KeEnterCriticalRegion();
    if (Exclusive)
        ex::resource_acquire_exclusive(lock, true);
    else
        ex::resource_acquire_shared(lock, true, ex::SharedPolicy::normal);
}

void NTAPI KsReleaseDeviceSecurityLock(KSDEVICE_HEADER Header) {
    ex::resource_release(DeviceHeader::from(Header).security_lock, ExGetCurrentResourceThread());
    KeLeaveCriticalRegion();
}

NTSTATUS NTAPI KsCreateDefaultSecurity(PSECURITY_DESCRIPTOR ParentSecurity,
                                       PSECURITY_DESCRIPTOR *DefaultSecurity) {
    SECURITY_SUBJECT_CONTEXT subject;
    SeCaptureSubjectContext(&subject);
    const NTSTATUS status = SeAssignSecurity(ParentSecurity, nullptr, DefaultSecurity, FALSE,
                                             &subject, IoGetFileObjectGenericMapping(), PagedPool);
    SeReleaseSubjectContext(&subject);
    return status;
}

NTSTATUS NTAPI KsDispatchQuerySecurity(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    Irp->IoStatus.Information = 0;
    const PKSOBJECT_CREATE_ITEM item = secured_item(Irp);
    if (!item)
        return complete(Irp, STATUS_NO_SECURITY_ON_OBJECT);
    NTSTATUS status;
    {
        DeviceSecurityLock lock(DeviceObject, false);
        status = query(Irp, item->SecurityDescriptor);
    }
    return complete(Irp, status);
}

NTSTATUS NTAPI KsDispatchSetSecurity(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
    Irp->IoStatus.Information = 0;
    const PKSOBJECT_CREATE_ITEM item = secured_item(Irp);
    if (!item)
        return complete(Irp, STATUS_NO_SECURITY_ON_OBJECT);
    NTSTATUS status;
    {
        DeviceSecurityLock lock(DeviceObject, true);
        status = set(Irp, *item);
    }
    return complete(Irp, status);
}

} // extern "C"

std::span<const Export> ksbox::ks::security_exports() {
    static const Export table[] = {
        KS_EXPORT(done, KsAcquireDeviceSecurityLock), KS_EXPORT(done, KsReleaseDeviceSecurityLock),
        KS_EXPORT(done, KsCreateDefaultSecurity),     KS_EXPORT(done, KsDispatchQuerySecurity),
        KS_EXPORT(done, KsDispatchSetSecurity),
    };
    return table;
}
