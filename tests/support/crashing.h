// Crashing a driver on purpose, and streaming through a box afterwards.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "ksbox/box.h"

namespace ksbox::testing {

/// One of crash.sys's faults and where it is committed; see tests/drivers/crash/crash.h.
struct Crash {
    std::string fault;
    std::string place; ///< "entry", "start", "run", "dpc", or "property": when one is set
};

void PrintTo(const Crash &crash, std::ostream *stream);

/// The faults that stop a box, and what their reports say.
struct CrashWay {
    std::string fault;
    unsigned number; ///< CRASH_FAULT
    std::string words;
    std::string function; ///< of the driver, that the report names with its line
};
const std::vector<CrashWay> &crash_ways();

/// Runs a box in which the driver crashes: its report. Fails the test when it does not crash, or
/// when the box still answers afterwards.
std::string crash(const Crash &crash, bool realtime);

/// The report of crash() says what happened and names the driver's function, file and line.
void expect_named_line(const std::string &report, const std::string &fault);

/// The line of a file in tests/drivers that has the text; fails the test if none has.
int line_in_driver(const std::string &file, const std::string &text);

/// Loads crash.sys, which commits the fault in DriverEntry, and unloads it: what it left behind.
/// `rightly`: the same code runs without its mistake.
std::vector<std::string> make_mistake(const std::string &fault, BoxOptions options,
                                      bool rightly = false);

/// Plays noise through cable in a box of its own and expects it back.
void expect_streaming_box(bool realtime);

} // namespace ksbox::testing
