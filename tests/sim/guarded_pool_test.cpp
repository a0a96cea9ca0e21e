// The guarded pool with real drivers: faults stop the box at the instruction, with the stacks of
// those who allocated and freed; right drivers do not notice it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples/streaming.h"
#include "support/crashing.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GuardedPool : public InBothModes {
  protected:
    static BoxOptions guarded(PoolMode pool = PoolMode::guard) {
        BoxOptions options = mode();
        options.pool = pool;
        return options;
    }
    static std::string stop_report(const std::string &fault, PoolMode pool = PoolMode::guard) {
        try {
            make_mistake(fault, guarded(pool));
        } catch (const BoxStopped &stopped) {
            return stopped.report();
        }
        ADD_FAILURE() << "the box did not stop";
        return "";
    }
    static std::string place(const std::string &function, const std::string &text) {
        return "crash\\.sys!" + function +
               " mistakes\\.cpp:" + std::to_string(line_in_driver("crash/mistakes.cpp", text)) +
               "\n";
    }
    static std::string allocation() {
        return "allocated by:\n  " +
               place("AllocateBlock", "ExAllocatePool2(POOL_FLAG_NON_PAGED, 48") + "  " +
               place("MistreatBlock", "Block = AllocateBlock()");
    }
};
KSBOX_IN_BOTH_MODES(GuardedPool);

TEST_P(GuardedPool, AnOverrunStopsAtTheInstruction) {
    const std::string report = stop_report("heap_overflow");
    EXPECT_THAT(report, HasSubstr("bug check 0xd6 DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION"));
    EXPECT_THAT(report, HasSubstr("0 bytes behind pool block 'Ofow' of 48 bytes"));
    EXPECT_THAT(report, ContainsRegex("  in " + place("OverflowPool", "(Block)[47 + Excess] = 1")));
    EXPECT_THAT(report, ContainsRegex(allocation()));
    EXPECT_THAT(report, ::testing::Not(HasSubstr("freed by")));
}

TEST_P(GuardedPool, AnUnderrunStopsAtTheInstruction) {
    const std::string report = stop_report("heap_underrun", PoolMode::guard_below);
    EXPECT_THAT(report, HasSubstr("bug check 0xd6 "));
    EXPECT_THAT(report, HasSubstr("1 bytes before pool block 'Ofow' of 48 bytes"));
    EXPECT_THAT(report, ContainsRegex("  in " + place("UnderrunPool", "(Block)[-Excess] = 1")));
    EXPECT_THAT(report, ContainsRegex(allocation()));
}

TEST_P(GuardedPool, AUseAfterFreeShowsWhoAllocatedAndWhoFreed) {
    const std::string report = stop_report("use_after_free");
    EXPECT_THAT(report, HasSubstr("bug check 0xd5 DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL"));
    EXPECT_THAT(report, HasSubstr("7 bytes into freed pool block 'Ofow' of 48 bytes"));
    EXPECT_THAT(report, ContainsRegex("  in " + place("UseAfterFree", "(Block)[7] = 1")));
    EXPECT_THAT(report, ContainsRegex(allocation()));
    EXPECT_THAT(report, ContainsRegex("freed by:\n  " +
                                      place("ReleaseBlock", "ExFreePoolWithTag(Block, With")));
}

TEST_P(GuardedPool, ADoubleFreeShowsBothFrees) {
    const std::string report = stop_report("double_free");
    EXPECT_THAT(report, HasSubstr("bug check 0xc2 BAD_POOL_CALLER (0x7"));
    EXPECT_THAT(report, HasSubstr("pool block 'Ofow' of 48 bytes was freed twice"));
    EXPECT_THAT(report, ContainsRegex(allocation()));
    EXPECT_THAT(report, ContainsRegex("freed by:\n  " +
                                      place("ReleaseBlock", "ExFreePoolWithTag(Block, With") +
                                      R"(  crash\.sys!FreeTwice mistakes\.cpp:[0-9]+)"));
}

TEST_P(GuardedPool, AWrongTagShowsWhoAllocated) {
    const std::string report = stop_report("wrong_tag");
    EXPECT_THAT(report, HasSubstr("was freed with the tag 'Pfow'"));
    EXPECT_THAT(report, ContainsRegex(allocation()));
}

TEST_P(GuardedPool, ALeakIsNamedWithItsStack) {
    EXPECT_THAT(make_mistake("leak", guarded()),
                ElementsAre(::testing::AllOf(
                    HasSubstr("leak: 100 bytes of pool, tag 'Leak', allocated at crash.sys!Leak "
                              "mistakes.cpp:" +
                              std::to_string(line_in_driver("crash/mistakes.cpp", "100, 'kaeL'"))),
                    HasSubstr("\n  called from crash.sys!CommitAt driver.cpp:"))));
}

TEST_P(GuardedPool, TheSameCodeWithoutItsMistakeRuns) {
    for (PoolMode pool : {PoolMode::guard, PoolMode::guard_below})
        for (const char *fault : {"heap_overflow", "heap_underrun", "use_after_free", "double_free",
                                  "wrong_tag", "leak"})
            EXPECT_THAT(make_mistake(fault, guarded(pool), true), IsEmpty()) << fault;
}

TEST_P(GuardedPool, RightDriversStream) {
    for (PoolMode pool : {PoolMode::guard, PoolMode::guard_below}) {
        Box box(guarded(pool));
        Driver &gain_driver = box.load(driver_path("gain"));
        Driver &cable_driver = box.load(driver_path("cable"));
        Driver &camera_driver = box.load(driver_path("camera"));
        Client &client = box.client("player");
        {
            Filter gain = client.open_filter(gain_driver.filters().at(0).path);
            Filter cable = client.open_filter(cable_driver.filters().at(0).path);
            const DataFormat stereo = DataFormat::audio({});
            const std::vector<std::byte> data = samples::noise(48'000);
            Pin source = gain.connect({.pin_id = 1, .format = stereo});
            Pin sink =
                cable.connect({.pin_id = 0, .format = stereo, .pin_to_handle = source.handle()});
            Pin in = gain.connect({.pin_id = 0, .format = stereo});
            Pin out = cable.connect({.pin_id = 1, .format = stereo});
            for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
                for (Pin *pin : {&out, &sink, &source, &in})
                    pin->set_state(state);
            Client::Thread writer = client.spawn("writer", [&] { samples::write_all(in, data); });
            EXPECT_EQ(samples::joined(samples::read_frames(out)), data);
            writer.join();
        }
        {
            Filter camera = client.open_filter(camera_driver.filters().at(0).path);
            const auto format = camera.intersect(0, camera.pin_facts(0).ranges);
            ASSERT_TRUE(format && format->video());
            Pin pin = camera.connect({.pin_id = 0, .format = *format});
            samples::run(pin);
            EXPECT_EQ(samples::read_frames(
                          pin, {.frame_bytes = format->video()->image_bytes, .frames = 3})
                          .size(),
                      3u);
            samples::stop(pin);
        }
        for (Driver *driver : {&gain_driver, &cable_driver, &camera_driver})
            EXPECT_THAT(driver->unload(), IsEmpty());
    }
}

} // namespace
} // namespace ksbox::testing
