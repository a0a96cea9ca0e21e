// A driver's I/O target when the device behind it is to go: tests/drivers/kmdf/watcher.c.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "streaming.h"

namespace ksbox::samples {
namespace {

using ::testing::ElementsAre;

constexpr std::uint32_t device_busy = 0x80000011;

class KmdfTarget : public testing::TestWithParam<bool> {
  protected:
    static BoxOptions options(std::vector<std::string> &printed) {
        BoxOptions options;
        options.realtime = GetParam();
        options.debug_print = [&printed](std::string_view, std::uint32_t, std::uint32_t,
                                         std::string_view text) {
            printed.emplace_back(text.substr(0, text.find('\n')));
        };
        return options;
    }
    Driver &watch(const std::string &callbacks) {
        std::string link = target.filters().at(0).path; // \\?\…
        link[1] = '?';
        return box.load(driver_file("watcher"),
                        {.parameters = {{"Target", link}, {"Callbacks", callbacks}}});
    }
    std::uint32_t refusal_of_remove() {
        try {
            target.remove();
        } catch (const Error &error) {
            return error.code();
        }
        return 0;
    }

    std::vector<std::string> printed;
    Box box{options(printed)};
    Driver &target = box.load(driver_file("cable"));
};

TEST_P(KmdfTarget, IsClosedByItsCallbacks) {
    Driver &watcher = watch("close");
    target.remove();
    EXPECT_THAT(watcher.unload(), ElementsAre());
    EXPECT_THAT(printed,
                ElementsAre("opened, PnP device: 1", "query remove", "remove complete", "state 4"));
}

TEST_P(KmdfTarget, KeepsTheDeviceIfItRefuses) {
    Driver &watcher = watch("refuse");
    EXPECT_NE(refusal_of_remove(), 0u);
    EXPECT_THAT(watcher.unload(), ElementsAre());
    EXPECT_THAT(printed, ElementsAre("opened, PnP device: 1", "query remove", "remove canceled: 0",
                                     "state 1"));
    target.remove();
}

TEST_P(KmdfTarget, IsOpenedAgainWhenSomebodyElseRefuses) {
    Driver &watcher = watch("close");
    {
        Client &client = box.client("other");
        const Filter filter = client.open_filter(target.filters().at(0).path);
        EXPECT_EQ(refusal_of_remove(), device_busy);
    }
    EXPECT_THAT(watcher.unload(), ElementsAre());
    EXPECT_THAT(printed, ElementsAre("opened, PnP device: 1", "query remove", "remove canceled: 0",
                                     "state 1"));
}

TEST_P(KmdfTarget, IsClosedByTheFrameworkWithoutCallbacks) {
    Driver &watcher = watch("none");
    {
        Client &client = box.client("other");
        const Filter filter = client.open_filter(target.filters().at(0).path);
        EXPECT_EQ(refusal_of_remove(), device_busy); // closed, and opened again
    }
    target.remove();
    EXPECT_THAT(watcher.unload(), ElementsAre());
    EXPECT_THAT(printed, ElementsAre("opened, PnP device: 1", "state 4"));
}

TEST_P(KmdfTarget, GoesWithASurprise) {
    Driver &watcher = watch("close");
    target.surprise_remove();
    EXPECT_THAT(watcher.unload(), ElementsAre());
    EXPECT_THAT(printed, ElementsAre("opened, PnP device: 1", "remove complete", "state 4"));
}

INSTANTIATE_TEST_SUITE_P(Modes, KmdfTarget, testing::Bool(), [](const auto &mode) {
    return std::string(mode.param ? "realtime" : "simulated");
});

} // namespace
} // namespace ksbox::samples
