// Structured exception handling over driver frames: dispatch, unwind, and the language handler of
// compiled __try/__except/__finally.
//
// None of these functions returns through the frames between the faulting code and a handler: the
// runtime's frames above the driver's are left behind, so they own nothing. They run on the stack
// that faulted, at the IRQL of the fault, allocate nothing and take no lock.
// @doc cpp/build/exception-handling-x64
#pragma once

#include "loader/context.h"
#include "loader/unwind.h"

namespace ksbox::loader {

enum class DispatchOutcome {
    continue_execution,  ///< a filter said so: load `context` (perhaps changed) and go on
    unhandled,           ///< no handler took it: a bug check
    bad_stack,           ///< the frames could not be walked to an end: a bug check too
    invalid_disposition, ///< a handler continued a noncontinuable exception, or answered nonsense
};

/// Offers an exception to the handlers of the driver frames, innermost first. Does not return if
/// one takes it (__except): execution goes on there. Frames end at the first host frame that is
/// not the runtime's own dispatch of an outer exception.
/// `context` is where the exception happened, complete with floating point state.
[[nodiscard]] DispatchOutcome dispatch_exception(const UnwindEnvironment &environment,
                                                 ExceptionRecord &record, Context &context);

/// Why an unwind could not reach its target.
enum class UnwindFailure { bad_stack, no_such_frame, invalid_disposition };

/// RtlUnwindEx from `start`: runs the termination handlers of the frames up to `target_frame`, then
/// goes on at `target_ip` in that frame with rax = `return_value`. Returns only on failure.
/// `record` may be null (STATUS_UNWIND is made up). @doc win32 RtlUnwindEx
UnwindFailure unwind_to_frame(const UnwindEnvironment &environment, std::uint64_t target_frame,
                              std::uint64_t target_ip, ExceptionRecord *record,
                              std::uint64_t return_value, const Context &start);

/// The export __C_specific_handler: the language handler of __try/__except/__finally.
KSBOX_MS_ABI Disposition c_specific_handler(ExceptionRecord *record, void *establisher_frame,
                                            Context *context, DispatcherContext *dispatcher);

} // namespace ksbox::loader
