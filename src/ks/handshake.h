// Protocol handshakes between pins (@doc NI:ks.IOCTL_KS_HANDSHAKE, NF:ks.KsPinHandshake).
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

class Pin;

/// Completes the IRP: STATUS_INVALID_DEVICE_REQUEST from user mode, STATUS_INVALID_BUFFER_SIZE for
/// wrong sizes, the minidriver's answer, STATUS_INVALID_DEVICE_REQUEST when there is no callback,
/// which is what one returns for a protocol that it does not know (NC:ks.PFNKSPINHANDSHAKE)
/// [inferred].
NTSTATUS handshake_ioctl(Pin &pin, PIRP irp);

/// The connected pin's answer; STATUS_UNSUCCESSFUL for a pin without one [inferred]. PASSIVE.
NTSTATUS handshake_with_peer(Pin &pin, KSHANDSHAKE *in, KSHANDSHAKE *out);

} // namespace ksbox::ks
