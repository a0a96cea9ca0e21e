// What the sanitizers say about an instrumented driver, and what they do not say about the box.
#include <gtest/gtest.h>

#include "base/sanitizer.h"
#include "support/crashing.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

/// Makes the driver commit a fault in DriverEntry.
[[maybe_unused]] void commit(const std::string &fault, bool realtime) {
    Box box({.realtime = realtime});
    box.load(driver_path("crash"), {.parameters = {{"Fault", fault}, {"Where", "entry"}}});
}

#if KSBOX_ASAN
class Leaks : public InBothModes {};
KSBOX_IN_BOTH_MODES(Leaks);

TEST_P(Leaks, ABoxLeavesNothingBehind) {
    expect_streaming_box(GetParam());
    EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0);
}
#endif

TEST(Sanitizers, ARightDriverIsLeftAlone) {
    for (bool realtime : {false, true})
        EXPECT_NO_THROW(commit("handled", realtime));
}

} // namespace
} // namespace ksbox::testing
