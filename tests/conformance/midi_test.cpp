// The MIDI and the DMus port: events with their times out of clients' buffers to a device, and what
// a device hears into them. Every test runs on an IMiniportMidi and on an IMiniportDMus.
#include <algorithm>
#include <chrono>
#include <numeric>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"
#include "support/transfer.h"

#include "drivers/midi/midi.h"

namespace ksbox::testing {
namespace {

using enum PinState;
using Bytes = std::vector<std::uint8_t>;

constexpr Guid device_set{
    0x5e6d2b0c, 0x2c3a, 0x4c39, {0x9a, 0x93, 0x7c, 0x0e, 0x8b, 0x7f, 0x1d, 0x52}};
constexpr Guid music_type{
    0xe725d360, 0x62cc, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};
constexpr Guid midi_subtype{
    0x1d262760, 0xe957, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};
constexpr std::int64_t ms = 10'000;

struct Music {
    std::uint32_t delta_ms;
    Bytes bytes;
    bool operator==(const Music &) const = default;
};
void PrintTo(const Music &music, std::ostream *stream) {
    *stream << music.delta_ms << " ms:" << std::hex;
    for (const unsigned byte : music.bytes)
        *stream << ' ' << byte;
    *stream << std::dec;
}

/// KSMUSICFORMAT with its bytes, each on a multiple of four.
std::vector<std::byte> music(std::initializer_list<Music> all) {
    std::vector<std::byte> result;
    for (const Music &one : all) {
        const std::uint32_t header[2] = {one.delta_ms, std::uint32_t(one.bytes.size())};
        result = joined(std::move(result), bytes_of(header));
        for (const std::uint8_t byte : one.bytes)
            result.push_back(std::byte(byte));
        result.resize((result.size() + 3) / 4 * 4);
    }
    return result;
}
std::vector<Music> music_in(std::span<const std::byte> data) {
    std::vector<Music> result;
    while (data.size() >= 8) {
        std::uint32_t header[2];
        std::memcpy(header, data.data(), sizeof header);
        data = data.subspan(8);
        Music one{header[0], {}};
        for (std::uint32_t i = 0; i < header[1] && i < data.size(); ++i)
            one.bytes.push_back(std::uint8_t(data[i]));
        data = data.subspan(std::min<std::size_t>((header[1] + 3) / 4 * 4, data.size()));
        result.push_back(one);
    }
    return result;
}

/// {realtime, DMus}.
class Midi : public ::testing::TestWithParam<std::tuple<bool, bool>> {
  protected:
    static BoxOptions mode() { return {.realtime = std::get<0>(GetParam()), .seed = test_seed()}; }
    static bool dmus() { return std::get<1>(GetParam()); }
    /// What the device's journal calls a message that was sent to it.
    static const char *sent() { return dmus() ? "event" : "write"; }

    Filter open_filter(const char *name) {
        for (const InterfaceFacts &facts : driver.filters())
            if (facts.path.ends_with(name))
                return client.open_filter(facts.path);
        throw Error(0, "no filter");
    }
    Pin open(std::uint32_t pin_id, PinState state) { return open(filter, pin_id, state); }
    Pin open(Filter &filter, std::uint32_t pin_id, PinState state) {
        KSDATAFORMAT format{};
        format.FormatSize = sizeof format;
        std::memcpy(&format.MajorFormat, &music_type, sizeof music_type);
        std::memcpy(&format.SubFormat, &midi_subtype, sizeof midi_subtype);
        format.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
        Pin pin = filter.connect({.pin_id = pin_id, .format = DataFormat(bytes_of(format))});
        pin.set_state(state);
        return pin;
    }
    /// Under way, for `time` of the stream.
    Transfer write(Pin &pin, const std::vector<std::byte> &data, std::int64_t time = 0) {
        Transfer transfer(client, Transfer::write, {.extent = std::uint32_t(data.size())});
        std::ranges::copy(data, transfer.data().begin());
        transfer.header().PresentationTime.Time = time;
        transfer.start(pin);
        return transfer;
    }
    Transfer read(Pin &pin, std::uint32_t bytes) {
        Transfer transfer(client, Transfer::read, {.extent = bytes});
        transfer.start(pin);
        return transfer;
    }
    static std::vector<Music> music_of(Transfer &transfer) {
        return music_in(transfer.data().first(transfer.header().DataUsed));
    }
    void hear(const Bytes &bytes, KSPROPERTY_MIDI how = KSPROPERTY_MIDI_INJECT) {
        filter.set(device_set, how, std::as_bytes(std::span(bytes)));
        pass(2);
    }
    void pass(int milliseconds) { traced.box().run_for(std::chrono::milliseconds(milliseconds)); }
    /// The bytes that the device was sent, message after message; at most eight of each.
    std::vector<Bytes> messages() {
        std::vector<Bytes> result;
        for (const JournalEntry &entry : only(journal(filter), sent())) {
            Bytes bytes(std::min<std::uint64_t>(entry.values[1], 8));
            std::memcpy(bytes.data(), &entry.values[0], bytes.size());
            result.push_back(bytes);
        }
        return result;
    }
    std::vector<std::int64_t> times() {
        std::vector<std::int64_t> result;
        for (const JournalEntry &entry : only(journal(filter), sent()))
            result.push_back(std::int64_t(entry.values[2]));
        return result;
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("mididevice");
    Filter filter = open_filter(dmus() ? "\\DMus" : "\\Midi");
};
INSTANTIATE_TEST_SUITE_P(Ports, Midi, ::testing::Combine(::testing::Bool(), ::testing::Bool()),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param) ? "Realtime"
                                                                        : "Simulated") +
                                    (std::get<1>(info.param) ? "DMus" : "Midi");
                         });

