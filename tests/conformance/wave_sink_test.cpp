// The DMus port's wave sink: notes go into a software synthesizer in the kernel at one pin, its
// waves are read at another.
#include <chrono>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"
#include "support/transfer.h"

#include "ksbox/system_driver.h"

#include "drivers/synth/synth.h"

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr Guid music_type{
    0xe725d360, 0x62cc, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};
constexpr Guid midi_subtype{
    0x1d262760, 0xe957, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};
constexpr std::int64_t ms = 10'000;
constexpr std::uint32_t frame_bytes = SYNTH_RATE_HZ / 100 * SYNTH_BLOCK_BYTES; // 10 ms
constexpr std::uint32_t time_valid = 0x10; // KSSTREAM_HEADER_OPTIONSF_TIMEVALID

std::int64_t samples(std::int64_t time_100ns) {
    return time_100ns * SYNTH_RATE_HZ / 10'000'000;
}

struct Sample {
    std::int16_t left = 0, right = 0;
    bool operator==(const Sample &) const = default;
};
void PrintTo(const Sample &sample, std::ostream *stream) {
    *stream << sample.left << '/' << sample.right;
}

class WaveSink : public InBothModes {
  protected:
    Pin open_wave(PinState state, const AudioFormat &format = {}) {
        Pin pin = filter.connect({.pin_id = SYNTH_WAVE, .format = DataFormat::audio(format)});
        pin.set_state(state);
        return pin;
    }
    Pin open_music(PinState state) {
        KSDATAFORMAT format{};
        format.FormatSize = sizeof format;
        std::memcpy(&format.MajorFormat, &music_type, sizeof music_type);
        std::memcpy(&format.SubFormat, &midi_subtype, sizeof midi_subtype);
        format.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
        Pin pin = filter.connect({.pin_id = SYNTH_MUSIC, .format = DataFormat(bytes_of(format))});
        pin.set_state(state);
        return pin;
    }
    /// KSMUSICFORMAT events of three bytes for `time` of the stream; returns when the device has
    /// them.
    void play(Pin &pin, std::int64_t time,
              std::initializer_list<std::pair<std::uint32_t, std::array<std::uint8_t, 3>>> events) {
        Transfer transfer(client, Transfer::write, {.extent = std::uint32_t(events.size() * 12)});
        std::byte *place = transfer.data().data();
        for (const auto &[delta_ms, message] : events) {
            const std::uint32_t header[2] = {delta_ms, 3};
            std::memcpy(place, header, sizeof header);
            std::memcpy(place + sizeof header, message.data(), message.size());
            place += 12;
        }
        transfer.header().PresentationTime.Time = time;
        transfer.start(pin);
        EXPECT_EQ(transfer.wait(), status::success);
    }
    Transfer read(Pin &pin, std::uint32_t bytes = frame_bytes) {
        Transfer transfer(client, Transfer::read, {.extent = bytes});
        transfer.start(pin);
        return transfer;
    }
    static std::vector<Sample> samples_in(Transfer &transfer) {
        std::vector<Sample> result(transfer.header().DataUsed / sizeof(Sample));
        std::memcpy(result.data(), transfer.data().data(), result.size() * sizeof(Sample));
        return result;
    }
    /// Frames of 10 ms, one after the other.
    std::vector<Sample> record(Pin &pin, unsigned frames) {
        std::vector<Sample> all;
        std::vector<Transfer> pending;
        for (unsigned i = 0; i < frames; ++i)
            pending.push_back(read(pin));
        for (Transfer &frame : pending) {
            EXPECT_EQ(frame.wait(), status::success);
            EXPECT_EQ(frame.header().DataUsed, frame_bytes);
            const auto part = samples_in(frame);
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }
    /// What a note of so many samples is, with silence before and behind.
    static std::vector<Sample> expected(std::size_t count, std::int64_t begin, std::int64_t end,
                                        unsigned note) {
        std::vector<Sample> all(count);
        for (std::int64_t i = begin; i < end && i < std::int64_t(count); ++i) {
            const auto value = std::int16_t(((i - begin) * note) & 0x7fff);
            all[std::size_t(i)] = {value, std::int16_t(~value)};
        }
        return all;
    }
    std::vector<JournalEntry> entries(std::string_view what) { return only(journal(filter), what); }
    std::int64_t now() { return std::int64_t(traced.box().now_100ns()); }
    void pass(int milliseconds) { traced.box().run_for(std::chrono::milliseconds(milliseconds)); }
    std::size_t findings(std::string_view text) {
        std::size_t count = 0;
        for (const std::string &finding : driver.findings())
            count += finding.find(text) != std::string::npos;
        return count;
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("softsynth");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};
KSBOX_IN_BOTH_MODES(WaveSink);

TEST_P(WaveSink, K7_AWavePinThatPutsOutIsMadeAsAWaveSink) {
    {
        Pin wave = open_wave(stop), music = open_music(stop);
        const auto made = entries("new stream");
        ASSERT_EQ(made.size(), 2u);
        EXPECT_EQ(made[0].values[0], SYNTH_WAVE);
        EXPECT_EQ(made[0].values[1], 2u); // DMUS_STREAM_WAVE_SINK
        EXPECT_EQ(made[0].values[2], 64u + 18u);
        EXPECT_EQ(made[1].values[0], SYNTH_MUSIC);
        EXPECT_EQ(made[1].values[1], 0u); // DMUS_STREAM_MIDI_RENDER
    }
    EXPECT_EQ(entries("gone").size(), 2u);
    answer(filter, "new stream", status::not_supported, 1);
    EXPECT_THROW(open_wave(stop), Error);
}

TEST_P(WaveSink, F3_TheSynthesizerSeesEveryState) {
    Pin wave = open_wave(run);
    wave.set_state(stop);
    std::vector<std::uint64_t> states;
    for (const JournalEntry &entry : entries("set state"))
        states.push_back(entry.values[1]);
    EXPECT_EQ(states, (std::vector<std::uint64_t>{1, 2, 3, 2, 1, 0}));
}

TEST_P(WaveSink, K5_ANoteIsHeardAtItsSampleAndEverySampleOfIt) {
    Pin wave = open_wave(pause), music = open_music(pause);
    const std::int64_t before = now();
    music.set_state(run);
    const std::int64_t after = now();
    wave.set_state(run);
    play(music, 50 * ms, {{0, {0x90, 61, 100}}, {40, {0x80, 61, 0}}});
    const auto heard = record(wave, 20);
    ASSERT_EQ(heard.size(), 20u * SYNTH_RATE_HZ / 100);

    const auto synchronized = entries("sync");
    ASSERT_FALSE(synchronized.empty());
    const auto zero = std::int64_t(synchronized[0].values[0]);
    const auto onset = std::ranges::find_if(heard, [](Sample sample) { return sample.right != 0; });
    const auto begin = onset - heard.begin();
    EXPECT_GE(begin, samples(before + 50 * ms - zero));
    EXPECT_LE(begin, samples(after + 50 * ms - zero));
    const auto silent =
        std::find_if(onset, heard.end(), [](Sample sample) { return sample.right == 0; });
    const auto end = silent - heard.begin();
    EXPECT_NEAR(double(end - begin), 40 * SYNTH_RATE_HZ / 1000, 1);
    EXPECT_EQ(heard, expected(heard.size(), begin, end, 61));

    // Byte after byte of the PCM stream, and never ahead of the clock.
    std::uint64_t position = 0;
    for (const JournalEntry &entry : entries("render")) {
        EXPECT_EQ(entry.values[1], position);
        EXPECT_GT(entry.values[0], 0u);
        EXPECT_EQ(entry.values[0] % SYNTH_BLOCK_BYTES, 0u);
        EXPECT_LE(entry.irql, 2u);
        position += entry.values[0];
    }
    EXPECT_EQ(position, 20u * frame_bytes);
    EXPECT_GE(now() - zero, 200 * ms);
}

TEST_P(WaveSink, F8_NothingIsRenderedAheadOfTheMasterClock) {
    Pin wave = open_wave(pause);
    Transfer frame = read(wave, 10 * frame_bytes);
    pass(50);
    EXPECT_EQ(entries("render").size(), 0u);
    const std::int64_t before = now();
    wave.set_state(run);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_GE(now() - before, 100 * ms);
    if (!GetParam()) {
        EXPECT_LE(now() - before, 150 * ms); // two clock ticks late at most
    }
    EXPECT_EQ(frame.header().DataUsed, 10 * frame_bytes);
}

TEST_P(WaveSink, K5_inferred_WhatWasDueWaitsForAClientWhole) {
    Pin wave = open_wave(run), music = open_music(run);
    play(music, 0, {{20, {0x90, 60, 100}}});
    pass(300);
    EXPECT_EQ(entries("render").size(), 0u);
    const std::int64_t before = now();
    const auto heard = record(wave, 25); // of which all are due
    if (!GetParam()) {
        EXPECT_LT(now() - before, 20 * ms);
    }
    const auto onset = std::ranges::find_if(heard, [](Sample sample) { return sample.right != 0; });
    EXPECT_EQ(heard, expected(heard.size(), onset - heard.begin(), 1'000'000, 60));
    EXPECT_LT(onset, heard.end());
}

// nf-dmusicks-isynthsinkdmus-synctomaster

TEST_P(WaveSink, K5_TheSampleClockIsSynchronizedAndZeroAtEachRun) {
    Pin wave = open_wave(run);
    record(wave, 12);
    wave.set_state(pause);
    auto synchronized = entries("sync");
    ASSERT_GE(synchronized.size(), 3u);
    for (std::size_t i = 0; i < synchronized.size(); ++i) {
        EXPECT_EQ(synchronized[i].values[1], i == 0) << i; // fStart
        if (i != 0) {
            EXPECT_GE(synchronized[i].values[0], synchronized[i - 1].values[0] + 20 * ms);
        }
    }
    forget_journal(filter);
    pass(100);
    EXPECT_EQ(entries("sync").size(), 0u);
    EXPECT_EQ(entries("render").size(), 0u);
    Transfer frame = read(wave);
    wave.set_state(run);
    EXPECT_EQ(frame.wait(), status::success);
    synchronized = entries("sync");
    ASSERT_GE(synchronized.size(), 1u);
    EXPECT_EQ(synchronized[0].values[1], 1u);
    EXPECT_EQ(entries("render").at(0).values[1], 0u);
    // The stream's time goes on where it was.
    EXPECT_EQ(frame.header().OptionsFlags & time_valid, time_valid);
    EXPECT_NEAR(double(frame.header().PresentationTime.Time), 120. * ms, 1.);
}

TEST_P(WaveSink, K5_FramesSayWhenTheyBegin) {
    Pin wave = open_wave(run);
    for (int i = 0; i < 5; ++i) {
        Transfer frame = read(wave);
        EXPECT_EQ(frame.wait(), status::success);
        EXPECT_EQ(frame.header().OptionsFlags & time_valid, time_valid);
        EXPECT_EQ(frame.header().PresentationTime.Time, i * 10 * ms);
        EXPECT_EQ(frame.header().PresentationTime.Numerator, 1u);
        EXPECT_EQ(frame.header().PresentationTime.Denominator, 1u);
    }
}

TEST_P(WaveSink, K5_inferred_FramesHoldWholeSamples) {
    Pin wave = open_wave(run), music = open_music(run);
    play(music, 0, {{0, {0x90, 1, 100}}});
    Transfer odd = read(wave, 103), small = read(wave, 3), next = read(wave, 4);
    EXPECT_EQ(odd.wait(), status::success);
    EXPECT_EQ(odd.header().DataUsed, 100u);
    EXPECT_EQ(odd.data()[100], std::byte(0xCC));
    EXPECT_EQ(small.wait(), status::buffer_too_small);
    EXPECT_EQ(small.header().DataUsed, 0u);
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(next.header().DataUsed, 4u);
    EXPECT_EQ(entries("render").back().values[1], 100u);
}

// audio/a-wave-sink-for-kernel-mode-software-synthesizers: the wave pin is a source, for the mixer

class LinkedWaveSink : public WaveSink {
  protected:
    static constexpr std::uint32_t mixer_sink = 0, mixer_source = 1;
    static void go(Pin &pin, PinState to) {
        for (const PinState state : {acquire, pause, run}) {
            pin.set_state(state);
            if (state == to)
                return;
        }
    }
    Pin open_linked() {
        return filter.connect({.pin_id = SYNTH_LINKED_WAVE, .format = DataFormat::audio({})});
    }
    Pin open_mixer(std::uint32_t id, Handle source = 0) {
        return mixer.connect(
            {.pin_id = id, .format = DataFormat::audio({}), .pin_to_handle = source});
    }
    std::vector<Sample> mixed(Pin &pin, unsigned frames) {
        std::vector<Sample> all;
        for (unsigned i = 0; i < frames; ++i) {
            Transfer frame = read(pin);
            EXPECT_EQ(frame.wait(), status::success);
            const auto part = samples_in(frame);
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }

    Driver &mixing = load_system_driver(traced.box(), SystemDriver::kmixer);
    Filter mixer = client.open_filter(mixing.filters().at(0).path);
};
KSBOX_IN_BOTH_MODES(LinkedWaveSink);

TEST_P(LinkedWaveSink, K5_ASynthesizerPlaysIntoTheMixer) {
    Pin wave = open_linked();
    Pin sink = open_mixer(mixer_sink, wave.handle());
    Pin source = open_mixer(mixer_source);
    Pin music = open_music(pause);
    EXPECT_EQ(entries("new stream").at(0).values[1], 2u); // DMUS_STREAM_WAVE_SINK
    music.set_state(run);
    for (Pin *const pin : {&source, &sink, &wave})
        go(*pin, run);
    play(music, 50 * ms, {{0, {0x90, 3, 100}}, {40, {0x80, 3, 0}}});
    const auto heard = mixed(source, 40);
    const auto onset = std::ranges::find_if(heard, [](Sample sample) { return sample.right != 0; });
    const auto silent =
        std::find_if(onset, heard.end(), [](Sample sample) { return sample.right == 0; });
    EXPECT_NEAR(double(silent - onset), 40 * SYNTH_RATE_HZ / 1000, 1);
    EXPECT_EQ(heard, expected(heard.size(), onset - heard.begin(), silent - heard.begin(), 3));
    // Byte after byte, an interval in each frame.
    std::uint64_t position = 0;
    for (const JournalEntry &entry : entries("render")) {
        EXPECT_EQ(entry.values[1], position);
        EXPECT_LE(entry.values[0], 2u * frame_bytes);
        position += entry.values[0];
    }
    EXPECT_GE(position, 35u * frame_bytes);
    EXPECT_EQ(driver.findings(), std::vector<std::string>());
}

TEST_P(LinkedWaveSink, K5_inferred_ASourceRendersOnlyWhenBothPinsRun) {
    Pin wave = open_linked();
    Pin sink = open_mixer(mixer_sink, wave.handle());
    Pin source = open_mixer(mixer_source);
    for (Pin *const pin : {&source, &wave})
        go(*pin, run);
    go(sink, pause);
    pass(100);
    EXPECT_EQ(entries("render").size(), 0u);
    sink.set_state(run);
    mixed(source, 10);
    EXPECT_GT(entries("render").size(), 0u);
    sink.close();
    forget_journal(filter);
    pass(100);
    EXPECT_EQ(entries("render").size(), 0u);
    wave.close();
    EXPECT_EQ(entries("gone").size(), 1u);
}

// What a miniport may do wrong.

TEST_P(WaveSink, K18_inferred_AStreamWithoutISynthSinkDMusIsRefused) {
    answer(filter, "no sink", status::not_supported);
    try {
        Pin wave = open_wave(stop);
        FAIL();
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), 0x80070032u); // ERROR_NOT_SUPPORTED
    }
    EXPECT_EQ(entries("new stream").size(), 1u);
    EXPECT_EQ(entries("gone").size(), 1u);
    EXPECT_EQ(findings("the stream for DMUS_STREAM_WAVE_SINK has no ISynthSinkDMus"), 1u);
}

TEST_P(WaveSink, K7_inferred_OnlyPcmHasAWaveSink) {
    EXPECT_THROW(open_wave(stop, {.bits = 32, .is_float = true}), Error);
    EXPECT_EQ(entries("new stream").size(), 0u);
}

TEST_P(WaveSink, K5_inferred_WithoutAClockTheFormatCounts) {
    answer(filter, "clock", status::not_supported);
    answer(filter, "sync", status::not_supported);
    Pin wave = open_wave(run);
    const std::int64_t before = now();
    Transfer frame = read(wave, 5 * frame_bytes);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_GE(now() - before, 40 * ms);
    EXPECT_EQ(frame.header().OptionsFlags & time_valid, 0u);
    EXPECT_EQ(findings("sample clock"), 0u);
}

TEST_P(WaveSink, K5_TheSynthesizersClockSetsThePace) {
    answer(filter, "skew", SYNTH_RATE_HZ / 10); // 100 ms ahead
    Pin wave = open_wave(run);
    const auto begun = std::int64_t(entries("sync").at(0).values[0]);
    Transfer frame = read(wave, 10 * frame_bytes);
    EXPECT_EQ(frame.wait(), status::success);
    if (!GetParam()) {
        EXPECT_LT(now() - begun, 50 * ms);
    }
    EXPECT_EQ(findings("sample clock"), 0u);
}

TEST_P(WaveSink, K5_inferred_AClockThatIsFarOffIsAFinding) {
    answer(filter, "skew", 0x7fffffff);
    Pin wave = open_wave(run);
    const std::int64_t before = now();
    Transfer frame = read(wave, 10 * frame_bytes);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_GE(now() - before, 90 * ms);
    EXPECT_EQ(findings("RefTimeToSample: the sample clock is more than a second off"), 1u);
}

TEST_P(WaveSink, F10_PinsCloseInEveryState) {
    for (const PinState state : {stop, acquire, pause, run}) {
        Pin wave = open_wave(state);
        std::vector<Transfer> frames;
        if (state != stop)
            frames.push_back(read(wave, 100 * frame_bytes));
        wave.close();
        for (Transfer &frame : frames)
            EXPECT_EQ(frame.wait(), status::cancelled);
    }
    EXPECT_EQ(entries("gone").size(), 4u);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>());
}

} // namespace
} // namespace ksbox::testing
