#include "loader/stack_walk.h"

#include "loader/seh_activation.h"
#include "loader/unwind_codes.h"

namespace ksbox::loader {

namespace {

/// A host frame: its caller's rbp and return address are at rbp. Registers that host code saved
/// elsewhere are lost, which matters only to driver frames that use one as frame pointer.
bool step_host_frame(const UnwindEnvironment &environment, Context &context) {
    const std::uint64_t frame = context.gpr[reg_rbp];
    if (frame < context.rsp() || frame % 8)
        return false;
    std::uint64_t caller_rbp, return_address;
    if (!read_stack(environment, frame, caller_rbp) ||
        !read_stack(environment, frame + 8, return_address) || return_address == 0)
        return false;
    context.gpr[reg_rbp] = caller_rbp;
    context.rip = return_address;
    context.rsp() = frame + 16;
    return true;
}

bool step(const UnwindEnvironment &environment, Context &context, bool first) {
    if (const SehActivation *activation = seh_activation_at(environment, context)) {
        context = activation->phase != SehActivation::Phase::unwind
                      ? Context(*activation->exception)
                      : Context(*activation->dispatcher->context);
        return true;
    }
    if (is_driver_code(environment, context.rip))
        return unwind_frame(environment, context, HandlerKind::none).has_value();
    if (first && unwind_wild_call(environment, context)) // a call through a bad pointer
        return true;
    return step_host_frame(environment, context);
}

} // namespace

std::size_t walk_stack(const UnwindEnvironment &environment, const Context &start,
                       std::span<WalkedFrame> frames) {
    Context context = start;
    std::size_t count = 0;
    while (count < frames.size()) {
        frames[count] = {context.rip, environment.images->find(context.rip)};
        ++count;
        if (!step(environment, context, count == 1))
            break;
    }
    return count;
}

} // namespace ksbox::loader