TEST_P(Midi, K5_ThePortTakesMidiAndDMusMiniports) {
    EXPECT_EQ(driver.filters().size(), 4u);
    EXPECT_EQ(filter.pin_count(), MIDI_PIN_COUNT);
}

TEST_P(Midi, K5_ThePortTellsTheMasterClock) {
    constexpr Guid synth_clock = *Guid::parse("FEDFAE26-E46E-11D1-AACE-0000F875AC12");
    const auto clock = [&] { return filter.get_as<std::int64_t>(synth_clock, 0); };
    const std::int64_t before = clock();
    pass(5);
    const std::int64_t after = clock();
    EXPECT_GE(after, before + 5 * ms);
    EXPECT_LT(after, before + 10'000 * ms);
}

TEST_P(Midi, K7_CreatingAPinCallsNewStreamAndItsFailureFailsTheCreate) {
    for (const std::uint32_t pin_id : {MIDI_RENDER, MIDI_CAPTURE}) {
        forget_journal(filter);
        {
            Pin pin = open(pin_id, stop);
        }
        const auto made = only(journal(filter), "new stream");
        ASSERT_EQ(made.size(), 1u);
        EXPECT_EQ(made[0].values[0], pin_id);
        EXPECT_EQ(made[0].values[1], pin_id == MIDI_CAPTURE);
        EXPECT_EQ(only(journal(filter), "gone").size(), 1u);
    }
    answer(filter, "new stream", status::not_supported, 1);
    EXPECT_THROW(open(MIDI_RENDER, stop), Error);
}

TEST_P(Midi, F3_TheStreamSeesEveryStateUpAndDown) {
    Pin pin = open(MIDI_RENDER, run);
    pin.set_state(stop);
    std::vector<std::uint64_t> states;
    for (const JournalEntry &entry : only(journal(filter), "set state"))
        states.push_back(entry.values[1]);
    EXPECT_EQ(states, (std::vector<std::uint64_t>{1, 2, 3, 2, 1, 0}));
}

// ns-ksmedia-ksmusicformat

TEST_P(Midi, K5_MessagesArePlayedInOrderAtTheirTimes) {
    Pin pin = open(MIDI_RENDER, pause);
    Transfer frame =
        write(pin, music({{0, {0x90, 60, 100}}, {40, {0x80, 60, 0}}, {30, {0xC0, 5}}}), 100 * ms);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(messages().size(), 0u);
    const std::int64_t before = std::int64_t(traced.box().now_100ns());
    pin.set_state(run);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0x90, 60, 100}, {0x80, 60, 0}, {0xC0, 5}}));
    const auto played = times();
    const std::int64_t due[] = {100 * ms, 140 * ms, 170 * ms};
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_GE(played[i], before + due[i]) << i;
        if (!std::get<0>(GetParam())) { // a clock tick late at most
            EXPECT_LE(played[i], before + due[i] + 20 * ms) << i;
        }
    }
}

TEST_P(Midi, K5_WhatIsInThePastIsPlayedAtOnceAndFramesAreInOrder) {
    Pin pin = open(MIDI_RENDER, run);
    pass(50);
    Transfer first = write(pin, music({{0, {0xF8}}, {60, {0xFA}}}), 0);
    Transfer second = write(pin, music({{1, {0xFB}}}), 0);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0xF8}, {0xFA}, {0xFB}}));
}

TEST_P(Midi, K5_inferred_AnEventThatIsLongerThanItsFrameIsRefused) {
    Pin pin = open(MIDI_RENDER, run);
    auto data = music({{0, {0xF8}}, {0, {0xFA, 0, 0, 0}}});
    data[16] = std::byte(9); // the second one's ByteCount: there are four
    Transfer frame = write(pin, data);
    EXPECT_EQ(frame.wait(), status::invalid_parameter);
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0xF8}}));
    Transfer next = write(pin, music({{0, {0xFE}}}));
    EXPECT_EQ(next.wait(), status::success);
}

