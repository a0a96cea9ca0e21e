// What a pin waits for: every condition that keeps its frames from being processed, for people.
#pragma once

#include <string>
#include <vector>

namespace ksbox::ks {

class Pin;

/// One sentence for each; empty when nothing is in the way. Each goes into the trace, too. Looks at
/// one moment: others may change it meanwhile. Takes no mutex that a callback of the driver may
/// hold for long: a control mutex that is taken is itself an answer. PASSIVE_LEVEL; the caller
/// holds a reference on the pin's file object.
std::vector<std::string> waiting_for(Pin &pin);

} // namespace ksbox::ks
