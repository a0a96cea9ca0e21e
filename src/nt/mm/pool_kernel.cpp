// The pool of a box: its misuse stops the box, and the stacks it keeps are those of box threads.
#include "abi/windows.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"
#include "nt/trace.h"

namespace ksbox::mm {

namespace {

constexpr std::size_t most_frames = 24;

/// From the caller of the pool outwards. Nothing on threads that are not the box's.
PoolStack stack_here(Kernel &kernel) {
    if (!kernel.hooks.walk_stack || ke::current_thread_or_null() == nullptr)
        return {};
    const auto *frame = static_cast<const std::uint64_t *>(__builtin_frame_address(0));
    CONTEXT here{};
    here.Rip = frame[1];
    here.Rbp = frame[0];
    here.Rsp = reinterpret_cast<std::uint64_t>(frame + 2);
    std::uint64_t frames[most_frames];
    const std::size_t count = kernel.hooks.walk_stack(here, frames, most_frames);
    // The runtime's own frames say nothing to a driver's writer.
    PoolStack stack;
    for (std::size_t i = 0; i < count; ++i)
        if (!kernel.hooks.driver_of(reinterpret_cast<const void *>(frames[i])).empty())
            stack.push_back(frames[i]);
    return stack;
}

} // namespace

Pool::Pool(Kernel &kernel)
    : Pool(
          kernel.memory(), kernel.random("pool"),
          [this, &kernel](const PoolMisuse &misuse) { stop(kernel, misuse); },
          [&kernel] { return stack_here(kernel); }) {
    set_remarked([&kernel](const PoolMisuse &misuse, const void *caller) {
        kernel.trace().event("pool.tag", {{"caller", TracedAddress{caller}},
                                          {"text", std::string_view(misuse.reason)}});
    });
}

void Pool::stop(Kernel &kernel, const PoolMisuse &misuse, const CONTEXT *context) {
    remember_stop(misuse);
    const auto &p = misuse.parameters;
    kernel.bug_check().stop(misuse.code, {p[0], p[1], p[2], p[3]}, misuse.reason, context);
}

} // namespace ksbox::mm
