// Control flow guard: a driver built with /guard:cf runs, and its call to what is no function stops
// the box with the address by name.
#include <gtest/gtest.h>

#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

TEST(Guard, LetsGoodCallsPass) {
    for (const bool realtime : {false, true}) {
        Box box({.realtime = realtime});
        EXPECT_TRUE(box.load(driver_path("guarded")).unload().empty());
    }
}

class GuardedCall : public ::testing::TestWithParam<std::pair<const char *, const char *>> {};

TEST_P(GuardedCall, StopsTheBox) {
    const auto [fault, place] = GetParam();
    Box box;
    try {
        box.load(driver_path("guarded"), {.parameters = {{"Fault", fault}}});
        FAIL() << "the call was made";
    } catch (const BoxStopped &stop) {
        const std::string &report = stop.report();
        EXPECT_NE(report.find("bug check 0x139 KERNEL_SECURITY_CHECK_FAILURE (0xa,"),
                  std::string::npos)
            << report;
        EXPECT_NE(report.find("control flow guard: guarded.sys makes an indirect call"),
                  std::string::npos)
            << report;
        EXPECT_NE(report.find(place), std::string::npos) << report;
        EXPECT_NE(report.find("in guarded.sys!Commit guarded.c:"), std::string::npos) << report;
    }
}

INSTANTIATE_TEST_SUITE_P(Target, GuardedCall,
                         ::testing::Values(std::pair("header", "(guarded.sys+0x0)"),
                                           std::pair("middle", "(guarded.sys+0x"),
                                           std::pair("data", "(guarded.sys+0x"),
                                           std::pair("pool", "(pool"),
                                           std::pair("null", "0x0 (unmapped)")),
                         [](const auto &info) { return std::string(info.param.first); });

} // namespace
} // namespace ksbox::testing
