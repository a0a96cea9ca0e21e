// What a driver hands to KS by address and is something else stops the box with DRIVER_VERIFIER_
// DETECTED_VIOLATION, that address and one sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/traced_box.h"

#include "drivers/misuse/misuse.h"

namespace ksbox::testing {
namespace {

using ::testing::HasSubstr;

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
    {MISUSE_FREED_WORKER, "FreedWorker", "81000", worker},
    {MISUSE_CLOCK, "Clock", "81000", clock_sentence},
    {MISUSE_FREED_CLOCK, "FreedClock", "81000", clock_sentence},
    {MISUSE_POINTER, "Pointer", "8100c", pointer},
    {MISUSE_NO_POINTER, "NoPointer", "8100c", pointer},
    {MISUSE_OBJECT_HEADER, "ObjectHeader", "81000", "not a KSOBJECT_HEADER"},
    {MISUSE_NO_OBJECT_HEADER, "NoObjectHeader", "81000", "not a KSOBJECT_HEADER"},
    {MISUSE_DEVICE_HEADER, "DeviceHeader", "81000", "not a KSDEVICE_HEADER"},
};

class Misuse : public ::testing::TestWithParam<Mistake> {};

TEST_P(Misuse, StopsTheBox) {
    TracedBox traced;
    Filter filter = traced.open("misuse");
    const std::uint32_t what = GetParam().what;
    try {
        filter.set(misuse_set, KSPROPERTY_MISUSE, std::as_bytes(std::span(&what, 1)));
        ADD_FAILURE() << "the box goes on";
    } catch (const BoxStopped &stop) {
        EXPECT_EQ(stop.code(), 0xC4u);
        EXPECT_THAT(stop.report(), HasSubstr(GetParam().sentence));
        EXPECT_THAT(stop.report(), HasSubstr(GetParam().rule));
        EXPECT_THAT(stop.report(), HasSubstr("misuse"));
    }
}

INSTANTIATE_TEST_SUITE_P(Mistakes, Misuse, ::testing::ValuesIn(mistakes),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace ksbox::testing
