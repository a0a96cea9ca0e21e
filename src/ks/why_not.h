// What speaks against a create, all of it: the questions that pin_create asks before it calls the
// driver, each asked on its own.
#pragma once

#include <string>
#include <vector>

#include "ks/connect_request.h"

namespace ksbox::ks {

class Filter;

/// Why a pin factory denies itself to user mode; empty: it does not.
std::string denied_to_user_mode(Filter &filter, ULONG pin_id);
/// Why no further instance is possible; empty: one is. Control mutex held.
std::string no_more_instances(Filter &filter, ULONG pin_id);
/// "pin ID 7 is out of range: …"; empty: it is there.
std::string no_such_factory(Filter &filter, ULONG pin_id);

/// One sentence each, for each data range if none takes the format; empty: KS has nothing against
/// it, which is not yet the driver's answer. `connect` is followed by its format. Nothing is
/// created and no code of the driver runs. PASSIVE_LEVEL.
std::vector<std::string> objections(Filter &filter, const KSPIN_CONNECT &connect,
                                    const ClientFormat &format);

} // namespace ksbox::ks
