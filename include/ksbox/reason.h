// Why a request was refused, in words. It travels beside the code, never in place of it.
#pragma once

#include <string>
#include <vector>

namespace ksbox {

struct Reason {
    std::string sentence;             ///< which rule, with both values; "": nobody said why
    std::vector<std::string> details; ///< one line each: why every single data range did not match
    bool empty() const { return sentence.empty(); }
};

} // namespace ksbox
