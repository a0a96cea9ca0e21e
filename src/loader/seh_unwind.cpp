// The unwind phase: termination handlers run, innermost first, then the target frame goes on.
#include "loader/seh.h"
#include "loader/seh_activation.h"

namespace ksbox::loader {

namespace {

constexpr std::uint32_t status_unwind = 0xc0000027;

/// Whether the unwind ends in a frame. A jump buffer names its frame by any address in it:
/// Microsoft's compiler stores the establisher's, clang that of the return address.
bool is_target_frame(const ExceptionRecord &record, std::uint64_t target, const UnwoundFrame &frame,
                     const Context &caller) {
    if (record.code == status_longjump && target > frame.establisher)
        return target < caller.rsp();
    return target == frame.establisher;
}

Disposition call_handler(ExceptionRecord &record, const UnwoundFrame &frame,
                         DispatcherContext &dispatcher) {
    const SehActivation activation{SehActivation::Phase::unwind, nullptr, &dispatcher};
    return static_cast<Disposition>(static_cast<int>(ksbox_seh_call(
        reinterpret_cast<const void *>(frame.handler), reinterpret_cast<std::uint64_t>(&record),
        frame.establisher, reinterpret_cast<std::uint64_t>(dispatcher.context),
        reinterpret_cast<std::uint64_t>(&dispatcher), &activation)));
}

} // namespace

UnwindFailure unwind_to_frame(const UnwindEnvironment &environment, std::uint64_t target_frame,
                              std::uint64_t target_ip, ExceptionRecord *record,
                              std::uint64_t return_value, const Context &start) {
    ExceptionRecord made_up{};
    if (!record) {
        made_up.code = status_unwind;
        made_up.address = reinterpret_cast<void *>(start.rip);
        record = &made_up;
    }
    UnwindHistory history;
    history.environment = &environment;
    Context frame_context = start;
    std::uint32_t scope_index = 0;
    record->flags |= exception_unwinding | (target_frame ? 0 : exception_exit_unwind);
    if (is_wild_call(*record, frame_context) && !unwind_wild_call(environment, frame_context))
        return UnwindFailure::no_such_frame;
    for (;;) {
        if (const SehActivation *outer = seh_activation_at(environment, frame_context)) {
            if (outer->phase != SehActivation::Phase::unwind) {
                frame_context = Context(*outer->exception);
            } else { // this unwind takes over from the one that was under way
                scope_index = outer->dispatcher->scope_index;
                frame_context = Context(*outer->dispatcher->context);
                record->flags |= exception_collided_unwind;
            }
            continue;
        }
        Context caller = frame_context;
        const auto frame = unwind_frame(environment, caller, HandlerKind::termination);
        if (!frame)
            return environment.images->find(frame_context.rip) ? UnwindFailure::bad_stack
                                                               : UnwindFailure::no_such_frame;
        const bool is_target = is_target_frame(*record, target_frame, *frame, caller);
        if (target_frame && !is_target && frame->establisher > target_frame)
            return UnwindFailure::no_such_frame;
        if (frame->handler) {
            if (frame->establisher % 8 || !environment.on_stack(frame->establisher, 8))
                return UnwindFailure::bad_stack;
            if (is_target)
                record->flags |= exception_target_unwind;
            DispatcherContext dispatcher{};
            dispatcher.control_pc = frame_context.rip;
            dispatcher.image_base = reinterpret_cast<std::uint64_t>(frame->image->base());
            dispatcher.function = frame->function;
            dispatcher.establisher_frame = frame->establisher;
            dispatcher.target_ip = target_ip;
            dispatcher.context = &frame_context;
            dispatcher.handler = frame->handler;
            dispatcher.handler_data = frame->handler_data;
            dispatcher.history = &history;
            dispatcher.scope_index = scope_index;
            frame_context.gpr[reg_rax] = return_value;
            const Disposition answer = call_handler(*record, *frame, dispatcher);
            record->flags &= ~(exception_collided_unwind | exception_target_unwind);
            if (answer != Disposition::continue_search)
                return UnwindFailure::invalid_disposition;
        }
        if (is_target)
            break;
        frame_context = caller;
        scope_index = 0;
    }
    frame_context.gpr[reg_rax] = return_value;
    if (record->code != status_unwind_consolidate)
        frame_context.rip = target_ip;
    restore_context_for(frame_context, record);
}

} // namespace ksbox::loader
