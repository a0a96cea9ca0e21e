// The search phase: who takes the exception.
#include "loader/seh.h"
#include "loader/seh_activation.h"
#include "loader/unwind_codes.h"

namespace ksbox::loader {

namespace {

Disposition call_handler(ExceptionRecord &record, const UnwoundFrame &frame, Context &exception,
                         DispatcherContext &dispatcher) {
    const SehActivation activation{SehActivation::Phase::search, &exception, &dispatcher};
    return static_cast<Disposition>(static_cast<int>(ksbox_seh_call(
        reinterpret_cast<const void *>(frame.handler), reinterpret_cast<std::uint64_t>(&record),
        frame.establisher, reinterpret_cast<std::uint64_t>(&exception),
        reinterpret_cast<std::uint64_t>(&dispatcher), &activation)));
}

} // namespace

const SehActivation *seh_activation_at(const UnwindEnvironment &environment,
                                       const Context &context) {
    if (context.rip != reinterpret_cast<std::uint64_t>(ksbox_seh_call_return))
        return nullptr;
    // The stack may be ruined: all that the activation leads to must be there, and lead outwards,
    // so that the walk ends.
    const auto on_stack = [&]<typename T>(const T *object) {
        const auto address = reinterpret_cast<std::uint64_t>(object);
        return address % alignof(T) == 0 && environment.on_stack(address, sizeof(T));
    };
    const SehActivation *activation = nullptr;
    if (!read_stack(environment, context.rsp() + 32, activation) || !on_stack(activation) ||
        activation->phase > SehActivation::Phase::consolidated)
        return nullptr;
    const Context *next = activation->exception;
    if (activation->phase != SehActivation::Phase::consolidated &&
        !on_stack(activation->dispatcher))
        return nullptr;
    if (activation->phase == SehActivation::Phase::unwind)
        next = activation->dispatcher->context;
    return on_stack(next) && next->rsp() > context.rsp() ? activation : nullptr;
}

DispatchOutcome dispatch_exception(const UnwindEnvironment &environment, ExceptionRecord &record,
                                   Context &context) {
    UnwindHistory history;
    history.environment = &environment;
    Context caller = context;
    std::uint32_t scope_index = 0;
    std::uint64_t nested_until = 0; // handlers up to this frame are told the exception is nested
    if (is_wild_call(record, caller) && !unwind_wild_call(environment, caller))
        return DispatchOutcome::unhandled;
    for (;;) {
        const std::uint64_t control_pc = caller.rip;
        if (const SehActivation *outer = seh_activation_at(environment, caller)) {
            if (outer->phase == SehActivation::Phase::search) {
                nested_until = std::max(nested_until, outer->dispatcher->establisher_frame);
                caller = *outer->exception;
            } else if (outer->phase == SehActivation::Phase::consolidated) {
                caller = *outer->exception;
            } else { // the frame was being unwound: the scopes it has left are what counts
                caller = *outer->dispatcher->context;
                scope_index = outer->dispatcher->scope_index;
            }
            continue;
        }
        Context frame_context = caller; // what the frame itself looks like; `caller` moves on
        auto frame = unwind_frame(environment, caller, HandlerKind::exception);
        if (!frame) {
            if (!environment.images->find(control_pc))
                return DispatchOutcome::unhandled;
            record.flags |= exception_stack_invalid;
            return DispatchOutcome::bad_stack;
        }
        if (frame->handler) {
            if (frame->establisher % 8 || !environment.on_stack(frame->establisher, 8)) {
                record.flags |= exception_stack_invalid;
                return DispatchOutcome::bad_stack;
            }
            DispatcherContext dispatcher{};
            dispatcher.control_pc = control_pc;
            dispatcher.image_base = reinterpret_cast<std::uint64_t>(frame->image->base());
            dispatcher.function = frame->function;
            dispatcher.establisher_frame = frame->establisher;
            dispatcher.context = &frame_context;
            dispatcher.handler = frame->handler;
            dispatcher.handler_data = frame->handler_data;
            dispatcher.history = &history;
            dispatcher.scope_index = scope_index;
            if (nested_until >= frame->establisher)
                record.flags |= exception_nested_call;
            else
                record.flags &= ~exception_nested_call;
            const Disposition answer = call_handler(record, *frame, context, dispatcher);
            if (history.unwind_failed)
                return DispatchOutcome::bad_stack;
            if (answer == Disposition::continue_execution)
                return record.flags & exception_noncontinuable
                           ? DispatchOutcome::invalid_disposition
                           : DispatchOutcome::continue_execution;
            if (answer != Disposition::continue_search)
                return DispatchOutcome::invalid_disposition;
        }
        scope_index = 0;
    }
}

} // namespace ksbox::loader
