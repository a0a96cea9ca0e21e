// A fiber switch, a trap, a driver's crash and a stream, in both modes; and with instrumented
// drivers, what the sanitizers find in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/windows.h"

#include "base/sanitizer.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "samples/streaming.h"

namespace ksbox::samples {
namespace {

class Smoke : public testing::TestWithParam<bool> {
  protected:
    static BoxOptions options() {
        BoxOptions made;
        made.realtime = GetParam();
        return made;
    }

    /// Half a second of noise through the cable, whole.
    static void expect_stream() {
        Box box(options());
        Driver &driver = box.load(driver_file("cable"));
        Client &client = box.client("smoke");
        Filter filter = client.open_filter(driver.filters().at(0).path);
        const DataFormat format = DataFormat::audio({});
        Pin out = filter.connect({.pin_id = 1, .format = format});
        Pin in = filter.connect({.pin_id = 0, .format = format});
        const std::vector<std::byte> data = noise(48'000 * 4 / 2);
        run(out);
        run(in);
        Client::Thread writer = client.spawn("writer", [&] { write_all(in, data); });
        const std::vector<ReadFrame> frames = read_frames(out);
        writer.join();
        stop(in);
        stop(out);
        EXPECT_TRUE(joined(frames) == data);
    }
};

TEST_P(Smoke, ThreadsTakeTurns) {
    constexpr int rounds = 200;
    Box box(options());
    int turns = 0;
    box.run([&] {
        KEVENT ping, pong, done;
        KeInitializeEvent(&ping, SynchronizationEvent, FALSE);
        KeInitializeEvent(&pong, SynchronizationEvent, FALSE);
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        const auto other = box.kernel().scheduler().create_thread(
            {.name = "other", .entry = [&] {
                 for (int i = 0; i < rounds; ++i) {
                     KeWaitForSingleObject(&ping, Executive, KernelMode, FALSE, nullptr);
                     ++turns;
                     KeSetEvent(&pong, 0, FALSE);
                 }
                 KeSetEvent(&done, 0, FALSE);
             }});
        ASSERT_TRUE(other.has_value());
        for (int i = 0; i < rounds; ++i) {
            KeSetEvent(&ping, 0, FALSE);
            KeWaitForSingleObject(&pong, Executive, KernelMode, FALSE, nullptr);
            ++turns;
        }
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
    });
    EXPECT_EQ(turns, 2 * rounds);
}

TEST_P(Smoke, TrappedInstructionsAreEmulated) {
    Box box(options());
    Driver &driver = box.load(driver_file("traps"));
    EXPECT_THAT(driver.unload(), testing::IsEmpty());
}

TEST_P(Smoke, ACrashIsReportedAndTheNextBoxStreams) {
    {
        Box box(options());
        DriverOptions crash;
        crash.parameters = {{"Fault", "null"}, {"Where", "entry"}};
        try {
            box.load(driver_file("crash"), crash);
            ADD_FAILURE() << "the driver did not crash";
        } catch (const BoxStopped &stopped) {
            EXPECT_THAT(stopped.report(), testing::ContainsRegex("faults\\.cpp:[0-9]+"));
        }
        EXPECT_TRUE(box.stopped());
        EXPECT_THROW(box.run_for(std::chrono::milliseconds(1)), BoxStopped);
    }
    expect_stream();
}

TEST_P(Smoke, AStreamArrivesWhole) {
    expect_stream();
}

INSTANTIATE_TEST_SUITE_P(Modes, Smoke, testing::Bool(),
                         [](const auto &info) { return info.param ? "realtime" : "simulated"; });

} // namespace
} // namespace ksbox::samples
