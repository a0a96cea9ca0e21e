// The connection between two pins: who of them is the IRP source, the minidriver's Connect and
// Disconnect on the sink (@doc NC:ks.PFNKSPIN, NC:ks.PFNKSPINVOID, NS:ks.KSPIN_CONNECT).
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class Pin;

/// Resolves PinToHandle for the pin about to be created and claims its AVStream peer, so that
/// nobody else connects to it. Nothing of a driver is called (B15). On success pin.pin_to_file is
/// referenced (null for PinToHandle NULL) and pin.abi().Communication is the role that the pin will
/// have. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED from the handle;
/// STATUS_INVALID_PARAMETER (not a pin), STATUS_INVALID_DEVICE_STATE (in use), STATUS_NO_MATCH
/// (communication or data flow) [inferred]. Any control mutex may be held.
Result<void> claim_peer(Pin &pin, HANDLE pin_to_handle, KPROCESSOR_MODE mode);

/// Takes a claim back and lets go of the file object.
void release_claim(Pin &pin);

/// Completes the connection that claim_peer() began, after the minidriver's Create. No control
/// mutex held: takes the sink's. An error of the minidriver's Connect, STATUS_UNSUCCESSFUL for
/// STATUS_PENDING [inferred], or the transport's; the peer is then as it was.
Result<void> connect_pins(Pin &pin);

/// Ends the connection of an IRP source that goes away; no control mutex held. Does nothing for
/// others. The last reference on the sink's file object may go with it.
void disconnect_source(Pin &source);

} // namespace ksbox::ks
