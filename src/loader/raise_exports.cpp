// What the thunks of raise_thunk.S call: each takes the caller's context and the export's first
// three arguments.
#include "loader/raise_exports.h"

#include "loader/stack_walk.h"

namespace ksbox::loader {

namespace {

constexpr std::uint32_t status_datatype_misalignment = 0x80000002;
constexpr std::uint32_t status_access_violation = 0xc0000005;

} // namespace

void raise_from_export(Context &context, ExceptionRecord &record) noexcept {
    const UnwindEnvironment environment = raise_seam::current_environment();
    const DispatchOutcome outcome = dispatch_exception(environment, record, context);
    if (outcome == DispatchOutcome::continue_execution)
        restore_context(context);
    raise_seam::unhandled(record, context, outcome);
}

void raise_code_from_export(Context &context, std::uint32_t code) noexcept {
    ExceptionRecord record{};
    record.code = code;
    record.flags = exception_noncontinuable;
    record.address = reinterpret_cast<void *>(context.rip);
    raise_from_export(context, record);
}

void unwind_from_export(Context &context, void *frame, void *target_ip, ExceptionRecord *record,
                        void *return_value) noexcept {
    const UnwindEnvironment environment = raise_seam::current_environment();
    const UnwindFailure failure =
        unwind_to_frame(environment, reinterpret_cast<std::uint64_t>(frame),
                        reinterpret_cast<std::uint64_t>(target_ip), record,
                        reinterpret_cast<std::uint64_t>(return_value), context);
    constexpr std::uint32_t status_bad_stack = 0xc0000028;
    constexpr std::uint32_t status_invalid_unwind_target = 0xc0000029;
    ExceptionRecord failed{};
    failed.code =
        failure == UnwindFailure::no_such_frame ? status_invalid_unwind_target : status_bad_stack;
    failed.flags = exception_noncontinuable;
    failed.address = reinterpret_cast<void *>(context.rip);
    raise_seam::unhandled(failed, context, DispatchOutcome::bad_stack);
}

} // namespace ksbox::loader

extern "C" {

using ksbox::loader::Context;
using ksbox::loader::ExceptionRecord;

KSBOX_MS_ABI void ksbox_raise_status(Context *context, std::uint32_t status) noexcept {
    ksbox::loader::raise_code_from_export(*context, status);
}

KSBOX_MS_ABI void ksbox_raise_access_violation(Context *context) noexcept {
    ksbox::loader::raise_code_from_export(*context, ksbox::loader::status_access_violation);
}

KSBOX_MS_ABI void ksbox_raise_misalignment(Context *context) noexcept {
    ksbox::loader::raise_code_from_export(*context, ksbox::loader::status_datatype_misalignment);
}

KSBOX_MS_ABI void ksbox_raise_record(Context *context, ExceptionRecord *record) noexcept {
    record->address = reinterpret_cast<void *>(context->rip);
    ksbox::loader::raise_from_export(*context, *record);
}

KSBOX_MS_ABI void ksbox_probe_for_read(Context *context, std::uint64_t address,
                                       std::uint64_t length, std::uint32_t alignment) noexcept {
    if (length == 0)
        return;
    if (alignment != 0 && address % alignment)
        ksbox::loader::raise_code_from_export(*context,
                                              ksbox::loader::status_datatype_misalignment);
    const std::uint64_t end = address + length;
    if (end < address || end > ksbox::loader::raise_seam::user_probe_address())
        ksbox::loader::raise_code_from_export(*context, ksbox::loader::status_access_violation);
}

KSBOX_MS_ABI void ksbox_unwind_local(Context *context, void *frame, void *target_ip) noexcept {
    ksbox::loader::unwind_from_export(*context, frame, target_ip, nullptr, nullptr);
}

KSBOX_MS_ABI void ksbox_unwind(Context *context, void *frame, void *target_ip,
                               ExceptionRecord *record) noexcept {
    ksbox::loader::unwind_from_export(
        *context, frame, target_ip, record,
        reinterpret_cast<void *>(context->gpr[ksbox::loader::reg_r9]));
}

KSBOX_MS_ABI std::uint16_t ksbox_capture_back_trace(Context *context, std::uint32_t frames_to_skip,
                                                    std::uint32_t frames_to_capture,
                                                    void **back_trace) noexcept {
    using namespace ksbox::loader;
    std::array<WalkedFrame, 64> frames; // Windows captures fewer than 63 in all
    const std::size_t walked = walk_stack(raise_seam::current_environment(), *context, frames);
    auto *hash = reinterpret_cast<std::uint32_t *>(context->gpr[reg_r9]);
    std::uint16_t captured = 0;
    std::uint32_t sum = 0;
    for (std::size_t i = frames_to_skip; i < walked && captured < frames_to_capture; ++i) {
        back_trace[captured++] = reinterpret_cast<void *>(frames[i].address);
        sum += static_cast<std::uint32_t>(frames[i].address);
    }
    if (hash)
        *hash = sum;
    return captured;
}
}