TEST_P(Midi, F9_StopEndsWhatIsNotDue) {
    Pin pin = open(MIDI_RENDER, run);
    Transfer frame = write(pin, music({{0, {0xF8}}, {60'000, {0xFA}}}));
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0xF8}}));
    pin.set_state(stop);
    EXPECT_EQ(frame.wait(), status::cancelled);
}

TEST_P(Midi, F8_TimeStandsStillInPause) {
    Pin pin = open(MIDI_RENDER, run);
    Transfer frame = write(pin, music({{80, {0xF8}}}));
    pass(30);
    pin.set_state(pause);
    pass(200);
    EXPECT_EQ(messages().size(), 0u);
    EXPECT_TRUE(frame.pending());
    pin.set_state(run);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(messages().size(), 1u);
}

// nf-portcls-iminiportmidistream-read, nf-dmusicks-imxf-putmessage

TEST_P(Midi, K5_WhatTheDeviceHearsBecomesWholeMessages) {
    Pin pin = open(MIDI_CAPTURE, run);
    pass(20);
    hear({0x90, 60, 100, 61, 0xF8, 101, 0xC1}); // running status, a real-time byte within
    Transfer frame = read(pin, 256);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(music_of(frame),
              (std::vector<Music>{{0, {0x90, 60, 100}}, {0, {0xF8}}, {0, {0x90, 61, 101}}}));
    EXPECT_GE(frame.header().PresentationTime.Time, 20 * ms);
    EXPECT_NE(frame.header().OptionsFlags & 0x10u, 0u); // TIMEVALID
    Transfer next = read(pin, 256);
    hear({7});
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(music_of(next), (std::vector<Music>{{0, {0xC1, 7}}}));
    EXPECT_GT(next.header().PresentationTime.Time, frame.header().PresentationTime.Time);
}

TEST_P(Midi, K5_inferred_ALongMessageGoesOnInTheNextFrame) {
    Pin pin = open(MIDI_CAPTURE, run);
    Bytes exclusive(100);
    std::iota(exclusive.begin(), exclusive.end(), 1);
    exclusive.front() = 0xF0;
    exclusive.back() = 0xF7;
    hear(exclusive);
    Bytes heard;
    for (int i = 0; i < 2; ++i) {
        Transfer frame = read(pin, 64);
        EXPECT_EQ(frame.wait(), status::success);
        for (const Music &one : music_of(frame))
            heard.insert(heard.end(), one.bytes.begin(), one.bytes.end());
    }
    EXPECT_EQ(heard, exclusive);
}

TEST_P(Midi, K5_NotifyWithoutAGroupServesTheStreams) {
    Pin pin = open(MIDI_CAPTURE, run);
    Transfer frame = read(pin, 256);
    const Bytes message{0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xF7};
    hear(message, KSPROPERTY_MIDI_INJECT_WHOLE);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(music_of(frame), (std::vector<Music>{{0, message}}));
    // "IMiniportDMus.Service is currently unused."
    EXPECT_EQ(only(journal(filter), "service").size(), dmus() ? 0u : 1u);
}

TEST_P(Midi, F8_WhatIsHeardBeforePauseIsThrownAway) {
    Pin pin = open(MIDI_CAPTURE, acquire);
    hear({0xF8});
    pin.set_state(run);
    hear({0xFA});
    Transfer frame = read(pin, 64);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(music_of(frame), (std::vector<Music>{{0, {0xFA}}}));
}

TEST_P(Midi, F10_PinsCloseInEveryState) {
    for (const PinState state : {stop, acquire, pause, run}) {
        Pin render = open(MIDI_RENDER, state), capture = open(MIDI_CAPTURE, state);
        std::vector<Transfer> frames;
        if (state != stop) {
            frames.push_back(write(render, music({{60'000, {0xF8}}})));
            frames.push_back(read(capture, 64));
        }
        hear({0x90, 60});
        render.close();
        capture.close();
        for (Transfer &frame : frames)
            EXPECT_EQ(frame.wait(), status::cancelled);
    }
    EXPECT_EQ(only(journal(filter), "gone").size(), 8u);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>());
}

/// What only one of the two has.
class MidiWrite : public Midi {};
INSTANTIATE_TEST_SUITE_P(Ports, MidiWrite,
                         ::testing::Combine(::testing::Bool(), ::testing::Values(false)),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param) ? "Realtime" : "Simulated");
                         });

// nf-portcls-iminiportmidistream-write

TEST_P(MidiWrite, K5_WriteIsCalledUntilAllIsTaken) {
    answer(filter, "write", 4);
    Pin pin = open(MIDI_RENDER, run);
    Transfer frame = write(pin, music({{0, {0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7}}}));
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0xF0, 1, 2, 3}, {4, 5, 6, 7}, {8, 0xF7}}));
}

