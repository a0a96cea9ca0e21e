// A box with a trace to look at, a driver's filter and one client: what most whole-box tests want.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "ksbox/box.h"
#include "ksbox/filter.h"
#include "support/trace.h"

namespace ksbox::testing {

/// A folder of its own, removed with the object.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder &) = delete;
    ScratchFolder &operator=(const ScratchFolder &) = delete;
    const std::filesystem::path &path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The path of a driver built beside the tests.
std::filesystem::path driver_path(const std::string &name);

/// The seed of a test's boxes: 1, or what KSBOX_TEST_SEED says; one more in each repetition
/// (--gtest_repeat) after the first.
std::uint64_t test_seed();

/// From here on a test fails whose box leaves something of AVStream's behind in simulated time.
void expect_no_leftovers();

class TracedBox {
  public:
    explicit TracedBox(BoxOptions options = {.seed = test_seed()});

    Box &box() { return box_; }
    Client &client() { return client_; }

    Driver &load(const std::string &name, const DriverOptions &options = {});
    /// Loads the driver and opens its first filter.
    Filter open(const std::string &name, const DriverOptions &options = {});

    /// From here on events() are new.
    void mark();
    /// What happened since the last mark.
    Events events() const;
    /// IRPs of a major function since the last mark: "IRP_MJ_CREATE".
    std::size_t irps(const std::string &major) const;

  private:
    BoxOptions with_trace(BoxOptions options) const;

    ScratchFolder scratch_;
    Box box_;
    Client &client_;
    std::size_t mark_ = 0;
};

/// Tests of a behaviour run in both time modes: TEST_P with this parameter and
/// KSBOX_IN_BOTH_MODES(Suite).
class InBothModes : public ::testing::TestWithParam<bool> {
  protected:
    InBothModes() { expect_no_leftovers(); }
    static BoxOptions mode() { return {.realtime = GetParam(), .seed = test_seed()}; }
};
#define KSBOX_IN_BOTH_MODES(suite)                                                                 \
    INSTANTIATE_TEST_SUITE_P(Time, suite, ::testing::Bool(), [](const auto &info) {                \
        return std::string(info.param ? "Realtime" : "Simulated");                                 \
    })

} // namespace ksbox::testing
