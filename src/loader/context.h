// Taking and loading a full register context (context_asm.S).
#pragma once

#include "loader/machine_context.h"

extern "C" {

/// The caller's registers as they are after this call returns. For host code (System V).
void ksbox_capture_context(ksbox::loader::Context *context) noexcept;

/// As above for driver code: the export RtlCaptureContext. @doc NF:wdm.RtlCaptureContext
KSBOX_MS_ABI void ksbox_rtl_capture_context(ksbox::loader::Context *context) noexcept;

/// Loads every register that `context` holds and jumps to its rip. Floating point state is loaded
/// when its flags say so. Overwrites home[0] of the context and the 24 bytes below its rsp, which
/// the x64 convention leaves to anyone. The stack frames left behind are not told.
[[noreturn]] void ksbox_restore_context(ksbox::loader::Context *context) noexcept;

/// The exports _setjmp and _setjmpex.
KSBOX_MS_ABI int ksbox_setjmp(ksbox::loader::JumpBuffer *buffer, void *frame) noexcept;
}

namespace ksbox::loader {

/// ksbox_restore_context, after telling an address sanitizer that frames are left behind.
[[noreturn]] void restore_context(Context &context) noexcept;

/// RtlRestoreContext's special records: STATUS_LONGJUMP loads the jump buffer that the record
/// names on top of the context, STATUS_UNWIND_CONSOLIDATE calls the function that it names, as if
/// from the context's frame, and goes on where that says. Any other record, or none:
/// restore_context.
/// @doc win32 RtlRestoreContext
[[noreturn]] void restore_context_for(Context &given, const ExceptionRecord *record) noexcept;

} // namespace ksbox::loader
