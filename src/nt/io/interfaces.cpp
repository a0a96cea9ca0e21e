// Device interfaces: registration, the symbolic link, finding.
#include "nt/io/interfaces.h"

#include <algorithm>

#include "base/unicode.h"
#include "nt/cm/registry.h"
#include "nt/io/device_object.h"
#include "nt/io/device_registry.h"
#include "nt/io/notifications.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/trace.h"

namespace ksbox::io {

namespace {

/// "ROOT\MEDIA\0000" as "ROOT#MEDIA#0000".
std::u16string hashed(std::u16string text) {
    std::ranges::replace(text, u'\\', u'#');
    return text;
}

constexpr std::u16string_view kernel_prefix = u"\\??\\";
constexpr std::u16string_view user_prefix = u"\\\\?\\";

/// The symbolic link object's name: the interface's without the reference string, which is left
/// over for the driver when the name is opened.
std::u16string link_object(const Interface &interface) {
    if (interface.reference.empty())
        return interface.link;
    return interface.link.substr(0, interface.link.size() - interface.reference.size() - 1);
}

} // namespace

std::u16string user_link(std::u16string_view link) {
    if (!link.starts_with(kernel_prefix))
        return std::u16string(link);
    return std::u16string(user_prefix).append(link.substr(kernel_prefix.size()));
}

std::u16string kernel_link(std::u16string_view path) {
    for (auto prefix : {user_prefix, std::u16string_view(u"\\\\.\\")})
        if (path.starts_with(prefix))
            return std::u16string(kernel_prefix).append(path.substr(prefix.size()));
    return std::u16string(path);
}

Result<Interfaces::Added> Interfaces::add(PDEVICE_OBJECT physical, const Guid &category,
                                          std::u16string_view reference) {
    const auto *node = record_of(physical).node;
    if (!node || reference.find_first_of(u"\\/") != reference.npos)
        return fail(STATUS_INVALID_DEVICE_REQUEST);
    const auto guid = lower_guid(category);
    const auto body = hashed(node->instance_path) + u'#' + guid;
    auto link = std::u16string(kernel_prefix) + body;
    if (!reference.empty())
        (link += u'\\') += reference;
    if (auto *known = find(link)) {
        known->physical = physical;
        return Added{known, false};
    }
    auto made = std::make_unique<Interface>();
    made->category = category;
    made->physical = physical;
    made->instance = node->instance_path;
    made->reference = reference;
    made->link = std::move(link);
    made->key = u"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\DeviceClasses\\" + guid +
                u"\\##?#" + body + u"\\#" + made->reference;
    auto &registry = io_.kernel().registry();
    (void)registry.create_key(made->key + u"\\Device Parameters");
    const auto parent = made->key.substr(0, made->key.rfind(u'\\'));
    (void)registry.set_string(parent, u"DeviceInstance", node->instance_path);
    (void)registry.set_string(made->key, u"SymbolicLink", user_link(made->link));
    ke::HostLockGuard guard(lock_);
    interfaces_.push_back(std::move(made));
    return Added{interfaces_.back().get(), true};
}

std::size_t Interfaces::enabled_links(const Interface &interface) const {
    const auto name = link_object(interface);
    return static_cast<std::size_t>(std::ranges::count_if(interfaces_, [&](const auto &other) {
        return other->enabled && equal_ignoring_case(link_object(*other), name);
    }));
}

Result<NTSTATUS> Interfaces::set_state(std::u16string_view link, bool enable) {
    auto *found = find(link);
    PDEVICE_OBJECT const physical = found ? found->physical.load() : nullptr;
    if (!physical)
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    auto &kernel = io_.kernel();
    const auto target = kernel.objects().name_of(physical);
    {
        ke::HostLockGuard guard(lock_);
        if (found->enabled == enable) {
            if (!enable)
                return fail(STATUS_OBJECT_NAME_NOT_FOUND);
            return STATUS_OBJECT_NAME_EXISTS;
        }
        // One link serves all reference strings of the device and class.
        const bool alone = enabled_links(*found) == (enable ? 0 : 1);
        if (alone && enable)
            if (auto made = kernel.objects().create_link(link_object(*found), target); !made)
                return fail(made.error());
        found->enabled = enable;
        if (alone && !enable)
            (void)kernel.objects().delete_link(link_object(*found));
    }
    const auto text = to_utf8(found->link);
    kernel.trace().event("interface",
                         {{"name", std::string_view(text)}, {"enabled", std::uint64_t(enable)}});
    auto *node = record_of(physical).node;
    if (enable && node && node->state == DeviceState::added)
        node->late_arrivals.emplace_back(found->category, found->link);
    else
        io_.notifications().interface_changed(found->category, found->link, enable);
    return STATUS_SUCCESS;
}

Interface *Interfaces::find(std::u16string_view link) {
    const auto wanted = kernel_link(link);
    ke::HostLockGuard guard(lock_);
    for (auto &interface : interfaces_)
        if (equal_ignoring_case(interface->link, wanted))
            return interface.get();
    return nullptr;
}

std::vector<Interface *> Interfaces::list(const Guid &category, PDEVICE_OBJECT physical,
                                          bool disabled_too) {
    ke::HostLockGuard guard(lock_);
    std::vector<Interface *> found;
    for (auto &interface : interfaces_)
        if (interface->category == category && (interface->enabled || disabled_too) &&
            (!physical || interface->physical == physical))
            found.push_back(interface.get());
    return found;
}

std::vector<Interface *> Interfaces::all() {
    ke::HostLockGuard guard(lock_);
    std::vector<Interface *> found;
    for (auto &interface : interfaces_)
        found.push_back(interface.get());
    return found;
}

void Interfaces::device_removed(PDEVICE_OBJECT physical) {
    for (auto *interface : all()) {
        if (interface->physical != physical)
            continue;
        if (interface->enabled)
            (void)set_state(interface->link, false);
        interface->physical = nullptr;
    }
}

} // namespace ksbox::io
