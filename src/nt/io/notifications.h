// IoRegisterPlugPlayNotification: who wants to hear of interfaces and devices, and telling them.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "abi/windows.h"

#include "base/guid.h"
#include "base/result.h"
#include "nt/io/io_manager.h"
#include "nt/ke/host_lock.h"

namespace ksbox::io {

/// One registration. Drivers hold its address as a handle.
struct NotificationEntry {
    IO_NOTIFICATION_EVENT_CATEGORY category{};
    Guid interface_class{};            ///< EventCategoryDeviceInterfaceChange
    PDEVICE_OBJECT physical = nullptr; ///< EventCategoryTargetDeviceChange
    PFILE_OBJECT file = nullptr;       ///< the same: as it was registered, not referenced
    PDRIVER_OBJECT driver = nullptr;   ///< referenced
    PDRIVER_NOTIFICATION_CALLBACK_ROUTINE callback = nullptr;
    PVOID context = nullptr;
    bool removed = false;
    unsigned calls = 0;                ///< in flight, or about to be
    std::vector<ke::Thread *> callers; ///< the threads of those in flight
};

/// PASSIVE_LEVEL throughout, callbacks too.
class Notifications {
  public:
    explicit Notifications(IoManager &io);

    NotificationEntry *add(NotificationEntry entry);
    /// Waits for calls in flight, except for one that this thread is in. False: no such entry.
    bool remove(NotificationEntry *entry);

    /// GUID_DEVICE_INTERFACE_ARRIVAL or _REMOVAL: told on a system worker, one after the other.
    void interface_changed(const Guid &category, std::u16string_view link, bool arrival);
    /// The ones there already, for PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES.
    void tell_existing(NotificationEntry *entry);
    /// GUID_TARGET_DEVICE_QUERY_REMOVE and its like, on the current thread. The first refusal.
    NTSTATUS target_changed(PDEVICE_OBJECT physical, const GUID &event);
    /// IoReportTargetDeviceChange: `structure` is the driver's.
    NTSTATUS target_custom(PDEVICE_OBJECT physical, TARGET_DEVICE_CUSTOM_NOTIFICATION *structure);

  private:
    struct Message {
        Guid category;
        std::u16string link;
        bool arrival;
    };
    template <typename Wanted> std::vector<NotificationEntry *> take(Wanted wanted);
    void release(NotificationEntry *entry);
    /// STATUS_SUCCESS too for an entry that was removed meanwhile, and is not called.
    NTSTATUS call(NotificationEntry &entry, PVOID structure);
    NTSTATUS tell_interface(NotificationEntry &entry, const Message &message);
    void drain();
    static void NTAPI deliver(PVOID parameter);

    IoManager &io_;
    ke::HostLock lock_;
    KEVENT call_ended_;
    std::list<std::unique_ptr<NotificationEntry>> entries_;
    std::list<Message> messages_;
    WORK_QUEUE_ITEM work_item_;
    bool draining_ = false;
};

} // namespace ksbox::io
