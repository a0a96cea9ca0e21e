// The bug check report for people: rendered from the captured facts by the host side, on a healthy
// stack, after the box has frozen.
#pragma once

#include <string>

#include "nt/ke/bug_check.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::box {

/// One line: "bug check 0xD1 DRIVER_IRQL_NOT_LESS_OR_EQUAL: read of 0x0 (unmapped) in cable.sys".
std::string crash_summary(Kernel &kernel);
/// The whole report, many lines, no colour.
std::string crash_report(Kernel &kernel);

} // namespace ksbox::box
