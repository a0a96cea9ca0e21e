// From .inx to .inf, as stampinf does it: the architecture, the framework's version, DriverVer.
// @doc devtest/stampinf
#pragma once

#include <string>
#include <string_view>

namespace ksbox::build {

struct Stamp {
    std::string date;          ///< "02/22/2026"; empty: the file's own, else 01/01/2000
    std::string version;       ///< "1.2.3.4"; empty: the file's own, else 1.0.0.0
    std::string kmdf = "1.31"; ///< for $KMDFVERSION$
};

/// UTF-8 to UTF-8.
std::string stamped(std::string_view text, const Stamp &stamp);

} // namespace ksbox::build
