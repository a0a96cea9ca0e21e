// Every GUID that the Windows headers and the supplement name. ksbox/guid_names.h turns them into
// names and back.
#pragma once

#include "base/guid.h"
#include "ksbox/guid_names.h"

#include <span>
#include <string_view>

namespace ksbox {

/// One well-known GUID and its C name.
struct GuidName {
    std::string_view symbol;
    Guid value;
};

/// Every GUID the Windows headers and the supplement name, sorted by symbol.
std::span<const GuidName> known_guids();

} // namespace ksbox
