// gain's source pin connected to cable's render pin: frames cross with no client between them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "streaming.h"

namespace ksbox::samples {
namespace {

constexpr Guid cable_set{
    0x6c9b5f0a, 0x2e1d, 0x4c57, {0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21}};
constexpr std::uint32_t connect_count = 0, disconnect_count = 1;
constexpr Guid audio_set{
    0x45FFAAA0, 0x6E1B, 0x11D0, {0xBC, 0xF2, 0x44, 0x45, 0x53, 0x54, 0x00, 0x00}};
constexpr std::uint32_t volume_level = 4, volume_node = 0;
constexpr std::uint32_t gain_sink = 0, gain_source = 1, render = 0, capture = 1;
const DataFormat stereo = DataFormat::audio({});

class Connection : public testing::Test {
  protected:
    explicit Connection(const std::string &cable_name = "cable")
        : cable_driver(box.load(driver_file(cable_name))),
          cable(client.open_filter(cable_driver.filters().at(0).path)) {}

    std::uint32_t count(std::uint32_t id) { return cable.get_as<std::uint32_t>(cable_set, id); }

    /// Plays through gain at -6 dB into the cable, and checks what the cable's other end hears.
    void expect_scaled_signal(Pin &source, Pin &sink) {
        const std::int32_t level = -6 * 65536;
        std::array<std::byte, 8> all_channels{};
        all_channels.fill(std::byte{0xff});
        gain.set(audio_set, volume_level, std::as_bytes(std::span(&level, 1)), volume_node,
                 all_channels);
        Pin in = gain.connect({.pin_id = gain_sink, .format = stereo});
        Pin out = cable.connect({.pin_id = capture, .format = stereo});
        const std::vector<std::byte> data = noise(40'000);
        std::vector<std::int16_t> expected(data.size() / 2), heard(data.size() / 2);
        std::memcpy(expected.data(), data.data(), data.size());
        const auto factor = std::llround(std::pow(10.0L, -6.0L / 20) * 65536);
        for (std::int16_t &each : expected)
            each = static_cast<std::int16_t>((each * factor + 32768) >> 16);

        run(out);
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (Pin *pin : {&sink, &source, &in})
                pin->set_state(state);
        Client::Thread writer = client.spawn("writer", [&] { write_all(in, data); });
        const std::vector<std::byte> recorded = joined(read_frames(out));
        writer.join();
        ASSERT_EQ(recorded.size(), data.size());
        std::memcpy(heard.data(), recorded.data(), recorded.size());
        EXPECT_EQ(heard, expected);
        for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
            for (Pin *pin : {&in, &source, &sink})
                pin->set_state(state);
    }

    Box box;
    Client &client = box.client("test");
    Driver &gain_driver = box.load(driver_file("gain"));
    Driver &cable_driver;
    Filter gain = client.open_filter(gain_driver.filters().at(0).path);
    Filter cable;
};

TEST_F(Connection, B12_C1_SourceFirst) {
    {
        Pin source = gain.connect({.pin_id = gain_source, .format = stereo});
        EXPECT_EQ(count(connect_count), 0u);
        Pin sink =
            cable.connect({.pin_id = render, .format = stereo, .pin_to_handle = source.handle()});
        EXPECT_EQ(count(connect_count), 1u);
        expect_scaled_signal(source, sink);
        EXPECT_EQ(count(disconnect_count), 0u);
    }
    EXPECT_EQ(count(connect_count), 1u);
    EXPECT_EQ(count(disconnect_count), 1u);
}

TEST_F(Connection, B12_C1_SinkFirst) {
    {
        Pin sink = cable.connect({.pin_id = render, .format = stereo});
        Pin source =
            gain.connect({.pin_id = gain_source, .format = stereo, .pin_to_handle = sink.handle()});
        EXPECT_EQ(count(connect_count), 1u);
        expect_scaled_signal(source, sink);
    }
    EXPECT_EQ(count(connect_count), 1u);
    EXPECT_EQ(count(disconnect_count), 1u);
}

TEST_F(Connection, C1_AClientsPinIsNotConnected) {
    Pin sink = cable.connect({.pin_id = render, .format = stereo});
    sink.close();
    EXPECT_EQ(count(connect_count), 0u);
    EXPECT_EQ(count(disconnect_count), 0u);
}

class RefusingConnection : public Connection {
  protected:
    RefusingConnection() : Connection("cable_connect_error") {}
};

TEST_F(RefusingConnection, C2_C5_TheErrorIsWhatTheCallerSees) {
    Pin source = gain.connect({.pin_id = gain_source, .format = stereo});
    try {
        cable.connect({.pin_id = render, .format = stereo, .pin_to_handle = source.handle()});
        FAIL() << "the connection succeeded";
    } catch (const Error &error) {
        // HRESULT_FROM_WIN32(ERROR_BUSY), which is what STATUS_DEVICE_BUSY translates to.
        EXPECT_EQ(error.code(), 0x800700AAu) << error.what();
    }
    EXPECT_EQ(count(connect_count), 1u);
    EXPECT_EQ(count(disconnect_count), 0u);
    // The sink's end is free again.
    EXPECT_NO_THROW(cable.connect({.pin_id = render, .format = stereo}));
}

class PendingConnection : public Connection {
  protected:
    PendingConnection() : Connection("cable_connect_pending") {}
};

TEST_F(PendingConnection, C3_PendingFailsTheConnection) {
    Pin source = gain.connect({.pin_id = gain_source, .format = stereo});
    EXPECT_THROW(
        cable.connect({.pin_id = render, .format = stereo, .pin_to_handle = source.handle()}),
        Error);
    EXPECT_EQ(count(disconnect_count), 0u);
}

} // namespace
} // namespace ksbox::samples
