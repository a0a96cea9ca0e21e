// Data intersection by each side, for the lists of offers.h.
#pragma once

#include "intersection/offers.h"
#include "support/question.h"

namespace ksbox::bench {

Work match_ranges(unsigned count);
/// The same by a client's KSPROPERTY_PIN_DATAINTERSECTION, up to the driver's own handler.
Work ask_for_intersection(unsigned count);
Work intersect_caps(unsigned count);
Work compare_offers(unsigned count);

} // namespace ksbox::bench
