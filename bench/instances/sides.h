// One among many of its kind: pins of a filter, pads of an element, entries of a table.
#pragma once

#include "support/question.h"

namespace ksbox::bench {

// Makes one more and removes it, while so many others are there.
Work pin_beside(unsigned others);
Work pad_beside(unsigned others);
Work entry_beside(unsigned others);

// Gives data to one of so many.
Work frames_to_one_pin(unsigned pins);
Work buffers_to_one_pad(unsigned pads);
Work numbers_to_one_entry(unsigned entries);

} // namespace ksbox::bench
