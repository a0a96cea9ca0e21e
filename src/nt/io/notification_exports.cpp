// IoRegisterPlugPlayNotification, its end, and the events drivers report themselves.
#include "abi/export.h"
#include "abi/guid.h"
#include "nt/call_driver.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/interfaces.h"
#include "nt/io/notifications.h"
#include "nt/ob/object_manager.h"

using namespace ksbox;

namespace {

io::Notifications &notifications() {
    return current_kernel().io().notifications();
}

/// The system's own events are not for drivers to report.
bool is_system_event(const GUID &event) {
    return event == GUID_TARGET_DEVICE_QUERY_REMOVE ||
           event == GUID_TARGET_DEVICE_REMOVE_CANCELLED ||
           event == GUID_TARGET_DEVICE_REMOVE_COMPLETE;
}

/// A custom notification on its way through a worker.
struct Report {
    WORK_QUEUE_ITEM item;
    PDEVICE_OBJECT physical;
    TARGET_DEVICE_CUSTOM_NOTIFICATION *structure;
    PDEVICE_CHANGE_COMPLETE_CALLBACK callback;
    PVOID context;
};
constexpr ULONG report_tag = 0x70'52'6f'49; // "IoRp"

void NTAPI deliver_report(PVOID parameter) {
    auto *report = static_cast<Report *>(parameter);
    (void)notifications().target_custom(report->physical, report->structure);
    if (report->callback)
        call_driver("DEVICE_CHANGE_COMPLETE_CALLBACK", report->context, report->callback,
                    report->context);
    ObfDereferenceObject(report->physical);
    ExFreePoolWithTag(report, report_tag);
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoRegisterPlugPlayNotification
NTSTATUS NTAPI IoRegisterPlugPlayNotification(IO_NOTIFICATION_EVENT_CATEGORY EventCategory,
                                              ULONG EventCategoryFlags, PVOID EventCategoryData,
                                              PDRIVER_OBJECT DriverObject,
                                              PDRIVER_NOTIFICATION_CALLBACK_ROUTINE CallbackRoutine,
                                              PVOID Context, PVOID *NotificationEntry) {
    *NotificationEntry = nullptr;
    io::NotificationEntry entry;
    entry.category = EventCategory;
    entry.driver = DriverObject;
    entry.callback = CallbackRoutine;
    entry.context = Context;
    switch (EventCategory) {
    case EventCategoryDeviceInterfaceChange:
        if (!EventCategoryData)
            return STATUS_INVALID_PARAMETER;
        entry.interface_class = to_guid(*static_cast<const GUID *>(EventCategoryData));
        break;
    case EventCategoryTargetDeviceChange: {
        if (!EventCategoryData)
            return STATUS_INVALID_PARAMETER;
        entry.file = static_cast<PFILE_OBJECT>(EventCategoryData);
        auto *bottom = IoGetDeviceAttachmentBaseRef(entry.file->DeviceObject);
        const bool has_node = io::record_of(bottom).node;
        entry.physical = bottom;
        ObfDereferenceObject(bottom);
        if (!has_node)
            return STATUS_INVALID_DEVICE_REQUEST;
        break;
    }
    case EventCategoryHardwareProfileChange:
        break; // registered, and never told: a box has one profile
    default:
        return STATUS_INVALID_PARAMETER;
    }
    auto *added = notifications().add(entry);
    *NotificationEntry = added;
    if (EventCategory == EventCategoryDeviceInterfaceChange &&
        EventCategoryFlags & PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES)
        notifications().tell_existing(added);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoUnregisterPlugPlayNotificationEx
NTSTATUS NTAPI IoUnregisterPlugPlayNotificationEx(PVOID NotificationEntry) {
    return notifications().remove(static_cast<io::NotificationEntry *>(NotificationEntry))
               ? STATUS_SUCCESS
               : STATUS_INVALID_PARAMETER;
}

/// Waits as the Ex function does, which the page allows. @doc
/// NF:wdm.IoUnregisterPlugPlayNotification
NTSTATUS NTAPI IoUnregisterPlugPlayNotification(PVOID NotificationEntry) {
    return IoUnregisterPlugPlayNotificationEx(NotificationEntry);
}

/// @doc NF:wdm.IoReportTargetDeviceChange
NTSTATUS NTAPI IoReportTargetDeviceChange(PDEVICE_OBJECT PhysicalDeviceObject,
                                          PVOID NotificationStructure) {
    auto *structure = static_cast<TARGET_DEVICE_CUSTOM_NOTIFICATION *>(NotificationStructure);
    if (is_system_event(structure->Event))
        return STATUS_INVALID_DEVICE_REQUEST;
    return notifications().target_custom(PhysicalDeviceObject, structure);
}

/// @doc NF:wdm.IoReportTargetDeviceChangeAsynchronous
NTSTATUS NTAPI IoReportTargetDeviceChangeAsynchronous(PDEVICE_OBJECT PhysicalDeviceObject,
                                                      PVOID NotificationStructure,
                                                      PDEVICE_CHANGE_COMPLETE_CALLBACK Callback,
                                                      PVOID Context) {
    auto *structure = static_cast<TARGET_DEVICE_CUSTOM_NOTIFICATION *>(NotificationStructure);
    if (is_system_event(structure->Event))
        return STATUS_INVALID_DEVICE_REQUEST;
    // The structure is copied: the caller's need not outlive this call.
    const auto bytes = sizeof(Report) + structure->Size;
    auto *report = static_cast<Report *>(ExAllocatePoolWithTag(NonPagedPool, bytes, report_tag));
    if (!report)
        return STATUS_INSUFFICIENT_RESOURCES;
    std::memcpy(report + 1, structure, structure->Size);
    report->physical = PhysicalDeviceObject;
    report->structure = reinterpret_cast<TARGET_DEVICE_CUSTOM_NOTIFICATION *>(report + 1);
    report->callback = Callback;
    report->context = Context;
    ObfReferenceObject(PhysicalDeviceObject);
    ExInitializeWorkItem(&report->item, deliver_report, report);
    ExQueueWorkItem(&report->item, DelayedWorkQueue);
    return STATUS_PENDING; // inferred: the page names no code for a report that is queued
}

} // extern "C"

namespace ksbox {

std::span<const Export> notification_exports() {
    static const Export table[] = {
        done<IoRegisterPlugPlayNotification>("IoRegisterPlugPlayNotification",
                                             "NF:wdm.IoRegisterPlugPlayNotification"),
        done<IoUnregisterPlugPlayNotification>("IoUnregisterPlugPlayNotification",
                                               "NF:wdm.IoUnregisterPlugPlayNotification"),
        done<IoUnregisterPlugPlayNotificationEx>("IoUnregisterPlugPlayNotificationEx",
                                                 "NF:wdm.IoUnregisterPlugPlayNotificationEx"),
        done<IoReportTargetDeviceChange>("IoReportTargetDeviceChange",
                                         "NF:wdm.IoReportTargetDeviceChange"),
        done<IoReportTargetDeviceChangeAsynchronous>(
            "IoReportTargetDeviceChangeAsynchronous",
            "NF:wdm.IoReportTargetDeviceChangeAsynchronous"),
    };
    return table;
}

} // namespace ksbox
