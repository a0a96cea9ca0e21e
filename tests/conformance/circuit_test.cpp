// Sections B and C with real drivers: gain's output pin feeds cable's render pin. What comes of
// Connect, and frames that cross with no IRP.
#include <array>
#include <cmath>
#include <optional>

#include "samples/streaming.h"
#include "support/raw_connect.h"
#include "support/traced_box.h"

namespace ksbox::testing {
namespace {

constexpr Guid cable_set{
    0x6c9b5f0a, 0x2e1d, 0x4c57, {0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21}};
constexpr std::uint32_t connect_count = 0, disconnect_count = 1;
constexpr std::uint32_t volume_level = 4, volume_node = 0;
constexpr std::uint32_t gain_sink = 0, gain_source = 1, render = 0, capture = 1;
const DataFormat stereo = DataFormat::audio({});

/// gain's README: factor = 10^(dB/20) in 1/65536; (input x factor + 1/2) rounded down.
std::vector<std::byte> scaled(std::span<const std::byte> data, int decibels) {
    const auto factor = std::llround(std::pow(10.0L, decibels / 20.0L) * 65536);
    std::vector<std::int16_t> samples(data.size() / 2);
    std::memcpy(samples.data(), data.data(), data.size());
    for (std::int16_t &sample : samples)
        sample = std::int16_t((sample * factor + 32768) >> 16);
    const auto bytes = std::as_bytes(std::span(samples));
    return {bytes.begin(), bytes.end()};
}

class Circuit : public InBothModes {
  protected:
    void load(const std::string &cable_name) { cable.emplace(traced.open(cable_name)); }
    std::uint32_t counted(std::uint32_t id) { return cable->get_as<std::uint32_t>(cable_set, id); }

    Created create_render(Handle to = 0) {
        return create_pin2(*cable, RawConnect(render, stereo, to).get(), GENERIC_WRITE);
    }
    Created create_gain_source(Handle to = 0) {
        return create_pin2(gain, RawConnect(gain_source, stereo, to).get(), GENERIC_READ);
    }
    void set_volume(int decibels) {
        const std::int32_t level = decibels * 65536;
        std::array<std::byte, 8> all_channels{};
        all_channels.fill(std::byte{0xff});
        gain.set(guid_of(KSPROPSETID_Audio), volume_level, std::as_bytes(std::span(&level, 1)),
                 volume_node, all_channels);
    }

    /// Plays `data` through gain and the connection; returns what cable's capture pin hears, and
    /// leaves what happened meanwhile in `streaming`.
    std::vector<std::byte> play(const std::vector<std::byte> &data, Handle source, Handle sink);
    void expect_no_irp_between_the_pins();
    void expect_circuit(const Created &source, const Created &sink) {
        ASSERT_EQ(source.error, 0u);
        ASSERT_EQ(sink.error, 0u);
        EXPECT_EQ(counted(connect_count), 1u);
        set_volume(-6);
        const std::vector<std::byte> data = samples::noise(20'000);
        EXPECT_EQ(play(data, as_handle(source.handle), as_handle(sink.handle)), scaled(data, -6));
        expect_no_irp_between_the_pins();
        EXPECT_EQ(counted(disconnect_count), 0u);
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Filter gain = traced.open("gain");
    std::optional<Filter> cable;
    Events streaming;
    std::string in_file, out_file; ///< of the client's pins, as the trace names them
};
KSBOX_IN_BOTH_MODES(Circuit);

std::vector<std::byte> Circuit::play(const std::vector<std::byte> &data, Handle source,
                                     Handle sink) {
    const auto last_created = [&] {
        return matching(traced.events(), "irp.dispatch", {{"major", "IRP_MJ_CREATE"}})
            .back()
            .value("file", "");
    };
    Pin in = gain.connect({.pin_id = gain_sink, .format = stereo});
    in_file = last_created();
    Pin out = cable->connect({.pin_id = capture, .format = stereo});
    out_file = last_created();
    const Handle pins[] = {out.handle(), sink, source, in.handle()};
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        for (Handle pin : pins)
            set_state(client, pin, state);
    traced.mark();
    Client::Thread writer = client.spawn("writer", [&] { samples::write_all(in, data); });
    const std::vector<std::byte> heard = samples::joined(samples::read_frames(out));
    writer.join();
    streaming = traced.events();
    for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
        for (Handle pin : pins)
            set_state(client, pin, state);
    return heard;
}

// Every IRP of the streaming time is the client's, a write to gain's sink pin or a read from
// cable's capture pin; what crossed between the filters did so in the pipe.
void Circuit::expect_no_irp_between_the_pins() {
    const Events irps = matching(streaming, "irp.dispatch");
    EXPECT_GE(irps.size(), 2u);
    for (const Event &irp : irps) {
        const std::string code = irp.value("code", ""), file = irp.value("file", "");
        EXPECT_TRUE((code == "IOCTL_KS_WRITE_STREAM" && file == in_file) ||
                    (code == "IOCTL_KS_READ_STREAM" && file == out_file))
            << irp;
    }
    EXPECT_GE(count(streaming, "ks.frame", {{"transport", "pipe"}}), 2u);
}

TEST_P(Circuit, B12_C1_C8_SourceFirst) {
    load("cable");
    {
        const Created source = create_gain_source();
        EXPECT_EQ(counted(connect_count), 0u);
        expect_circuit(source, create_render(as_handle(source.handle)));
    }
    EXPECT_EQ(counted(connect_count), 1u);
    EXPECT_EQ(counted(disconnect_count), 1u);
}

TEST_P(Circuit, B12_C1_C8_SinkFirst) {
    load("cable");
    {
        const Created sink = create_render();
        EXPECT_EQ(counted(connect_count), 0u);
        expect_circuit(create_gain_source(as_handle(sink.handle)), sink);
    }
    EXPECT_EQ(counted(connect_count), 1u);
    EXPECT_EQ(counted(disconnect_count), 1u);
}

TEST_P(Circuit, C2_C5_TheErrorOfConnectIsWhatTheCallerSees) {
    load("cable_connect_error");
    {
        const Created source = create_gain_source();
        const Created sink = create_render(as_handle(source.handle));
        EXPECT_EQ(sink.error, 0x800700AAu); // of STATUS_DEVICE_BUSY
        EXPECT_EQ(sink.handle, INVALID_HANDLE_VALUE);
        const RawConnect again(render, stereo, as_handle(source.handle));
        EXPECT_EQ(create_pin(*cable, again.get()).error, 170u); // ERROR_BUSY
    }
    {
        const Created sink = create_render();
        ASSERT_EQ(sink.error, 0u); // nothing is left of the refused pins
        EXPECT_EQ(create_gain_source(as_handle(sink.handle)).error, 0x800700AAu);
    }
    EXPECT_EQ(counted(connect_count), 3u);
    EXPECT_EQ(counted(disconnect_count), 0u);
}

TEST_P(Circuit, C3_C5_PendingFailsTheConnection) {
    load("cable_connect_pending");
    {
        const Created source = create_gain_source();
        const Created sink = create_render(as_handle(source.handle));
        EXPECT_LT(HRESULT(sink.error), 0);
        EXPECT_EQ(sink.handle, INVALID_HANDLE_VALUE);
    }
    {
        const Created sink = create_render();
        EXPECT_LT(HRESULT(create_gain_source(as_handle(sink.handle)).error), 0);
    }
    EXPECT_EQ(counted(connect_count), 2u);
    EXPECT_EQ(counted(disconnect_count), 0u);
}

} // namespace
} // namespace ksbox::testing
