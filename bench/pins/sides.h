// Requests to a pin or filter and the lives of pins, in ksbox, GStreamer, and the least that any
// system does for them.
#pragma once

#include "support/question.h"

namespace ksbox::bench {

// ksbox: the cable driver.
Work property_requests();
Work pin_creations();
Work pin_lives();

// GStreamer.
Work property_reads();
Work request_pads();
Work element_lives();

// Hand-written.
Work handler_calls();
Work device_opens();

} // namespace ksbox::bench
