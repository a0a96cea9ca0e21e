// Loading a context with the meanings that some exception records add.
#include "loader/context.h"

#include "loader/seh_activation.h"

namespace ksbox::loader {

namespace {

/// The registers that a jump buffer holds; the others stay as they are.
void load_jump_buffer(Context &context, const JumpBuffer &buffer) {
    context.gpr[reg_rbx] = buffer.rbx;
    context.gpr[reg_rsp] = buffer.rsp;
    context.gpr[reg_rbp] = buffer.rbp;
    context.gpr[reg_rsi] = buffer.rsi;
    context.gpr[reg_rdi] = buffer.rdi;
    context.gpr[reg_r12] = buffer.r12;
    context.gpr[reg_r13] = buffer.r13;
    context.gpr[reg_r14] = buffer.r14;
    context.gpr[reg_r15] = buffer.r15;
    context.rip = buffer.rip;
    context.mxcsr = context.floats.mxcsr = buffer.mxcsr;
    context.floats.control_word = buffer.x87_control;
    for (std::size_t i = 0; i < buffer.xmm6_to_15.size(); ++i)
        context.floats.xmm[6 + i] = buffer.xmm6_to_15[i];
}

} // namespace

void restore_context_for(Context &given, const ExceptionRecord *record) noexcept {
    Context context = given; // on the stack, where walks from inside the call below look for it
    if (record && record->parameter_count != 0 && record->code == status_longjump)
        load_jump_buffer(context, *reinterpret_cast<const JumpBuffer *>(record->parameters[0]));
    if (record && record->parameter_count != 0 && record->code == status_unwind_consolidate) {
        // What lies on the stack below the frame stays until the function has returned.
        const SehActivation activation{SehActivation::Phase::consolidated, &context, nullptr};
        context.rip = ksbox_seh_call(reinterpret_cast<const void *>(record->parameters[0]),
                                     reinterpret_cast<std::uint64_t>(record), 0, 0, 0, &activation);
    }
    restore_context(context);
}

} // namespace ksbox::loader
