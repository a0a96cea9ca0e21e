// Streams of every sample driver, every way to crash, and a client that leaves in the middle.
#include <gtest/gtest.h>

#include "samples/streaming.h"
#include "support/crashing.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

class SmokeStreams : public InBothModes {};
KSBOX_IN_BOTH_MODES(SmokeStreams);

TEST_P(SmokeStreams, EveryWayToCrashIsReported) {
    for (const CrashWay &way : crash_ways()) {
        SCOPED_TRACE(way.fault);
        expect_named_line(crash({way.fault, "property"}, GetParam()), way.fault);
    }
    expect_named_line(crash({"null", "dpc"}, GetParam()), "null");
    expect_streaming_box(GetParam());
}

TEST_P(SmokeStreams, AudioCrossesTwoDrivers) {
    Box box(mode());
    Client &client = box.client("player");
    Filter gain = client.open_filter(box.load(driver_path("gain")).filters().at(0).path);
    Filter cable = client.open_filter(box.load(driver_path("cable")).filters().at(0).path);
    const DataFormat stereo = DataFormat::audio({});
    const std::vector<std::byte> data = samples::noise(10'000);
    Pin source = gain.connect({.pin_id = 1, .format = stereo});
    Pin sink = cable.connect({.pin_id = 0, .format = stereo, .pin_to_handle = source.handle()});
    Pin in = gain.connect({.pin_id = 0, .format = stereo});
    Pin out = cable.connect({.pin_id = 1, .format = stereo});
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        for (Pin *pin : {&out, &sink, &source, &in})
            pin->set_state(state);
    Client::Thread writer = client.spawn("writer", [&] { samples::write_all(in, data); });
    EXPECT_EQ(samples::joined(samples::read_frames(out)), data); // at 0 dB
    writer.join();
}

TEST_P(SmokeStreams, VideoStreams) {
    Box box(mode());
    Client &client = box.client("watcher");
    Filter camera = client.open_filter(box.load(driver_path("camera")).filters().at(0).path);
    const auto format = camera.intersect(0, camera.pin_facts(0).ranges);
    ASSERT_TRUE(format && format->video());
    Pin pin = camera.connect({.pin_id = 0, .format = *format});
    samples::run(pin);
    const auto frames =
        samples::read_frames(pin, {.frame_bytes = format->video()->image_bytes, .frames = 3});
    ASSERT_EQ(frames.size(), 3u);
    for (const samples::ReadFrame &frame : frames)
        EXPECT_EQ(frame.data.size(), format->video()->image_bytes);
    samples::stop(pin);
}

TEST_P(SmokeStreams, AClientGoesInTheMiddleOfItsStream) {
    Box box(mode());
    Driver &driver = box.load(driver_path("cable"));
    Client &client = box.client("leaver");
    {
        Filter filter = client.open_filter(driver.filters().at(0).path);
        Pin out = filter.connect({.pin_id = 1, .format = DataFormat::audio({})});
        samples::run(out);
        Frame frame{.buffer = Buffer(client, 4096)};
        Request request = out.start_read(frame);
        EXPECT_FALSE(request.wait_for(100'000).has_value());
    } // the request is cancelled and waited for
    box.destroy(client);
    EXPECT_TRUE(driver.unload().empty());
}

} // namespace
} // namespace ksbox::testing
