// What the sanitizers say about an instrumented driver: planted faults, each reported with the
// driver's file and line, and silence about the same code without its mistake.
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sanitizer.h"
#include "support/crashing.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

#define KSBOX_NEEDS_ASAN()                                                                         \
    if (!KSBOX_ASAN)                                                                               \
    GTEST_SKIP() << "needs AddressSanitizer: the asan preset runs it"
#define KSBOX_NEEDS_TSAN()                                                                         \
    if (!KSBOX_TSAN)                                                                               \
    GTEST_SKIP() << "needs ThreadSanitizer: the tsan preset runs it"

/// "Function mistakes.cpp:12" of the line with that text, as a regular expression.
std::string place(const std::string &function, const std::string &text) {
    return "crash\\.sys!" + function +
           " mistakes\\.cpp:" + std::to_string(line_in_driver("crash/mistakes.cpp", text)) + "\n";
}

struct Planted {
    std::string fault, function, text, kind;
};

void PrintTo(const Planted &planted, std::ostream *stream) {
    *stream << planted.fault;
}

class PlantedDeathTest : public ::testing::TestWithParam<Planted> {
  protected:
    PlantedDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_P(PlantedDeathTest, AddressSanitizerNamesTheLine) {
    KSBOX_NEEDS_ASAN();
    const Planted &planted = GetParam();
    EXPECT_DEATH(make_mistake(planted.fault, {}), "in driver code at " +
                                                      place(planted.function, planted.text) +
                                                      "(.|\n)*AddressSanitizer: " + planted.kind);
}

INSTANTIATE_TEST_SUITE_P(
    Memory, PlantedDeathTest,
    ::testing::Values(
        Planted{"heap_overflow", "OverflowPool", "(Block)[47 + Excess] = 1", "use-after-poison"},
        Planted{"heap_underrun", "UnderrunPool", "(Block)[-Excess] = 1", "use-after-poison"},
        Planted{"use_after_free", "UseAfterFree", "(Block)[7] = 1", "use-after-poison"},
        Planted{"stack_overflow", "OverflowStack", "Local[47 + Excess] = 1",
                "stack-buffer-overflow"},
        Planted{"global_overflow", "OverflowGlobal", "(Table)[47 + Excess] = 1",
                "global-buffer-overflow"}),
    [](const auto &info) { return info.param.fault; });

TEST(SanitizersDeathTest, AReportSaysWhoseBlockItWas) {
    KSBOX_NEEDS_ASAN();
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(make_mistake("use_after_free", {}),
                 "7 bytes into freed pool block 'Ofow' of 48 bytes\n"
                 "ksbox: allocated by " +
                     place("AllocateBlock", "ExAllocatePool2(POOL_FLAG_NON_PAGED, 48") +
                     "ksbox: freed by " + place("ReleaseBlock", "ExFreePoolWithTag(Block, With"));
}

TEST(Sanitizers, UndefinedBehaviourIsReportedAndFoundAtUnload) {
    KSBOX_NEEDS_ASAN();
    ::testing::internal::CaptureStderr();
    const std::vector<std::string> left = make_mistake("signed_overflow", {});
    const std::string report = ::testing::internal::GetCapturedStderr();
    const int line = line_in_driver("crash/mistakes.cpp", "Sum = Sum + Excess");
    EXPECT_THAT(report,
                ::testing::ContainsRegex("mistakes\\.cpp:" + std::to_string(line) +
                                         ":[0-9]+: runtime error: signed integer overflow"));
    EXPECT_THAT(left, ElementsAre("a sanitizer reported an error at crash.sys!OverflowSum "
                                  "mistakes.cpp:" +
                                  std::to_string(line)));
}

TEST(SanitizersDeathTest, ARaceIsReportedWithItsLine) {
    KSBOX_NEEDS_TSAN();
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            make_mistake("race", {.realtime = true});
            exit(0); // ThreadSanitizer makes it another code
        },
        [](int status) { return WIFEXITED(status) && WEXITSTATUS(status) != 0; },
        "data race(.|\n)*crash\\.sys!IncrementContended [^\n]*mistakes\\.cpp:" +
            std::to_string(line_in_driver("crash/mistakes.cpp", "Contended++;")));
}

// ---- found in every build ----------------------------------------------------------------------

class PoolMistakes : public InBothModes {};
KSBOX_IN_BOTH_MODES(PoolMistakes);

TEST_P(PoolMistakes, ADoubleFreeNamesBothFrees) {
    try {
        make_mistake("double_free", mode());
        FAIL() << "the box did not stop";
    } catch (const BoxStopped &stopped) {
        const std::string freed = place("ReleaseBlock", "ExFreePoolWithTag(Block, With");
        EXPECT_THAT(stopped.report(), HasSubstr("pool block 'Ofow' of 48 bytes was freed twice"));
        EXPECT_THAT(stopped.report(), ::testing::ContainsRegex("  in " + freed));
        EXPECT_THAT(stopped.report(),
                    ::testing::ContainsRegex(
                        "allocated by:\n  " +
                        place("AllocateBlock", "ExAllocatePool2(POOL_FLAG_NON_PAGED, 4") +
                        "freed by:\n  " + freed));
    }
}

TEST_P(PoolMistakes, AWrongTagIsNamed) {
    try {
        BoxOptions verified = mode(); // as Windows, it minds only when the verifier looks
        verified.pool = PoolMode::guard;
        make_mistake("wrong_tag", verified);
        FAIL() << "the box did not stop";
    } catch (const BoxStopped &stopped) {
        EXPECT_THAT(stopped.report(), HasSubstr("was freed with the tag 'Pfow'"));
        EXPECT_THAT(stopped.report(),
                    ::testing::ContainsRegex(
                        "  in " + place("ReleaseBlock", "ExFreePoolWithTag(Block, With")));
    }
}

TEST_P(PoolMistakes, ALeakIsNamedByFileAndLine) {
    EXPECT_THAT(make_mistake("leak", mode()),
                ElementsAre("leak: 100 bytes of pool, tag 'Leak', allocated at crash.sys!Leak "
                            "mistakes.cpp:" +
                            std::to_string(line_in_driver("crash/mistakes.cpp", "100, 'kaeL'"))));
}

// ---- silence -----------------------------------------------------------------------------------

class Silence : public InBothModes {};
KSBOX_IN_BOTH_MODES(Silence);

TEST_P(Silence, TheSameCodeWithoutItsMistakeIsNotReported) {
    for (const char *fault :
         {"heap_overflow", "heap_underrun", "use_after_free", "double_free", "wrong_tag",
          "stack_overflow", "global_overflow", "signed_overflow", "leak", "race"}) {
        ::testing::internal::CaptureStderr();
        std::vector<std::string> left;
        EXPECT_NO_THROW(left = make_mistake(fault, mode(), true)) << fault;
        EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << fault;
        EXPECT_THAT(left, IsEmpty()) << fault;
    }
}

TEST_P(Silence, ABoxLeavesNothingBehind) {
    KSBOX_NEEDS_ASAN();
    expect_streaming_box(GetParam());
#if KSBOX_ASAN
    EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0);
#endif
}

} // namespace
} // namespace ksbox::testing
