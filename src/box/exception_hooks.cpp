#include "box/exception_hooks.h"

#include "abi/windows.h"

#include "box/driver_images.h"
#include "box/export_catalogue.h"
#include "loader/raise_exports.h"
#include "loader/seh.h"
#include "loader/stack_walk.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/trap.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/rtl/memory.h"

namespace ksbox::box {

namespace {

static_assert(sizeof(loader::Context) == sizeof(CONTEXT));
static_assert(sizeof(loader::ExceptionRecord) == sizeof(EXCEPTION_RECORD));

loader::UnwindEnvironment environment_of(ke::Thread &thread) {
    return {.images = &thread.kernel.extension<DriverImages>().index(),
            .stack_low = reinterpret_cast<std::uint64_t>(thread.stack_base),
            .stack_high = reinterpret_cast<std::uint64_t>(thread.stack_limit),
            .memory_leaf_begin = reinterpret_cast<std::uint64_t>(ksbox_crt_memory_begin),
            .memory_leaf_end = reinterpret_cast<std::uint64_t>(ksbox_crt_memory_end)};
}

/// Whether the exception is the use of an image that was unloaded: nobody may take that one.
bool is_late_use(const EXCEPTION_RECORD &record) {
    return record.ExceptionCode == STATUS_ACCESS_VIOLATION && record.NumberParameters >= 2 &&
           ke::current_thread()
               .kernel.extension<DriverImages>()
               .index()
               .find_unloaded(record.ExceptionInformation[1])
               .has_value();
}

bool dispatch(EXCEPTION_RECORD &record, CONTEXT &context) {
    if (is_late_use(record))
        return false;
    auto outcome = loader::dispatch_exception(environment_of(ke::current_thread()),
                                              reinterpret_cast<loader::ExceptionRecord &>(record),
                                              reinterpret_cast<loader::Context &>(context));
    return outcome == loader::DispatchOutcome::continue_execution;
}

std::size_t walk(const CONTEXT &context, std::uint64_t *frames, std::size_t count) {
    constexpr std::size_t most = 64;
    loader::WalkedFrame walked[most];
    std::size_t found = loader::walk_stack(environment_of(ke::current_thread()),
                                           reinterpret_cast<const loader::Context &>(context),
                                           std::span(walked, std::min(count, most)));
    for (std::size_t i = 0; i < found; ++i)
        frames[i] = walked[i].address;
    return found;
}

} // namespace

void install_exception_hooks(Kernel &kernel) {
    kernel.hooks.dispatch_exception = dispatch;
    kernel.hooks.walk_stack = walk;
    kernel.hooks.driver_of = [&kernel](const void *address) -> std::string_view {
        const loader::Image *image =
            kernel.extension<DriverImages>().index().find(reinterpret_cast<std::uint64_t>(address));
        return image == nullptr ? std::string_view() : std::string_view(image->name());
    };
    kernel.hooks.find_export = [&kernel](std::string_view name) -> const void * {
        const Export *entry = export_catalogue().find("ntoskrnl", name);
        if (entry == nullptr)
            return nullptr;
        const void *own = entry->is_data ? kernel.box_data(name) : nullptr;
        return own != nullptr ? own : entry->address;
    };
}

} // namespace ksbox::box

// What the loader's raising thunks ask about the box of the current thread.
namespace ksbox::loader::raise_seam {

UnwindEnvironment current_environment() noexcept {
    return box::environment_of(ke::current_thread());
}

void unhandled(const ExceptionRecord &record, const Context &context, DispatchOutcome) noexcept {
    ke::unhandled_exception(reinterpret_cast<const EXCEPTION_RECORD &>(record),
                            &reinterpret_cast<const CONTEXT &>(context), ke::Origin::call,
                            "raised by the driver");
}

std::uint64_t user_probe_address() noexcept {
    return mm::layout::user_probe_address;
}

} // namespace ksbox::loader::raise_seam
