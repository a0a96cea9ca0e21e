// One driver's exports bound by another's imports.
#include <gtest/gtest.h>

#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

class Providers : public ::testing::Test {
  protected:
    Providers()
        : box_({.debug_print = [this](std::string_view, std::uint32_t, std::uint32_t,
                                      std::string_view text) { printed_ += text; }}) {}
    std::string printed_;
    Box box_;
};

TEST_F(Providers, BindByNameOrdinalVariableAndForwarder) {
    Driver &provider = box_.load(driver_path("provider"));
    Driver &consumer = box_.load(driver_path("consumer"));
    EXPECT_TRUE(consumer.unload().empty());
    EXPECT_EQ(printed_, "the answer is now 49\n");
    EXPECT_TRUE(provider.unload().empty());
}

TEST_F(Providers, StayMappedUntilTheLastUserHasGone) {
    Driver &provider = box_.load(driver_path("provider"));
    Driver &first = box_.load(driver_path("consumer"));
    EXPECT_TRUE(provider.unload().empty());
    EXPECT_TRUE(first.unload().empty()); // it calls the provider
    EXPECT_EQ(printed_, "the answer is now 49\n");
    // A new provider starts afresh.
    Driver &again = box_.load(driver_path("provider"));
    EXPECT_TRUE(box_.load(driver_path("consumer")).unload().empty());
    EXPECT_EQ(printed_, "the answer is now 49\nthe answer is now 49\n");
    EXPECT_TRUE(again.unload().empty());
}

TEST_F(Providers, MustBeLoadedFirst) {
    try {
        box_.load(driver_path("consumer"));
        FAIL() << "it ran without its imports";
    } catch (const BoxStopped &stop) {
        EXPECT_NE(stop.report().find("called provider.sys!AddSeven"), std::string::npos)
            << stop.report();
        EXPECT_NE(stop.report().find("consumer.c:"), std::string::npos) << stop.report();
    }
}

} // namespace
} // namespace ksbox::testing
