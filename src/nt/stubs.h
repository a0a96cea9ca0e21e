// Known names without an implementation: calling one stops the driver with the function's name.
#pragma once

#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "abi/export.h"

namespace ksbox {

/// Every known name that `implemented` lacks, as a stub with its page.
std::vector<Export> stubs_besides(const std::set<std::string_view> &implemented);

} // namespace ksbox
