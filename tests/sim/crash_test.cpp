// A driver crashes, the process does not: a report that names the driver's line, and a fresh box
// that works.
#include <gtest/gtest.h>

#include "support/crashing.h"

namespace ksbox::testing {
namespace {

TEST(Crash, FiveWaysInOneProcessInBothModes) {
    for (bool realtime : {false, true})
        for (const CrashWay &way : crash_ways()) {
            SCOPED_TRACE(way.fault + (realtime ? " realtime" : " simulated"));
            expect_named_line(crash({way.fault, "property"}, realtime), way.fault);
            expect_streaming_box(realtime);
        }
}

class CrashAt : public ::testing::TestWithParam<std::tuple<Crash, bool>> {};

TEST_P(CrashAt, NamesTheLine) {
    const auto &[where, realtime] = GetParam();
    expect_named_line(crash(where, realtime), where.fault);
    expect_streaming_box(realtime);
}

std::string name_of_case(const ::testing::TestParamInfo<CrashAt::ParamType> &info) {
    const auto &[where, realtime] = info.param;
    return where.fault + "_" + where.place + (realtime ? "_realtime" : "_simulated");
}

INSTANTIATE_TEST_SUITE_P(
    Places, CrashAt,
    ::testing::Combine(::testing::Values(Crash{"null", "entry"}, Crash{"raise", "start"},
                                         Crash{"recursion", "run"}, Crash{"null", "dpc"},
                                         Crash{"recursion", "dpc"}, Crash{"spin", "dpc"},
                                         Crash{"bugcheck", "dpc"}, Crash{"raise", "dpc"}),
                       ::testing::Bool()),
    name_of_case);

} // namespace
} // namespace ksbox::testing
