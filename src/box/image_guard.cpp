#include "box/image_guard.h"

#include <algorithm>
#include <link.h>
#include <string>

#include <fmt/format.h>

#include "abi/windows.h"

#include "box/driver_images.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/mm/memory.h"

namespace ksbox::box {

namespace {

constexpr std::uint32_t kernel_security_check_failure = 0x139;
constexpr std::uint64_t guard_icall_check_failure = 10; // FAST_FAIL_GUARD_ICALL_CHECK_FAILURE

int add_code(dl_phdr_info *info, std::size_t, void *to) {
    for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
        const auto &segment = info->dlpi_phdr[i];
        if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X))
            static_cast<HostCode *>(to)->add(info->dlpi_addr + segment.p_vaddr, segment.p_memsz);
    }
    return 0;
}

bool is_target(const loader::Image &, std::uint64_t address) noexcept {
    Kernel &kernel = ke::current_thread().kernel;
    const auto *pointer = reinterpret_cast<const void *>(address);
    if (const loader::Image *image = kernel.extension<DriverImages>().index().find(address))
        return image->contains(pointer) ? image->may_be_called(pointer) : image->is_thunk(pointer);
    return kernel.extension<DriverImages>().host_code().contains(address);
}

void refuse_call(const loader::Image &caller, const loader::Context &driver,
                 std::uint64_t target) noexcept {
    Kernel &kernel = ke::current_thread().kernel;
    const auto *pointer = reinterpret_cast<const void *>(target);
    std::string place = kernel.extension<DriverImages>().name_of(pointer);
    if (place.empty())
        place = kernel.memory().describe(pointer);
    kernel.bug_check().stop(
        kernel_security_check_failure, {guard_icall_check_failure, 0, 0, driver.rip},
        fmt::format("control flow guard: {} makes an indirect call to {:#x} ({}), which is not a "
                    "function that may be called so",
                    caller.name(), target, place),
        reinterpret_cast<const CONTEXT *>(&driver), ke::Origin::call);
}

} // namespace

HostCode::HostCode() {
    dl_iterate_phdr(add_code, this);
}

bool HostCode::contains(std::uint64_t address) const {
    return std::ranges::any_of(
        ranges_, [address](const Range &range) { return address - range.begin < range.size; });
}

loader::GuardHooks guard_hooks() {
    return {.is_target = is_target, .failed = refuse_call};
}

} // namespace ksbox::box
