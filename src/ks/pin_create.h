// IRP_MJ_CREATE and IRP_MJ_CLOSE of pins: validation, the minidriver's callbacks in order, the
// connection to another pin. See docs/architecture.md for one call followed through.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class Pin;

/// KSOBJECT_CREATE_ITEM.Create of pins; the parent file object is the filter's.
NTSTATUS NTAPI pin_create(PDEVICE_OBJECT device, PIRP irp);

/// KsCompletePendingRequest after a pending Create or Close of the minidriver's.
void finish_pin_create(Pin &pin, PIRP irp);
void finish_pin_close(Pin &pin, PIRP irp);

/// A UNICODE_STRING over a literal, for create items.
template <std::size_t N> constexpr UNICODE_STRING ksname(const char16_t (&text)[N]) {
    return {(N - 1) * sizeof(char16_t), N * sizeof(char16_t), const_cast<PWCH>(text)};
}

} // namespace ksbox::ks
