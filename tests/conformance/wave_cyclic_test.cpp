// K7, F3 and what the pages promise of WaveCyclic render streams: creation, states, data through
// the cyclic buffer, positions.
#include "conformance/wave_cyclic_card.h"

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr std::uint32_t reset_begin = 0, reset_end = 1; // KSRESET

class WaveCyclic : public CyclicCard {};
KSBOX_IN_BOTH_MODES(WaveCyclic);

// nf-portcls-pcnewport, audio/installing-device-interfaces-for-an-audio-adapter

TEST_P(WaveCyclic, K5_AWaveCyclicPortTakesAWaveCyclicMiniport) {
    constexpr Guid categories[] = {
        {0x6994ad04, 0x93ef, 0x11d0, {0xa3, 0xcc, 0x00, 0xa0, 0xc9, 0x22, 0x31, 0x96}}, // AUDIO
        {0x65e8773e, 0x8f56, 0x11d0, {0xa3, 0xb9, 0x00, 0xa0, 0xc9, 0x22, 0x31, 0x96}}, // RENDER
        {0x65e8773d, 0x8f56, 0x11d0, {0xa3, 0xb9, 0x00, 0xa0, 0xc9, 0x22, 0x31, 0x96}}, // CAPTURE
    };
    for (const Guid &category : categories) {
        const auto found = client.interfaces(category);
        ASSERT_EQ(found.size(), 1u);
        EXPECT_TRUE(found[0].path.ends_with("\\Wave")) << found[0].path;
    }
    EXPECT_EQ(filter.pin_count(), CARD_PIN_COUNT);
}

TEST_P(WaveCyclic, K5_ItsPinsOfferStreamingAndLoopedStreaming) {
    const PinFacts facts = filter.pin_facts(CARD_RENDER);
    ASSERT_EQ(facts.interfaces.size(), 2u);
    for (const std::uint32_t id :
         {KSINTERFACE_STANDARD_STREAMING, KSINTERFACE_STANDARD_LOOPED_STREAMING}) {
        EXPECT_EQ(facts.interfaces[id].set, guid_of(KSINTERFACESETID_Standard));
        EXPECT_EQ(facts.interfaces[id].id, id);
    }
}

TEST_P(WaveCyclic, K7_CreatingAPinCallsNewStream) {
    Pin render = create(CARD_RENDER);
    const auto entries = journal(filter);
    EXPECT_EQ(names(entries), (std::vector<std::string>{"new stream", "frequency"}));
    EXPECT_EQ(entries[0].values, (std::array<std::uint64_t, 3>{CARD_RENDER, 0, 4}));
    EXPECT_EQ(entries[0].irql, 0u);
    // "the WaveCyclic port driver specifies an Interval value of 10 milliseconds"
    EXPECT_EQ(entries[1].values[0], 10u);
    forget_journal(filter);
    Pin capture = create(CARD_CAPTURE);
    EXPECT_EQ(only(journal(filter), "new stream").at(0).values,
              (std::array<std::uint64_t, 3>{CARD_CAPTURE, 1, 4}));
}

TEST_P(WaveCyclic, K7_AFailureOfNewStreamFailsTheCreate) {
    answer(filter, "new stream", status::insufficient_resources, 1);
    const RawConnect connect(CARD_RENDER, DataFormat::audio({}));
    EXPECT_EQ(create_pin(filter, connect.get()).error, 1450u); // ERROR_NO_SYSTEM_RESOURCES
    answer(filter, "new stream", status::not_supported, 1);
    EXPECT_EQ(create_pin(filter, connect.get()).error, 50u); // ERROR_NOT_SUPPORTED
    EXPECT_EQ(create_pin(filter, connect.get()).error, 0u);
}

TEST_P(WaveCyclic, K7_AStreamWithoutADmaChannelOrBufferIsRefused) {
    const RawConnect connect(CARD_RENDER, DataFormat::audio({}));
    for (const char *lacking : {"no channel", "no buffer"}) {
        forget_journal(filter);
        answer(filter, lacking, status::unsuccessful, 1);
        EXPECT_NE(create_pin(filter, connect.get()).error, 0u) << lacking;
        EXPECT_EQ(only(journal(filter), "gone").size(), 1u) << lacking;
    }
    EXPECT_EQ(driver.findings(),
              std::vector<std::string>{
                  "IMiniportWaveCyclic::NewStream: success, and no stream or no DMA channel"});
}

