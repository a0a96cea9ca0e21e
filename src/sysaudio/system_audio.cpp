// Virtual devices as filters come and go.
#include "sysaudio/system_audio.h"

#include <algorithm>

#include <fmt/format.h>

#include "abi/guid.h"
#include "ks/lint.h"
#include "nt/io/interfaces.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/io/user_services.h"
#include "nt/kernel.h"
#include "nt/trace.h"
#include "sysaudio/describe_filter.h"
#include "sysaudio/sysaudio_properties.h"
#include "sysaudio/virtual_filter.h"
#include "sysaudio/wiring.h"

namespace ksbox::sysaudio {
namespace {

constexpr std::u16string_view own_reference = u"SysAudio";

UNICODE_STRING counted(const std::u16string &text) {
    const auto bytes = static_cast<USHORT>(text.size() * sizeof(char16_t));
    return {bytes, bytes, const_cast<PWCH>(text.data())};
}

/// "ROOT#MEDIA#0000#{…}\Wave" as "ROOT#MEDIA#0000#Wave": a reference string has no path separators.
std::u16string reference_of(std::u16string_view link) {
    std::u16string text =
        link.starts_with(u"\\??\\") ? std::u16string(link.substr(4)) : std::u16string(link);
    const std::size_t begin = text.find(u"#{"), end = text.find(u'}');
    if (begin != text.npos && end != text.npos && begin < end)
        text.erase(begin, end - begin + 1);
    std::ranges::replace(text, u'\\', u'#');
    return text;
}

void NTAPI free_item(PKSOBJECT_CREATE_ITEM item) {
    delete static_cast<std::shared_ptr<VirtualDevice> *>(item->Context);
}

std::u16string text_of(const UNICODE_STRING &text) {
    return {text.Buffer, text.Length / sizeof(WCHAR)};
}

} // namespace

NTSTATUS SystemAudio::start(KSDEVICE_HEADER header) {
    header_ = header;
    std::u16string reference(own_reference);
    KSOBJECT_CREATE_ITEM item{create_virtual_filter, nullptr, counted(reference), nullptr, 0};
    NTSTATUS status = KsAllocateObjectCreateItem(header_, &item, TRUE, nullptr);
    UNICODE_STRING name = counted(reference);
    if (NT_SUCCESS(status))
        status = IoRegisterDeviceInterface(physical_, &KSCATEGORY_SYSAUDIO, &name, &interface_);
    if (NT_SUCCESS(status))
        status = IoSetDeviceInterfaceState(&interface_, TRUE);
    if (NT_SUCCESS(status))
        status = listen(KSCATEGORY_AUDIO_DEVICE, reserved_used);
    if (NT_SUCCESS(status))
        status = listen(KSCATEGORY_AUDIO, interface_changed);
    if (NT_SUCCESS(status))
        rescan();
    return status;
}

NTSTATUS SystemAudio::listen(const GUID &category, PDRIVER_NOTIFICATION_CALLBACK_ROUTINE routine) {
    PVOID entry = nullptr;
    const NTSTATUS status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES,
        const_cast<GUID *>(&category), self_->DriverObject, routine, this, &entry);
    if (NT_SUCCESS(status))
        notifications_.push_back(entry);
    return status;
}

void SystemAudio::stop() {
    for (PVOID entry : notifications_)
        IoUnregisterPlugPlayNotificationEx(entry);
    notifications_.clear();
    LockGuard scanning(scan_lock_);
    std::vector<std::shared_ptr<VirtualDevice>> gone;
    {
        LockGuard guard(lock_);
        gone = std::move(devices_);
        devices_.clear();
    }
    for (const auto &device : gone)
        leave(*device);
    if (interface_.Buffer) {
        IoSetDeviceInterfaceState(&interface_, FALSE);
        RtlFreeUnicodeString(&interface_);
        interface_ = {};
    }
    facts_.clear();
}

NTSTATUS NTAPI SystemAudio::interface_changed(PVOID notification, PVOID context) {
    auto &self = *static_cast<SystemAudio *>(context);
    const auto &change = *static_cast<DEVICE_INTERFACE_CHANGE_NOTIFICATION *>(notification);
    LockGuard scanning(self.scan_lock_);
    // Gone, or there again and perhaps another.
    std::erase_if(self.facts_, [&](const auto &one) {
        return same_filter(one.first, text_of(*change.SymbolicLinkName));
    });
    if (!(change.Event == GUID_DEVICE_INTERFACE_ARRIVAL)) {
        LockGuard guard(self.lock_);
        const auto device = std::ranges::find_if(self.devices_, [&](const auto &one) {
            return equal_ignoring_case(one->wave_link, text_of(*change.SymbolicLinkName));
        });
        if (device != self.devices_.end()) {
            self.leave(**device);
            self.devices_.erase(device);
        }
    }
    self.rescan();
    return STATUS_SUCCESS;
}

// "Adapter drivers should not register themselves in this category": audio/virtual-audio-devices.
NTSTATUS NTAPI SystemAudio::reserved_used(PVOID notification, PVOID context) {
    const auto &self = *static_cast<SystemAudio *>(context);
    const auto &change = *static_cast<DEVICE_INTERFACE_CHANGE_NOTIFICATION *>(notification);
    Kernel &kernel = current_kernel();
    const io::Interface *interface =
        kernel.io().interfaces().find(text_of(*change.SymbolicLinkName));
    if (!interface || !interface->physical || interface->physical == self.physical_)
        return STATUS_SUCCESS;
    if (const io::DeviceNode *node = kernel.io().pnp().node_of(interface->physical))
        kernel.extension<ks::Findings>().add(
            node->function_driver,
            fmt::format("{} is registered in KSCATEGORY_AUDIO_DEVICE, which is reserved for "
                        "SysAudio's virtual devices; it is not taken as one",
                        interface->reference.empty() ? to_utf8(interface->instance)
                                                     : to_utf8(interface->reference)));
    return STATUS_SUCCESS;
}

