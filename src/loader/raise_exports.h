// Exports that raise exceptions or unwind. Drivers enter them through thunks (raise_thunk.S) that
// capture the caller's context, so the exception is the caller's and no frame of the runtime is
// ever unwound.
#pragma once

#include "loader/seh.h"

namespace ksbox::loader {

/// What raising needs to know about the box; defined by whoever links the thunks (the box, or a
/// test).
namespace raise_seam {
/// Of the current box thread and the stack it runs on.
UnwindEnvironment current_environment() noexcept;
/// No handler took it: makes a bug check of it.
[[noreturn]] void unhandled(const ExceptionRecord &record, const Context &context,
                            DispatchOutcome outcome) noexcept;
/// MmUserProbeAddress: the first address that is not the client's.
std::uint64_t user_probe_address() noexcept;
} // namespace raise_seam

/// Dispatches `record` as raised at `context`, in driver code. Never returns: a handler, a
/// continued context or raise_seam::unhandled takes over.
[[noreturn]] void raise_from_export(Context &context, ExceptionRecord &record) noexcept;

/// A noncontinuable exception without parameters, as ExRaiseStatus raises it.
[[noreturn]] void raise_code_from_export(Context &context, std::uint32_t code) noexcept;

/// RtlUnwindEx as called at `context`. An unwind that fails is a bug check.
[[noreturn]] void unwind_from_export(Context &context, void *frame, void *target_ip,
                                     ExceptionRecord *record, void *return_value) noexcept;

} // namespace ksbox::loader

extern "C" {
/// @doc NF:wdm.ExRaiseStatus; also RtlRaiseStatus. IRQL: any, as the handlers' code allows.
KSBOX_MS_ABI void ksbox_ExRaiseStatus(std::int32_t status);
/// @doc NF:ntddk.ExRaiseAccessViolation
KSBOX_MS_ABI void ksbox_ExRaiseAccessViolation();
/// @doc NF:ntddk.ExRaiseDatatypeMisalignment
KSBOX_MS_ABI void ksbox_ExRaiseDatatypeMisalignment();
/// Sets the record's address to the caller. Returns there if a filter continues execution.
KSBOX_MS_ABI void ksbox_RtlRaiseException(ksbox::loader::ExceptionRecord *record);
/// Raises STATUS_DATATYPE_MISALIGNMENT, or STATUS_ACCESS_VIOLATION if the range reaches beyond the
/// client's addresses. @doc NF:wdm.ProbeForRead
KSBOX_MS_ABI void ksbox_ProbeForRead(const void *address, std::size_t length,
                                     std::uint32_t alignment);
/// As ksbox_ProbeForRead, and writes to every page. @doc NF:wdm.ProbeForWrite
KSBOX_MS_ABI void ksbox_ProbeForWrite(void *address, std::size_t length, std::uint32_t alignment);
/// _local_unwind: what a compiler emits for a jump out of a __try with a __finally.
KSBOX_MS_ABI void ksbox_local_unwind(void *frame, void *target_ip);
KSBOX_MS_ABI void ksbox_RtlUnwind(void *frame, void *target_ip,
                                  ksbox::loader::ExceptionRecord *record, void *return_value);
/// The context argument is scratch memory on Windows and unused here; so is the history.
KSBOX_MS_ABI void ksbox_RtlUnwindEx(void *frame, void *target_ip,
                                    ksbox::loader::ExceptionRecord *record, void *return_value,
                                    ksbox::loader::Context *context, void *history);

/// Return addresses from the caller outwards, host frames included. @doc
/// NF:ntifs.RtlCaptureStackBackTrace
KSBOX_MS_ABI std::uint16_t ksbox_RtlCaptureStackBackTrace(std::uint32_t frames_to_skip,
                                                          std::uint32_t frames_to_capture,
                                                          void **back_trace, std::uint32_t *hash);
/// Touches the pages of a frame of rax bytes below the caller's; keeps every register.
KSBOX_MS_ABI void ksbox_chkstk();

/// The instructions of ProbeForWrite that touch the caller's memory.
extern const char ksbox_probe_leaf_begin[], ksbox_probe_leaf_end[];
extern const char ksbox_touch_leaf_begin[], ksbox_touch_leaf_end[];
}
