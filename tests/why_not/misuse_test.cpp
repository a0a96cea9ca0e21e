// What a driver hands to KS by address and is something else stops the box with DRIVER_VERIFIER_
// DETECTED_VIOLATION, that address and one sentence.
#include <cstdio>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/traced_box.h"

#include "drivers/misuse/misuse.h"

namespace ksbox::testing {
namespace {

using ::testing::AllOf, ::testing::HasSubstr;

constexpr Guid misuse_set{
    0x7e0c4b1d, 0x93a5, 0x4d62, {0x8f, 0x37, 0x51, 0xc6, 0xe2, 0xa9, 0x0b, 0x74}};

struct Mistake {
    MISUSE what;
    const char *name, *rule, *sentence;
};

constexpr const char *object = "the driver passed an address that is no living AVStream object",
                     *bag = "the driver passed an address that is no living object bag",
                     *worker = "a driver used something that is not a registered KSWORKER",
                     *clock_sentence = "a driver used something that is not a default clock",
                     *pointer = "a driver used something that is not a live stream pointer";

constexpr Mistake mistakes[] = {
    {MISUSE_OBJECT, "Object", "81000", object},
    {MISUSE_NO_OBJECT, "NoObject", "81000", object},
    {MISUSE_BAG, "Bag", "81000", bag},
    {MISUSE_NO_BAG, "NoBag", "81000", bag},
    {MISUSE_ACQUIRE, "Acquire", "8100a", "KsAcquireControl is for filters and pins"},
    {MISUSE_RELEASE, "Release", "8100a", "KsReleaseControl is for filters and pins"},
    {MISUSE_FILE, "File", "81000", "the file object is not AVStream's"},
    {MISUSE_WORKER, "Worker", "81000", worker},
    {MISUSE_NO_WORKER, "NoWorker", "81000", worker},
    {MISUSE_FREED_WORKER, "FreedWorker", "81000", worker},
    {MISUSE_CLOCK, "Clock", "81000", clock_sentence},
    {MISUSE_NO_CLOCK, "NoClock", "81000", clock_sentence},
    {MISUSE_FREED_CLOCK, "FreedClock", "81000", clock_sentence},
    {MISUSE_POINTER, "Pointer", "8100c", pointer},
    {MISUSE_NO_POINTER, "NoPointer", "8100c", pointer},
    {MISUSE_OBJECT_HEADER, "ObjectHeader", "81000", "not a KSOBJECT_HEADER"},
    {MISUSE_NO_OBJECT_HEADER, "NoObjectHeader", "81000", "not a KSOBJECT_HEADER"},
    {MISUSE_DEVICE_HEADER, "DeviceHeader", "81000", "not a KSDEVICE_HEADER"},
};

/// Ends the process; what the report says is on stderr.
[[noreturn]] void make(const Mistake &mistake) {
    TracedBox traced;
    Filter filter = traced.open("misuse");
    const std::uint32_t what = mistake.what;
    try {
        filter.set(misuse_set, KSPROPERTY_MISUSE, std::as_bytes(std::span(&what, 1)));
    } catch (const BoxStopped &stop) {
        std::fputs(stop.report().c_str(), stderr);
        _exit(stop.code() == 0xC4 ? 0 : 1);
    }
    _exit(2); // the box goes on
}

class MisuseDeathTest : public ::testing::TestWithParam<Mistake> {};

// In a process of its own, of which the report is all that there is to see.
TEST_P(MisuseDeathTest, StopsTheBox) {
    EXPECT_EXIT(
        make(GetParam()), ::testing::ExitedWithCode(0),
        AllOf(HasSubstr(GetParam().sentence), HasSubstr(GetParam().rule), HasSubstr("misuse")));
}

INSTANTIATE_TEST_SUITE_P(Mistakes, MisuseDeathTest, ::testing::ValuesIn(mistakes),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace ksbox::testing
