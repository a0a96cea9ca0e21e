// The pins of both filters as AVStream calls them.
#pragma once

#include "abi/windows.h"

namespace ksbox::rtstream {

/// Pin 0 is where data comes in, pin 1 where it goes out. One is for requests; the other, an IRP
/// source with the looped interface, connects to a WaveRT pin.
inline constexpr ULONG pin_count = 2;
extern const KSPIN_DESCRIPTOR_EX render_pins[pin_count];
extern const KSPIN_DESCRIPTOR_EX capture_pins[pin_count];
inline constexpr ULONG render_request_pin = 0, capture_request_pin = 1;

} // namespace ksbox::rtstream