TEST_P(MidiWrite, K5_ADeviceThatIsBusyIsAskedAgain) {
    answer(filter, "write", 0, 2);
    Pin pin = open(MIDI_RENDER, run);
    Transfer frame = write(pin, music({{0, {0xF8}}}));
    EXPECT_EQ(frame.wait(), status::success);
    pass(100);
    EXPECT_EQ(messages(), (std::vector<Bytes>{{0xF8}}));
}

class DMusEvents : public Midi {};
INSTANTIATE_TEST_SUITE_P(Ports, DMusEvents,
                         ::testing::Combine(::testing::Bool(), ::testing::Values(true)),
                         [](const auto &info) {
                             return std::string(std::get<0>(info.param) ? "Realtime" : "Simulated");
                         });

// nf-dmusicks-iminiportdmus-newstream, ns-dmusicks-_dmus_kernel_event

TEST_P(DMusEvents, K5_EventsComeAheadByThePrefetchTimeWithTheTimeTheyAreFor) {
    filter.set(device_set, KSPROPERTY_MIDI_PREFETCH, bytes_of(std::uint32_t(150 * ms)));
    Pin pin = open(MIDI_RENDER, run);
    Transfer frame = write(pin, music({{100, {0x90, 60, 100}}}));
    EXPECT_EQ(frame.wait(), status::success);
    const auto events = only(journal(filter), "event"), due = only(journal(filter), "due");
    ASSERT_EQ(events.size(), 1u);
    ASSERT_EQ(due.size(), 1u);
    EXPECT_GT(due[0].values[0], events[0].values[2]); // by the master clock
    EXPECT_LE(due[0].values[0], events[0].values[2] + 100 * ms);
    EXPECT_EQ(due[0].values[1], 0u); // DMUS_KEF_EVENT_COMPLETE
    EXPECT_EQ(due[0].values[2], 1u); // the first channel group
}

TEST_P(DMusEvents, K5_LongEventsAreInBuffers) {
    Pin pin = open(MIDI_RENDER, run);
    Bytes exclusive(300, 0x55);
    exclusive.front() = 0xF0;
    exclusive.back() = 0xF7;
    Transfer frame = write(pin, music({{0, exclusive}}));
    EXPECT_EQ(frame.wait(), status::success);
    const auto events = only(journal(filter), "event");
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].values[1], 300u);
    EXPECT_EQ(events[0].values[0], 0x55555555555555F0u);
}

// nf-portcls-pcnewminiport

TEST_P(DMusEvents, K5_inferred_TheSystemsUartsAreJoinedByACable) {
    Filter out = open_filter("\\Uart"), in = open_filter("\\UartIn");
    EXPECT_EQ(out.pin_count(), 2u);
    Pin render = open(out, 0, run), capture = open(in, 0, run);
    Transfer heard = read(capture, 256);
    Transfer frame = write(render, music({{0, {0x90, 60, 100}}}));
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(heard.wait(), status::success);
    EXPECT_EQ(music_of(heard), (std::vector<Music>{{0, {0x90, 60, 100}}}));
    Transfer more = read(capture, 256);
    Bytes exclusive(200, 0x11);
    exclusive.front() = 0xF0;
    exclusive.back() = 0xF7;
    const std::uint64_t before = traced.box().now_100ns();
    Transfer second = write(render, music({{0, exclusive}}));
    EXPECT_EQ(more.wait(), status::success);
    EXPECT_EQ(music_of(more), (std::vector<Music>{{0, exclusive}}));
    // 31,250 bits in a second, ten for a byte.
    EXPECT_GE(traced.box().now_100ns() - before, 200u * 3200);
}

TEST_P(DMusEvents, K5_TheUartWantsAPortAndFmSynthesizersAre32Bit) {
    const auto without = only(journal(filter), "without a port");
    ASSERT_EQ(without.size(), 1u);
    EXPECT_EQ(without[0].values[0], 0xC0000182u); // STATUS_DEVICE_CONFIGURATION_ERROR
    const auto synthesizer = only(journal(filter), "fm synth");
    ASSERT_EQ(synthesizer.size(), 1u);
    EXPECT_EQ(synthesizer[0].values[0], status::invalid_parameter);
    EXPECT_EQ(synthesizer[0].values[1], 0u);
}

} // namespace
} // namespace ksbox::testing
