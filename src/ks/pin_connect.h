// The connection between two pins: who of them is the IRP source, the minidriver's Connect and
// Disconnect on the sink (@doc NC:ks.PFNKSPIN, NC:ks.PFNKSPINVOID, NS:ks.KSPIN_CONNECT).
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class Pin;

/// The file object of PinToHandle, referenced; null for NULL. STATUS_INVALID_HANDLE,
/// STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED. Its last reference closes a pin, which takes
/// control mutexes: no one lets go of it with one held.
Result<PFILE_OBJECT> reference_peer(HANDLE pin_to_handle, KPROCESSOR_MODE mode);

/// Claims the AVStream pin behind `file` as the peer of the pin about to be created, so that nobody
/// else connects to it. Nothing of a driver is called (B15). On success the reference is the pin's
/// (pin_to_file) and pin.abi().Communication is the role that the pin will have.
/// STATUS_INVALID_PARAMETER (not a pin), STATUS_INVALID_DEVICE_STATE (in use), STATUS_NO_MATCH
/// (communication or data flow) [inferred]. Any control mutex may be held.
Result<void> claim_peer(Pin &pin, PFILE_OBJECT file);

/// Takes a claim back; the caller dereferences the file object, unless it is null.
PFILE_OBJECT release_claim(Pin &pin);

/// Completes the connection that claim_peer() began, after the minidriver's Create. No control
/// mutex held: takes the sink's. An error of the minidriver's Connect, STATUS_UNSUCCESSFUL for
/// STATUS_PENDING [inferred], or the transport's; the peer is then as it was.
Result<void> connect_pins(Pin &pin);

/// Ends the connection of an IRP source that goes away; no control mutex held. Does nothing for
/// others. The last reference on the sink's file object may go with it.
void disconnect_source(Pin &source);

} // namespace ksbox::ks