const FilterFacts *SystemAudio::facts_of(const std::u16string &link) {
    auto known = facts_.find(link);
    if (known == facts_.end()) {
        auto described = describe_filter(link);
        known =
            facts_.emplace(link, described ? std::optional(std::move(*described)) : std::nullopt)
                .first;
    }
    return known->second ? &*known->second : nullptr;
}

void SystemAudio::rescan() {
    LockGuard scanning(scan_lock_);
    std::vector<const FilterFacts *> all;
    for (const io::Interface *one :
         current_kernel().io().interfaces().list(to_guid(KSCATEGORY_AUDIO), nullptr, false))
        if (one->physical != physical_)
            if (const FilterFacts *facts = facts_of(one->link))
                all.push_back(facts);
    for (const FilterFacts *facts : all) {
        if (facts->kind != FilterKind::wave)
            continue;
        auto plan = make_plan(*facts, all);
        std::shared_ptr<VirtualDevice> known;
        {
            LockGuard guard(lock_);
            for (const auto &device : devices_)
                if (equal_ignoring_case(device->wave_link, facts->link))
                    known = device;
        }
        if (known) {
            if (known->plan()->explanation() != plan->explanation())
                tell(*known, *plan);
            known->set_plan(std::move(plan));
        } else if (plan->useful()) {
            arrive(*facts, std::move(plan));
        } else {
            tell(VirtualDevice(facts->link, to_utf16(facts->name)), *plan);
        }
    }
}

// The wave filter, the filters that it is wired to, and all that may stand before it.
std::shared_ptr<const Plan> SystemAudio::make_plan(const FilterFacts &wave,
                                                   const std::vector<const FilterFacts *> &all) {
    std::vector<FilterFacts> filters{wave};
    for (std::size_t i = 0; i < filters.size(); ++i)
        for (const PinFacts &pin : std::vector(filters[i].pins)) {
            if (!pin.wire || std::ranges::any_of(filters, [&](const FilterFacts &one) {
                    return same_filter(one.link, pin.wire->link);
                }))
                continue;
            // It may be there by a link of another category.
            const auto known = std::ranges::find_if(all, [&](const FilterFacts *one) {
                return same_filter(one->link, pin.wire->link);
            });
            if (const FilterFacts *found = known != all.end() ? *known : facts_of(pin.wire->link))
                filters.push_back(*found);
        }
    for (const FilterFacts *one : all)
        if (one->kind != FilterKind::wave && one->kind != FilterKind::topology)
            filters.push_back(*one);
    return std::make_shared<const Plan>(std::move(filters));
}

// Its interface has the name of the wave filter, and so the same each time that comes.
void SystemAudio::arrive(const FilterFacts &wave, std::shared_ptr<const Plan> plan) {
    auto device = std::make_shared<VirtualDevice>(wave.link, to_utf16(wave.name));
    tell(*device, *plan);
    device->set_plan(std::move(plan));
    std::u16string reference = reference_of(wave.link);
    UNICODE_STRING name = counted(reference), link{};
    if (!NT_SUCCESS(IoRegisterDeviceInterface(physical_, &KSCATEGORY_AUDIO_DEVICE, &name, &link)))
        return;
    device->interface_link = text_of(link);
    auto context = std::make_unique<std::shared_ptr<VirtualDevice>>(device);
    KSOBJECT_CREATE_ITEM item{create_virtual_filter, context.get(), name, nullptr, 0};
    if (NT_SUCCESS(KsAllocateObjectCreateItem(header_, &item, TRUE, free_item))) {
        context.release(); // the item's
        LockGuard guard(lock_);
        devices_.push_back(std::move(device));
        IoSetDeviceInterfaceState(&link, TRUE);
    }
    RtlFreeUnicodeString(&link);
}

void SystemAudio::leave(VirtualDevice &device) {
    UNICODE_STRING link = counted(device.interface_link);
    IoSetDeviceInterfaceState(&link, FALSE);
    std::u16string reference = reference_of(device.wave_link);
    UNICODE_STRING name = counted(reference);
    KsFreeObjectCreateItem(header_, &name);
}

void SystemAudio::tell(const VirtualDevice &device, const Plan &plan) const {
    const std::string name = to_utf8(device.friendly_name);
    for (const std::string &sentence : plan.explanation())
        current_kernel().trace().event("sysaudio.plan", {{"device", std::string_view(name)},
                                                         {"text", std::string_view(sentence)}});
}

std::size_t SystemAudio::device_count() {
    LockGuard guard(lock_);
    return devices_.size();
}

std::shared_ptr<VirtualDevice> SystemAudio::device(ULONG id) {
    LockGuard guard(lock_);
    return id < devices_.size() ? devices_[id] : nullptr;
}

std::optional<ULONG> SystemAudio::id_of(const VirtualDevice &device) {
    LockGuard guard(lock_);
    for (std::size_t id = 0; id < devices_.size(); ++id)
        if (devices_[id].get() == &device)
            return ULONG(id);
    return std::nullopt;
}

ULONG SystemAudio::virtual_source(const GUID &category, const GUID &name) {
    LockGuard guard(lock_);
    const auto same = [&](const auto &one) { return one.first == category && one.second == name; };
    const auto known = std::ranges::find_if(sources_, same);
    if (known != sources_.end())
        return ULONG(known - sources_.begin());
    sources_.emplace_back(category, name);
    return ULONG(sources_.size() - 1);
}

bool SystemAudio::has_virtual_source(ULONG index) {
    LockGuard guard(lock_);
    return index < sources_.size();
}

} // namespace ksbox::sysaudio