TEST_P(WaveCyclic, K7_ClosingThePinReleasesTheStream) {
    for (const PinState state : {stop, acquire, pause, run}) {
        Pin pin = open(CARD_RENDER, state);
        Transfer frame(client, Transfer::write, {.extent = 64});
        if (state != stop)
            frame.start(pin);
        forget_journal(filter);
        pin.close();
        const auto entries = journal(filter);
        EXPECT_EQ(entries.back().what, "gone");
        EXPECT_EQ(only(entries, "gone").size(), 1u);
        EXPECT_EQ(only(entries, "set state").size(), std::size_t(state));
        if (state != stop) {
            EXPECT_EQ(frame.wait(), status::cancelled);
        }
    }
}

// nf-portcls-iminiportwavecyclicstream-setstate

TEST_P(WaveCyclic, F3_TheStreamSeesEveryStateUpAndDown) {
    for (const std::uint32_t pin_id : {CARD_RENDER, CARD_CAPTURE}) {
        Pin pin = create(pin_id);
        EXPECT_EQ(states(pin_id), std::vector<PinState>());
        pin.set_state(run);
        EXPECT_EQ(states(pin_id), (std::vector{acquire, pause, run}));
        forget_journal(filter);
        pin.set_state(stop);
        EXPECT_EQ(states(pin_id), (std::vector{pause, acquire, stop}));
        forget_journal(filter);
    }
}

TEST_P(WaveCyclic, F3_LoopedPinsSeeEveryStateToo) {
    Pin pin = open(CARD_RENDER, run, looped);
    pin.set_state(stop);
    EXPECT_EQ(states(CARD_RENDER), (std::vector{acquire, pause, run, pause, acquire, stop}));
}

TEST_P(WaveCyclic, F3_AStepThatFailsUndoesTheOthers) {
    Pin pin = create(CARD_RENDER);
    pin.set_state(pause);
    forget_journal(filter);
    answer(filter, "set state", status::insufficient_resources, 1);
    EXPECT_EQ(ask_state(pin, run), status::insufficient_resources);
    EXPECT_EQ(pin.state(), pause);
    EXPECT_EQ(states(CARD_RENDER), std::vector{run});
    EXPECT_EQ(ask_state(pin, run), status::success);
}

// K14's sibling: the engine does not run, and nothing moves, before RUN.

TEST_P(WaveCyclic, F8_NothingIsPlayedBeforeRun) {
    Pin pin = open(CARD_RENDER, pause);
    Transfer frame = write(pin, 0, interval);
    EXPECT_TRUE(frame.pending());
    advance(interval);
    EXPECT_EQ(played(), std::vector<std::byte>());
    EXPECT_EQ(position(pin).play, 0u);
    pin.set_state(run);
    advance(interval);
    EXPECT_EQ(played(), pattern(0, interval));
}

// Data.

TEST_P(WaveCyclic, K5_inferred_WhatIsWrittenIsPlayedByteForByte) {
    Pin pin = open(CARD_RENDER, pause);
    // Frames of every size, aligned to samples, against the engine's own steps.
    std::vector<Transfer> frames;
    std::uint64_t written = 0;
    const std::uint32_t sizes[] = {4, 1920, 400, 5000, 1200, 8, 3840, 960};
    const auto add = [&] {
        const std::uint32_t bytes = sizes[frames.size() % std::size(sizes)];
        frames.push_back(write(pin, written, bytes));
        written += bytes;
    };
    while (written < 3 * interval)
        add();
    pin.set_state(run);
    const std::uint32_t steps[] = {1920, 480, 1000, 4, 1916};
    std::uint64_t advanced = 0;
    for (unsigned i = 0; i < 60; ++i) {
        advance(steps[i % std::size(steps)]);
        advanced += steps[i % std::size(steps)];
        while (written < advanced + 3 * interval)
            add();
    }
    EXPECT_EQ(played(), pattern(0, advanced));
    EXPECT_EQ(position(pin).play, advanced);
}

