// A driver that goes without cancelling something is named when it is called.
#include <gtest/gtest.h>

#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

using namespace std::chrono_literals;

void expect_late_use(const std::string &report) {
    EXPECT_NE(report.find("bug check 0xce "
                          "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS"),
              std::string::npos)
        << report;
    EXPECT_NE(report.find("unloaded late.sys"), std::string::npos) << report;
}

/// Loads the driver, unloads it, and lets time pass until the box stops.
void run_late(const char *pending, bool realtime) {
    Box box({.realtime = realtime});
    try {
        Driver &driver = box.load(driver_path("late"), {.parameters = {{"Pending", pending}}});
        driver.unload();
        if (std::string(pending) == "callback")
            box.load(driver_path("late"), {.parameters = {{"Pending", "notify"}}});
        for (int second = 0; second < 20; ++second)
            box.run_for(1s);
        FAIL() << "the box goes on";
    } catch (const BoxStopped &stop) {
        expect_late_use(stop.report());
    }
}

class Late : public ::testing::TestWithParam<std::tuple<const char *, bool>> {};

TEST_P(Late, IsNamed) {
    const auto [pending, realtime] = GetParam();
    run_late(pending, realtime);
}

INSTANTIATE_TEST_SUITE_P(Pending, Late,
                         ::testing::Combine(::testing::Values("timer", "pooltimer", "dpc", "work",
                                                              "thread", "waiter", "callback"),
                                            ::testing::Bool()),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param)) +
                                    (std::get<1>(info.param) ? "_realtime" : "_simulated");
                         });

// The item is sometimes queued again just as its memory goes: then the system's worker meets it.
TEST(Late, IsNamedWhoeverMeetsItFirst) {
    for (int i = 0; i < 20; ++i)
        run_late("work", true);
}

TEST(Late, IsQuietWhenNothingPends) {
    Box box;
    EXPECT_TRUE(box.load(driver_path("late")).unload().empty());
    box.run_for(5s);
    EXPECT_FALSE(box.stopped());
}

} // namespace
} // namespace ksbox::testing
