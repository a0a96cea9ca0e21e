// What goes through a number of hops: a frame through filters, an IRP through a device stack, a
// buffer through GStreamer's identity, a stack location through a hand-written loop.
#pragma once

#include "support/question.h"

namespace ksbox::bench {

constexpr std::uint32_t frame_bytes = 1920; ///< 10 ms of 48 kHz stereo in 16 bit

Work frames_through_filters(unsigned hops);
Work irps_through_devices(unsigned hops);
Work buffers_through_identities(unsigned hops);
Work locations_through_loop(unsigned hops);

} // namespace ksbox::bench
