#include "portcls/port_services.h"

#include <cstring>

#include "portcls/adapter.h"
#include "portcls/interface_ids.h"
#include "portcls/port.h"

namespace ksbox::portcls {
namespace {

constexpr ULONG notification_tag = 0x66'6e'63'50; // "Pcnf"

/// In front of what a driver gets for a notification.
struct alignas(16) NotificationHeader {
    ULONG tag;
    USHORT bytes;
};

/// Null when AllocNotificationBuffer has not made it.
NotificationHeader *header_of(PPCNOTIFICATION_BUFFER buffer) {
    if (!buffer)
        return nullptr;
    auto *header = reinterpret_cast<NotificationHeader *>(buffer) - 1;
    return header->tag == notification_tag ? header : nullptr;
}

/// What a custom notification has in front of its data.
constexpr USHORT custom_bytes = FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);

} // namespace

NTSTATUS PortPower::RegisterAdapterPowerManagement(PUNKNOWN object, PDEVICE_OBJECT fdo) noexcept {
    return PcRegisterAdapterPowerManagement(object, fdo);
}

NTSTATUS PortPower::UnregisterAdapterPowerManagement(PDEVICE_OBJECT fdo) noexcept {
    return PcUnregisterAdapterPowerManagement(fdo);
}

NTSTATUS PortPower::SetIdlePowerManagement(PDEVICE_OBJECT fdo, BOOLEAN enabled) noexcept {
    const auto adapter = Adapter::of(fdo);
    if (!adapter)
        return STATUS_INVALID_PARAMETER;
    adapter->idle.set_enabled(enabled != FALSE);
    return STATUS_SUCCESS;
}

NTSTATUS PortPnp::RegisterAdapterPnpManagement(PUNKNOWN object, PDEVICE_OBJECT fdo) noexcept {
    return PcRegisterAdapterPnpManagement(object, fdo);
}

NTSTATUS PortPnp::UnregisterAdapterPnpManagement(PDEVICE_OBJECT fdo) noexcept {
    return PcUnregisterAdapterPnpManagement(fdo);
}

NTSTATUS PortNotifications::AllocNotificationBuffer(POOL_TYPE pool, USHORT bytes,
                                                    PPCNOTIFICATION_BUFFER *buffer) noexcept {
    if (!buffer)
        return STATUS_INVALID_PARAMETER;
    *buffer = nullptr;
    if (bytes == 0 || bytes > 0xffff - custom_bytes) // more does not fit a notification
        return STATUS_INVALID_PARAMETER;
    auto *header = static_cast<NotificationHeader *>(
        ExAllocatePoolWithTag(pool, sizeof(NotificationHeader) + bytes, notification_tag));
    if (!header)
        return STATUS_INSUFFICIENT_RESOURCES;
    *header = {notification_tag, bytes};
    *buffer = reinterpret_cast<PPCNOTIFICATION_BUFFER>(header + 1);
    return STATUS_SUCCESS;
}

void PortNotifications::FreeNotificationBuffer(PPCNOTIFICATION_BUFFER buffer) noexcept {
    if (NotificationHeader *header = header_of(buffer)) {
        header->tag = 0;
        ExFreePoolWithTag(header, notification_tag);
    } else if (port_.adapter()) {
        port_.adapter()->finding("IPortClsNotifications::FreeNotificationBuffer: what it is given "
                                 "is no buffer of AllocNotificationBuffer");
    }
}

void PortNotifications::SendNotification(const GUID *id, PPCNOTIFICATION_BUFFER buffer) noexcept {
    Adapter *adapter = port_.adapter();
    if (!adapter)
        return; // no device yet to send it for
    const NotificationHeader *header = header_of(buffer);
    if (!header || !id) {
        adapter->finding("IPortClsNotifications::SendNotification: what it is given is no buffer "
                         "of AllocNotificationBuffer, or it has no identifier");
        return;
    }
    const auto bytes = static_cast<USHORT>(custom_bytes + header->bytes);
    auto *custom = static_cast<TARGET_DEVICE_CUSTOM_NOTIFICATION *>(
        ExAllocatePoolWithTag(NonPagedPool, bytes, notification_tag));
    if (!custom)
        return; // the method tells of no failure
    custom->Version = 1;
    custom->Size = bytes;
    custom->Event = *id;
    custom->FileObject = nullptr;
    custom->NameBufferOffset = -1;
    std::memcpy(custom->CustomDataBuffer, buffer, header->bytes);
    (void)IoReportTargetDeviceChangeAsynchronous(adapter->pdo, custom, nullptr, nullptr);
    ExFreePoolWithTag(custom, notification_tag);
}

IUnknown *PortServices::interface_of(const GUID &id) {
    if (id == IID_IPortClsPower)
        return &power_;
    if (id == IID_IPortClsPnp)
        return &pnp_;
    if (id == IID_IPortWMIRegistration)
        return &wmi_;
    if (id == IID_IPortClsNotifications)
        return &notifications_;
    return nullptr;
}

} // namespace ksbox::portcls
