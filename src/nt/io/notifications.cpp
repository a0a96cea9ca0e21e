// Telling drivers of interfaces and devices.
#include "nt/io/notifications.h"

#include <algorithm>

#include "abi/guid.h"
#include "nt/call_driver.h"
#include "nt/io/driver_object.h"
#include "nt/io/interfaces.h"
#include "nt/ke/thread.h"
#include "nt/ob/object_manager.h"

namespace ksbox::io {

// PNPNOTIFY_VERSION.
static constexpr USHORT notification_version = 1;

Notifications::Notifications(IoManager &io) : io_(io) {
    KeInitializeEvent(&call_ended_, NotificationEvent, FALSE);
    ExInitializeWorkItem(&work_item_, deliver, this);
}

NotificationEntry *Notifications::add(NotificationEntry entry) {
    io_.kernel().objects().reference(entry.driver);
    auto made = std::make_unique<NotificationEntry>(entry);
    ke::HostLockGuard guard(lock_);
    entries_.push_back(std::move(made));
    return entries_.back().get();
}

bool Notifications::remove(NotificationEntry *entry) {
    {
        ke::HostLockGuard guard(lock_);
        const auto place =
            std::ranges::find(entries_, entry, &std::unique_ptr<NotificationEntry>::get);
        if (place == entries_.end() || entry->removed)
            return false;
        entry->removed = true;
        ++entry->calls; // ours, so that it stays while we wait
    }
    for (;;) {
        KeClearEvent(&call_ended_);
        {
            ke::HostLockGuard guard(lock_);
            const auto own = std::ranges::count(entry->callers, &ke::current_thread());
            if (entry->calls <= 1 + static_cast<unsigned>(own))
                break;
        }
        KeWaitForSingleObject(&call_ended_, Executive, KernelMode, FALSE, nullptr);
    }
    release(entry);
    return true;
}

/// Picks entries and counts a call for each; release() takes it back.
template <typename Wanted> std::vector<NotificationEntry *> Notifications::take(Wanted wanted) {
    std::vector<NotificationEntry *> found;
    ke::HostLockGuard guard(lock_);
    for (auto &entry : entries_)
        if (!entry->removed && wanted(*entry)) {
            ++entry->calls;
            found.push_back(entry.get());
        }
    return found;
}

void Notifications::release(NotificationEntry *entry) {
    PDRIVER_OBJECT driver = nullptr;
    {
        ke::HostLockGuard guard(lock_);
        if (--entry->calls == 0 && entry->removed) {
            driver = entry->driver;
            std::erase_if(entries_, [&](const auto &held) { return held.get() == entry; });
        }
    }
    KeSetEvent(&call_ended_, IO_NO_INCREMENT, FALSE);
    if (driver)
        io_.kernel().objects().dereference(driver);
}

NTSTATUS Notifications::call(NotificationEntry &entry, PVOID structure) {
    {
        ke::HostLockGuard guard(lock_);
        if (entry.removed)
            return STATUS_SUCCESS;
        entry.callers.push_back(&ke::current_thread());
    }
    const auto status = call_driver("DRIVER_NOTIFICATION_CALLBACK_ROUTINE", structure,
                                    entry.callback, structure, entry.context);
    ke::HostLockGuard guard(lock_);
    entry.callers.erase(std::ranges::find(entry.callers, &ke::current_thread()));
    return status;
}

NTSTATUS Notifications::tell_interface(NotificationEntry &entry, const Message &message) {
    auto &kernel = io_.kernel();
    auto name = pool_string(kernel, message.link);
    DEVICE_INTERFACE_CHANGE_NOTIFICATION structure{};
    structure.Version = notification_version;
    structure.Size = sizeof structure;
    structure.Event =
        message.arrival ? GUID_DEVICE_INTERFACE_ARRIVAL : GUID_DEVICE_INTERFACE_REMOVAL;
    structure.InterfaceClassGuid = to_windows(message.category);
    structure.SymbolicLinkName = &name;
    const auto status = call(entry, &structure);
    free_pool_string(kernel, name);
    return status;
}

void Notifications::interface_changed(const Guid &category, std::u16string_view link,
                                      bool arrival) {
    {
        ke::HostLockGuard guard(lock_);
        const bool heard = std::ranges::any_of(entries_, [&](const auto &entry) {
            return entry->category == EventCategoryDeviceInterfaceChange &&
                   entry->interface_class == category;
        });
        if (!heard)
            return;
        messages_.push_back({category, std::u16string(link), arrival});
        if (draining_)
            return;
        draining_ = true;
    }
    ExQueueWorkItem(&work_item_, DelayedWorkQueue);
}

void NTAPI Notifications::deliver(PVOID parameter) {
    static_cast<Notifications *>(parameter)->drain();
}

void Notifications::drain() {
    for (;;) {
        Message message;
        {
            ke::HostLockGuard guard(lock_);
            if (messages_.empty()) {
                draining_ = false;
                return;
            }
            message = std::move(messages_.front());
            messages_.pop_front();
        }
        const auto told = take([&](const NotificationEntry &entry) {
            return entry.category == EventCategoryDeviceInterfaceChange &&
                   entry.interface_class == message.category;
        });
        for (auto *entry : told) {
            (void)tell_interface(*entry, message);
            release(entry);
        }
    }
}

void Notifications::tell_existing(NotificationEntry *entry) {
    for (auto *interface : io_.interfaces().list(entry->interface_class, nullptr, false)) {
        const auto self = take([&](const NotificationEntry &other) { return &other == entry; });
        if (self.empty())
            return; // unregistered by its own callback
        (void)tell_interface(*entry, {interface->category, interface->link, true});
        release(entry);
    }
}

NTSTATUS Notifications::target_changed(PDEVICE_OBJECT physical, const GUID &event) {
    const auto told = take([&](const NotificationEntry &entry) {
        return entry.category == EventCategoryTargetDeviceChange && entry.physical == physical;
    });
    NTSTATUS refusal = STATUS_SUCCESS;
    const bool query = event == GUID_TARGET_DEVICE_QUERY_REMOVE;
    for (auto *entry : told) {
        TARGET_DEVICE_REMOVAL_NOTIFICATION structure{};
        structure.Version = notification_version;
        structure.Size = sizeof structure;
        structure.Event = event;
        structure.FileObject = entry->file;
        // After a refusal nobody else is asked.
        if (NT_SUCCESS(refusal) || !query) {
            const auto status = call(*entry, &structure);
            if (query && !NT_SUCCESS(status))
                refusal = status;
        }
        release(entry);
    }
    return refusal;
}

NTSTATUS Notifications::target_custom(PDEVICE_OBJECT physical,
                                      TARGET_DEVICE_CUSTOM_NOTIFICATION *structure) {
    const auto told = take([&](const NotificationEntry &entry) {
        return entry.category == EventCategoryTargetDeviceChange && entry.physical == physical &&
               (!structure->FileObject || structure->FileObject == entry.file);
    });
    auto *named = structure->FileObject;
    for (auto *entry : told) {
        structure->FileObject = entry->file;
        (void)call(*entry, structure);
        release(entry);
    }
    structure->FileObject = named;
    return STATUS_SUCCESS;
}

} // namespace ksbox::io
