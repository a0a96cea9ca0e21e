// What traces and reports call an AVStream object: "cable/1/0.2" is the second pin of pin factory 0
// on the first filter of driver cable. Fixed by the order of creation.
#pragma once

#include <string>

#include "abi/windows.h"

namespace ksbox::ks {

class Object;

std::string name_of(Object &object);
/// "pin cable/1/0.2" when the address is a living KSDEVICE, KSFILTERFACTORY, KSFILTER or KSPIN;
/// empty otherwise. Any IRQL.
std::string describe_object(const void *address);
const char *communication_name(KSPIN_COMMUNICATION communication);
/// "pin cable/1/0.2 from PAUSE to RUN", for refusals.
std::string step_text(Object &pin, KSSTATE to, KSSTATE from);
/// "cable/1/0.2 is in reset: …".
std::string in_reset_text(Object &pin);
/// "PAUSE".
const char *state_name(KSSTATE state);

} // namespace ksbox::ks
