#include "nt/exports.h"

#include <algorithm>
#include <array>
#include <set>

#include "nt/ke/exports/exports.h"
#include "nt/stubs.h"

namespace ksbox {

std::vector<Export> implemented_exports() {
    std::vector<Export> all;
    for (std::span<const Export> part : {ke::event_exports(),
                                         ke::wait_exports(),
                                         ke::timer_exports(),
                                         ke::irql_exports(),
                                         ke::time_exports(),
                                         ke::thread_exports(),
                                         ke::debug_exports(),

                                         pool_exports(),
                                         mdl_exports(),
                                         memory_exports(),
                                         section_exports(),
                                         virtual_memory_exports(),
                                         routine_address_exports(),
                                         fast_mutex_exports(),
                                         resource_exports(),
                                         push_lock_exports(),
                                         rundown_exports(),
                                         lookaside_exports(),
                                         slist_exports(),
                                         interlocked_exports(),
                                         work_item_exports(),
                                         callback_exports(),
                                         ex_timer_exports(),
                                         ex_misc_exports(),
                                         object_type_exports(),
                                         object_exports(),
                                         object_service_exports(),
                                         object_security_exports(),
                                         irp_exports(),
                                         irp_dispatch_exports(),
                                         irp_cancel_exports(),
                                         irp_build_exports(),
                                         cancel_safe_queue_exports(),
                                         start_io_exports(),
                                         device_queue_exports(),
                                         remove_lock_exports(),
                                         device_exports(),
                                         driver_exports(),
                                         file_exports(),
                                         share_access_exports(),
                                         device_interface_exports(),
                                         device_property_exports(),
                                         notification_exports(),
                                         power_exports(),
                                         power_framework_exports(),
                                         power_policy_exports(),
                                         io_identity_exports(),
                                         wmi_exports(),
                                         bus_exports(),
                                         device_timer_exports(),
                                         io_misc_exports(),
                                         interrupt_exports(),
                                         process_exports(),
                                         security_exports(),
                                         event_tracing_exports(),
                                         system_information_exports(),

                                         process_attach_exports(),
                                         process_information_exports(),
                                         dma_exports(),
                                         key_exports(),
                                         key_notify_exports(),
                                         registry_rtl_exports(),
                                         rtl_exports()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

std::vector<Export> ntoskrnl_exports() {
    std::vector<Export> all = implemented_exports();
    std::set<std::string_view> names;
    for (const Export &entry : all)
        names.insert(entry.name);
    const std::vector<Export> stubs = stubs_besides(names);
    all.insert(all.end(), stubs.begin(), stubs.end());
    return all;
}

namespace {

// hal.dll has been a part of the kernel's export surface since Windows 10; both names reach all.
constexpr std::array kernel_modules = {"ntoskrnl", "ntkrnlpa", "ntkrnlmp", "ntkrpamp", "hal"};
constexpr std::array api_set_prefixes = {"ext-ms-win-ntos-", "api-ms-win-ntos-"};
constexpr std::array class_drivers = {"ks",       "portcls", "drmk", "wdfldr",
                                      "wdf01000", "ksecdd",  "netio"};

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Whether `text` begins with `prefix`, which is in lower case.
bool begins(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::ranges::equal(text.substr(0, prefix.size()), prefix, {}, lower);
}

} // namespace

std::string_view module_of(std::string_view spelling) {
    for (const std::string_view extension : {".exe", ".dll", ".sys"})
        if (spelling.size() >= 4 && begins(spelling.substr(spelling.size() - 4), extension))
            spelling.remove_suffix(4);
    const auto is = [&](std::string_view name) {
        return spelling.size() == name.size() && begins(spelling, name);
    };
    if (std::ranges::any_of(kernel_modules, is) ||
        std::ranges::any_of(api_set_prefixes,
                            [&](std::string_view prefix) { return begins(spelling, prefix); }))
        return "ntoskrnl";
    if (is("cng")) // ksecdd's other name, since Windows 8
        return "ksecdd";
    const auto driver = std::ranges::find_if(class_drivers, is);
    return driver == class_drivers.end() ? std::string_view() : std::string_view(*driver);
}

} // namespace ksbox
