#include "nt/exports.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "nt/ke/exports/exports.h"

namespace ksbox {

std::vector<Export> ntoskrnl_exports() {
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
                                         device_timer_exports(),
                                         io_misc_exports(),
                                         interrupt_exports(),
                                         process_exports(),
                                         security_exports(),
                                         key_exports(),
                                         registry_rtl_exports(),
                                         rtl_exports()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

namespace {

struct ModuleAlias {
    std::string_view spelling;
    std::string_view module;
};
// hal.dll has been a part of the kernel's export surface since Windows 10; both names reach all.
constexpr std::array aliases = {
    ModuleAlias{"ntoskrnl.exe", "ntoskrnl"},
    ModuleAlias{"ntoskrnl", "ntoskrnl"},
    ModuleAlias{"ntkrnlpa.exe", "ntoskrnl"},
    ModuleAlias{"ntkrnlmp.exe", "ntoskrnl"},
    ModuleAlias{"hal.dll", "ntoskrnl"},
    ModuleAlias{"hal", "ntoskrnl"},
    ModuleAlias{"ks.sys", "ks"},
    ModuleAlias{"ks", "ks"},
};

} // namespace

std::string_view module_of(std::string_view spelling) {
    std::string lower(spelling);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto found = std::ranges::find(aliases, lower, &ModuleAlias::spelling);
    return found == aliases.end() ? std::string_view() : found->module;
}

} // namespace ksbox
