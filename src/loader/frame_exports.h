// Exports that look at frames or go to one: see raise_exports.h for those that raise.
#pragma once

#include "loader/context.h"
#include "loader/image_index.h"

extern "C" {
/// The image that holds an address, as result and in `*base`. @doc win32 RtlPcToFileHeader
KSBOX_MS_ABI void *ksbox_RtlPcToFileHeader(void *address, void **base) noexcept;
/// The .pdata entry for an address, in the image's own memory; null for a leaf function and for
/// code of the host, whose `*image_base` is 0. The history is unused.
/// @doc win32 RtlLookupFunctionEntry
KSBOX_MS_ABI const ksbox::loader::pe::RuntimeFunction *
ksbox_RtlLookupFunctionEntry(std::uint64_t control_pc, std::uint64_t *image_base,
                             void *history) noexcept;
/// Takes the context of a function to its caller. Raises STATUS_BAD_FUNCTION_TABLE where the
/// records are no good. @doc win32 RtlVirtualUnwind
KSBOX_MS_ABI ksbox::loader::LanguageHandler
ksbox_RtlVirtualUnwind(std::uint32_t handler_type, std::uint64_t image_base,
                       std::uint64_t control_pc, const ksbox::loader::pe::RuntimeFunction *entry,
                       ksbox::loader::Context *context, const void **handler_data,
                       std::uint64_t *establisher, ksbox::loader::SavedRegisters *saved);
/// @doc win32 RtlRestoreContext
KSBOX_MS_ABI void ksbox_RtlRestoreContext(ksbox::loader::Context *context,
                                          const ksbox::loader::ExceptionRecord *record) noexcept;
/// Goes back to where _setjmp was called, which then returns `value` (1 for 0). Runs the
/// termination handlers of the frames in between if the buffer has a frame. @doc cpp longjmp
KSBOX_MS_ABI void ksbox_longjmp(const ksbox::loader::JumpBuffer *buffer, int value);
}
