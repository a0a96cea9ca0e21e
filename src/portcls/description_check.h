// Whether a port can work on a miniport's description. @doc NS:portcls.PCFILTER_DESCRIPTOR,
// NS:portcls.PCPIN_DESCRIPTOR, NS:portcls.PCNODE_DESCRIPTOR, NS:portcls.PCAUTOMATION_TABLE
#pragma once

#include "ks/table_check.h"

namespace ksbox::portcls {

ks::TableMistakes check_description(const PCFILTER_DESCRIPTOR *description);

} // namespace ksbox::portcls