TEST_P(WaveCyclic, K5_inferred_AFrameEndsWhenItsLastByteHasBeenPlayed) {
    Pin pin = open(CARD_RENDER, run);
    Transfer first = write(pin, 0, 1000), second = write(pin, 1000, 1000);
    advance(996);
    EXPECT_TRUE(first.pending());
    advance(4);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(first.information(), 1000u);
    EXPECT_TRUE(second.pending());
    advance(1000);
    EXPECT_EQ(second.wait(), status::success);
}

TEST_P(WaveCyclic, K5_inferred_AllHeadersOfAWriteArePlayedBeforeItEnds) {
    Pin pin = open(CARD_RENDER, run);
    Transfer frames(client, Transfer::write, {.count = 3, .extent = 100});
    std::ranges::copy(pattern(0, 300), frames.data().begin());
    frames.start(pin);
    advance(200);
    EXPECT_TRUE(frames.pending());
    advance(100);
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.information(), 300u);
    EXPECT_EQ(played(), pattern(0, 300));
}

// audio/wavecyclic-latency

TEST_P(WaveCyclic, K5_ThePortKeepsFortyMillisecondsInTheBuffer) {
    settings({.BufferBytes = 65536});
    Pin pin = open(CARD_RENDER, pause);
    Transfer frame = write(pin, 0, 10 * interval);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(position(pin), (AudioPosition{0, 4 * interval}));
    pin.set_state(run);
    advance(interval);
    EXPECT_EQ(position(pin), (AudioPosition{interval, 5 * interval}));
}

TEST_P(WaveCyclic, K5_SilenceFollowsTheDataThatRunShort) {
    Pin pin = open(CARD_RENDER, pause);
    Transfer frame = write(pin, 0, interval);
    pin.set_state(run);
    for (int i = 0; i < 12; ++i) // twice round the buffer and more: nothing stale is heard
        advance(interval);
    EXPECT_EQ(frame.wait(), status::success);
    auto expected = pattern(0, interval);
    expected.resize(12 * interval);
    EXPECT_EQ(played(), expected);
    EXPECT_GT(only(journal(filter), "silence").size(), 0u);
}

TEST_P(WaveCyclic, K5_DataOverwriteTheSilenceThatHasNotBeenPlayed) {
    Pin pin = open(CARD_RENDER, run);
    Transfer first = write(pin, 0, interval);
    advance(interval / 2);
    Transfer second = write(pin, interval, interval);
    advance(interval);
    advance(interval / 2);
    EXPECT_EQ(played(), pattern(0, 2 * interval));
}

TEST_P(WaveCyclic, K5_inferred_AfterAnUnderrunDataGoOnWhereTheDeviceIs) {
    Pin pin = open(CARD_RENDER, run);
    Transfer first = write(pin, 0, 400);
    advance(402); // in the middle of a sample
    advance(1002);
    Transfer second = write(pin, 400, 400);
    EXPECT_TRUE(second.pending());
    advance(400);
    EXPECT_EQ(second.wait(), status::success);
    std::vector<std::byte> expected = pattern(0, 400);
    expected.resize(1404);
    const auto more = pattern(400, 400);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(played(), expected);
}

TEST_P(WaveCyclic, K5_SilenceOfEightBitsIs0x80) {
    Pin pin = filter.connect({.pin_id = CARD_RENDER,
                              .format = DataFormat::audio(
                                  {.rate_hz = 8000, .channels = 1, .bits = 8, .valid_bits = 8})});
    pin.set_state(run);
    advance(160);
    EXPECT_EQ(played(), std::vector<std::byte>(160, std::byte(0x80)));
}

// Stopping and cancelling.

TEST_P(WaveCyclic, F8_APausedStreamGoesOnWhereItWas) {
    Pin pin = open(CARD_RENDER, run);
    Transfer frame = write(pin, 0, 3 * interval);
    advance(1000);
    pin.set_state(pause);
    advance(1000);
    EXPECT_EQ(position(pin).play, 1000u);
    EXPECT_TRUE(frame.pending());
    pin.set_state(run);
    advance(3 * interval - 1000);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(played(), pattern(0, 3 * interval));
}

TEST_P(WaveCyclic, F9_StopEndsEveryWrite) {
    Pin pin = open(CARD_RENDER, run);
    Transfer first = write(pin, 0, 2 * interval), second = write(pin, 2 * interval, 20 * interval),
             third = write(pin, 0, interval);
    advance(interval);
    EXPECT_EQ(ask_state(pin, stop), status::success);
    for (Transfer *frame : {&first, &second, &third})
        EXPECT_EQ(frame->wait(), status::cancelled);
    EXPECT_EQ(position(pin), (AudioPosition{0, 0}));
}

TEST_P(WaveCyclic, F9_AfterStopTheStreamBeginsAnew) {
    Pin pin = open(CARD_RENDER, run);
    Transfer old = write(pin, 5000, 2 * interval);
    advance(1000);
    pin.set_state(stop);
    settings({.BufferBytes = CARD_BUFFER_BYTES}); // forgets what was played
    pin.set_state(run);
    advance(interval);
    Transfer frame = write(pin, 0, interval);
    EXPECT_TRUE(frame.pending());
    advance(interval);
    auto expected = silence(interval);
    const auto data = pattern(0, interval);
    expected.insert(expected.end(), data.begin(), data.end());
    EXPECT_EQ(played(), expected);
    EXPECT_EQ(position(pin), (AudioPosition{interval, interval}));
}

TEST_P(WaveCyclic, F10_ACancelledWriteEndsAtOnceAndTheNextFollows) {
    Pin pin = open(CARD_RENDER, run);
    Transfer first = write(pin, 0, interval), second = write(pin, interval, 20 * interval),
             third = write(pin, 7, interval);
    advance(interval / 2);
    second.cancel();
    EXPECT_EQ(second.wait(), status::cancelled);
    // What of it was in the buffer by then is played.
    const std::uint64_t in_buffer = position(pin).write - interval;
    EXPECT_GT(in_buffer, 0u);
    advance(interval / 2);
    EXPECT_EQ(first.wait(), status::success);
    for (std::uint64_t left = in_buffer + interval; left;) {
        const auto bytes = std::uint32_t(std::min<std::uint64_t>(left, interval));
        advance(bytes);
        left -= bytes;
    }
    EXPECT_EQ(third.wait(), status::success);
    auto expected = pattern(0, interval + in_buffer);
    const auto more = pattern(7, interval);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(played(), expected);
}

TEST_P(WaveCyclic, F11_ResetDropsWhatHasNotBeenPlayed) {
    Pin pin = open(CARD_RENDER, run);
    Transfer frame = write(pin, 0, 3 * interval);
    advance(1000);
    const auto tell = [&](std::uint32_t reset) {
        return std::uint32_t(
            client.control(pin.handle(), IOCTL_KS_RESET_STATE, bytes_of(reset), {}).status);
    };
    EXPECT_EQ(tell(reset_begin), status::success);
    EXPECT_EQ(frame.wait(), status::cancelled);
    advance(1000);
    EXPECT_EQ(tell(reset_end), status::success);
    Transfer next = write(pin, 0, 800);
    EXPECT_TRUE(next.pending());
    advance(800);
    EXPECT_EQ(next.wait(), status::success);
    auto expected = pattern(0, 1000);
    expected.resize(2000);
    const auto more = pattern(0, 800);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(played(), expected);
}

TEST_P(WaveCyclic, K7_SetFormatGoesToTheStream) {
    Pin pin = create(CARD_RENDER);
    forget_journal(filter);
    const DataFormat mono = DataFormat::audio({.rate_hz = 44100, .channels = 1});
    pin.set(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_DATAFORMAT, mono.bytes());
    EXPECT_EQ(names(journal(filter)), (std::vector<std::string>{"set format", "frequency"}));
    answer(filter, "set format", status::not_supported, 1);
    EXPECT_EQ(send(client, pin.handle(), IOCTL_KS_PROPERTY,
                   identifier(guid_of(KSPROPSETID_Connection), KSPROPERTY_CONNECTION_DATAFORMAT,
                              KSPROPERTY_TYPE_SET),
                   {mono.bytes().begin(), mono.bytes().end()})
                  .status,
              status::not_supported);
}

} // namespace
} // namespace ksbox::testing
