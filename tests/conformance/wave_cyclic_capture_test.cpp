// WaveCyclic capture streams, the looped interface, positions, and streams whose engine runs by
// itself.
#include "conformance/wave_cyclic_card.h"
#include "samples/cards.h"

#include <chrono>
#include <deque>

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr std::uint32_t discontinuity = 0x4; // KSSTREAM_HEADER_OPTIONSF_DATADISCONTINUITY

class WaveCyclicCapture : public CyclicCard {};
KSBOX_IN_BOTH_MODES(WaveCyclicCapture);
class WaveCyclicLoop : public CyclicCard {};
KSBOX_IN_BOTH_MODES(WaveCyclicLoop);
class WaveCyclicEngine : public CyclicCard {};
KSBOX_IN_BOTH_MODES(WaveCyclicEngine);

TEST_P(WaveCyclicCapture, K5_inferred_WhatIsRecordedIsReadByteForByte) {
    Pin pin = open(CARD_CAPTURE, run);
    std::deque<Transfer> frames;
    std::vector<std::byte> all;
    const std::uint32_t sizes[] = {1920, 400, 4000, 4, 960};
    const std::uint32_t steps[] = {1920, 480, 1000, 4, 1916};
    unsigned made = 0;
    for (unsigned i = 0; i < 50; ++i) {
        while (frames.size() < 4)
            frames.push_back(read(pin, sizes[made++ % std::size(sizes)]));
        advance(steps[i % std::size(steps)]);
        while (!frames.empty() && frames.front().header().DataUsed) {
            if (frames.front().pending())
                break;
            EXPECT_EQ(frames.front().wait(), status::success);
            const auto data = bytes_in(frames.front());
            all.insert(all.end(), data.begin(), data.end());
            frames.pop_front();
        }
    }
    EXPECT_GT(all.size(), 40'000u);
    EXPECT_EQ(all, counted(0, all.size()));
}

TEST_P(WaveCyclicCapture, K5_inferred_AFrameEndsWhenItIsFull) {
    Pin pin = open(CARD_CAPTURE, run);
    Transfer first = read(pin, 1000), second = read(pin, 1000);
    advance(996);
    EXPECT_TRUE(first.pending());
    advance(8);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(first.header().DataUsed, 1000u);
    EXPECT_EQ(first.header().OptionsFlags & discontinuity, 0u);
    EXPECT_EQ(bytes_in(first), counted(0, 1000));
    EXPECT_TRUE(second.pending());
    advance(996);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(bytes_in(second), counted(1000, 1000));
}

TEST_P(WaveCyclicCapture, K5_inferred_WhatWasRecordedWaitsForAClient) {
    Pin pin = open(CARD_CAPTURE, run);
    advance(interval);
    advance(interval);
    Transfer frame = read(pin, 2 * interval);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(bytes_in(frame), counted(0, 2 * interval));
    EXPECT_EQ(frame.header().OptionsFlags & discontinuity, 0u);
}

TEST_P(WaveCyclicCapture, K5_inferred_WhatIsRecordedOverIsADiscontinuity) {
    Pin pin = open(CARD_CAPTURE, run);
    for (int i = 0; i < 7; ++i) // of the four that fit
        advance(interval);
    Transfer frame = read(pin, interval), next = read(pin, interval);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.header().OptionsFlags & discontinuity, discontinuity);
    EXPECT_EQ(bytes_in(frame), counted(7 * interval - (buffer - interval), interval));
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(next.header().OptionsFlags & discontinuity, 0u);
    EXPECT_EQ(bytes_in(next), counted(8 * interval - (buffer - interval), interval));
    // What was lost is no part of the stream.
    EXPECT_EQ(position(pin), (AudioPosition{buffer - interval, 2 * interval}));
}

TEST_P(WaveCyclicCapture, F9_StopEndsReadsWithWhatTheyHold) {
    Pin pin = open(CARD_CAPTURE, run);
    Transfer first = read(pin, 1000), second = read(pin, 1000);
    advance(400);
    pin.set_state(stop);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(bytes_in(first), counted(0, 400));
    EXPECT_EQ(second.wait(), status::cancelled);
    EXPECT_EQ(position(pin), (AudioPosition{0, 0}));
}

TEST_P(WaveCyclicCapture, F8_WhatWasRecordedBeforePauseIsDelivered) {
    Pin pin = open(CARD_CAPTURE, run);
    Transfer frame = read(pin, 1000);
    advance(600, false); // nobody has told the port
    pin.set_state(pause);
    advance(600);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(position(pin), (AudioPosition{600, 600}));
    pin.set_state(run);
    advance(400);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(bytes_in(frame), counted(0, 1000));
}

TEST_P(WaveCyclicCapture, F10_ACancelledReadLeavesTheRestToTheNext) {
    Pin pin = open(CARD_CAPTURE, run);
    Transfer first = read(pin, 1000), second = read(pin, 600);
    advance(400);
    first.cancel();
    EXPECT_EQ(first.wait(), status::cancelled);
    advance(600);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(bytes_in(second), counted(400, 600));
}

// audio/audio-position-property

TEST_P(WaveCyclicCapture, K11_PositionsOfACaptureStreamAreRecordAndRead) {
    Pin pin = open(CARD_CAPTURE, run);
    EXPECT_EQ(position(pin), (AudioPosition{0, 0}));
    advance(1000);
    EXPECT_EQ(position(pin), (AudioPosition{1000, 0}));
    Transfer frame = read(pin, 400);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(position(pin), (AudioPosition{1000, 400}));
}

TEST_P(WaveCyclicCapture, K11_PositionsOfAStreamDoNotWrap) {
    Pin render = open(CARD_RENDER, run), capture = open(CARD_CAPTURE, run);
    std::vector<Transfer> frames;
    for (unsigned i = 0; i < 12; ++i)
        frames.push_back(write(render, i * interval, interval));
    for (unsigned i = 1; i <= 10; ++i) {
        Transfer frame = read(capture, interval);
        advance(interval);
        EXPECT_EQ(frame.wait(), status::success);
        EXPECT_EQ(position(render).play, i * interval);
        EXPECT_EQ(position(capture), (AudioPosition{i * interval, i * interval}));
    }
}

TEST_P(WaveCyclicCapture, K11_PlayIsAsTheMiniportSaysNow) {
    Pin pin = open(CARD_RENDER, run);
    Transfer frame = write(pin, 0, interval);
    EXPECT_TRUE(frame.pending());
    advance(500, false);
    EXPECT_EQ(position(pin), (AudioPosition{500, interval}));
}

TEST_P(WaveCyclicCapture, K11_inferred_PositionsOfAStreamThatIsNotLoopedAreNotSet) {
    Pin pin = open(CARD_RENDER, run);
    EXPECT_EQ(set_position(pin, {0, 0}).status, status::invalid_device_request);
}

TEST_P(WaveCyclicCapture, K11_inferred_SilenceIsNoPartOfTheStream) {
    Pin pin = open(CARD_RENDER, run);
    advance(1000);
    EXPECT_EQ(position(pin), (AudioPosition{0, 0}));
    Transfer frame = write(pin, 0, 400);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(position(pin), (AudioPosition{0, 400}));
    advance(300);
    EXPECT_EQ(position(pin), (AudioPosition{300, 400}));
    advance(300);
    EXPECT_EQ(position(pin), (AudioPosition{400, 400}));
}

// nf-portcls-iminiportwavecyclicstream-setnotificationfreq: "the size of the buffer that needs to
// be allocated for the input or output stream"

TEST_P(WaveCyclicCapture, I10_AllocatorFramingAsksForOneNotificationInterval) {
    Pin pin = create(CARD_CAPTURE);
    const auto framing = pin.get_as<KSALLOCATOR_FRAMING>(guid_of(KSPROPSETID_Connection),
                                                         KSPROPERTY_CONNECTION_ALLOCATORFRAMING);
    EXPECT_EQ(framing.FrameSize, interval);
    EXPECT_GT(framing.Frames, 0u);
}

// stream/ksinterface-standard-looped-streaming

TEST_P(WaveCyclicLoop, K5_TheOneBufferIsPlayedRoundAndRoundUntilStop) {
    Pin pin = open(CARD_RENDER, pause, looped);
    Transfer loop = write(pin, 0, 2500);
    EXPECT_TRUE(loop.pending());
    pin.set_state(run);
    for (int i = 0; i < 10; ++i)
        advance(1000);
    EXPECT_TRUE(loop.pending());
    std::vector<std::byte> expected;
    for (int i = 0; i < 4; ++i) {
        const auto round = pattern(0, 2500);
        expected.insert(expected.end(), round.begin(), round.end());
    }
    EXPECT_EQ(played(), expected);
    pin.set_state(stop);
    EXPECT_EQ(loop.wait(), status::cancelled);
}

TEST_P(WaveCyclicLoop, K11_PositionsOfALoopedBufferWrap) {
    Pin pin = open(CARD_RENDER, pause, looped);
    Transfer loop = write(pin, 0, 10'000);
    EXPECT_TRUE(loop.pending());
    EXPECT_EQ(position(pin), (AudioPosition{0, buffer - interval}));
    pin.set_state(run);
    for (std::uint64_t at = 0; at < 30'000;) {
        advance(1000);
        at += 1000;
        EXPECT_EQ(position(pin), (AudioPosition{at % 10'000, (at + buffer - interval) % 10'000}));
    }
}

TEST_P(WaveCyclicLoop, K11_SettingThePositionMovesTheLoop) {
    Pin pin = open(CARD_RENDER, run, looped);
    Transfer loop = write(pin, 0, 4000);
    advance(1000);
    EXPECT_EQ(set_position(pin, {3000, 0}).status, status::success);
    EXPECT_EQ(position(pin), (AudioPosition{3000, 3000}));
    // The port is served before the engine goes on.
    advance(0);
    advance(1500);
    auto expected = pattern(0, 1000);
    for (const auto &part : {pattern(3000, 1000), pattern(0, 500)})
        expected.insert(expected.end(), part.begin(), part.end());
    EXPECT_EQ(played(), expected);
    EXPECT_TRUE(loop.pending());
}

TEST_P(WaveCyclicLoop, K5_ACaptureLoopIsRecordedOverRoundAndRound) {
    Pin pin = open(CARD_CAPTURE, run, looped);
    Transfer loop = read(pin, 2000);
    for (int i = 0; i < 5; ++i)
        advance(1000);
    EXPECT_EQ(position(pin), (AudioPosition{1000, 1000}));
    EXPECT_TRUE(loop.pending());
    pin.set_state(stop);
    EXPECT_EQ(loop.wait(), status::success);
    EXPECT_EQ(loop.header().DataUsed, 2000u);
    auto expected = counted(4000, 1000);
    const auto rest = counted(3000, 1000);
    expected.insert(expected.end(), rest.begin(), rest.end());
    EXPECT_EQ(bytes_in(loop), expected);
}

// The engine by itself: time decides.

TEST_P(WaveCyclicEngine, K5_inferred_AStreamPlaysWithoutAGap) {
    constexpr unsigned count = 40;
    const auto play = [&] {
        settings({.BufferBytes = 65536, .PeriodMilliseconds = 10});
        Pin pin = open(CARD_RENDER, pause);
        std::deque<Transfer> frames;
        unsigned sent = 0;
        const auto send_one = [&] {
            frames.push_back(write(pin, std::uint64_t(sent) * interval, interval));
            ++sent;
        };
        while (sent < 30) // 300 ms ahead of the engine
            send_one();
        pin.set_state(run);
        while (!frames.empty()) {
            EXPECT_EQ(frames.front().wait(), status::success);
            frames.pop_front();
            if (sent < count)
                send_one();
        }
        return played();
    };
    // The port itself keeps 40 ms in the buffer, which a busy machine may be late for.
    EXPECT_TRUE(samples::soon(GetParam(), [&] {
        std::vector<std::byte> heard = play();
        heard.resize(std::min(heard.size(), std::size_t(count) * interval));
        return heard == pattern(0, std::size_t(count) * interval)
                   ? ::testing::AssertionSuccess()
                   : ::testing::AssertionFailure() << "something else was heard";
    }));
}

TEST_P(WaveCyclicEngine, K5_inferred_RenderAndCaptureRunAtOnce) {
    settings({.BufferBytes = 65536, .PeriodMilliseconds = 10, .LoopBack = 1});
    Pin render = open(CARD_RENDER, pause), capture = open(CARD_CAPTURE, pause);
    constexpr std::uint32_t bytes = 20 * interval;
    Transfer out = write(render, 0, bytes), in = read(capture, bytes);
    EXPECT_TRUE(out.pending());
    render.set_state(run);
    capture.set_state(run);
    EXPECT_EQ(out.wait(), status::success);
    EXPECT_EQ(in.wait(), status::success);
    EXPECT_EQ(bytes_in(in), pattern(0, bytes));
}

TEST_P(WaveCyclicEngine, F10_PinsCloseInEveryStateWhileTheEngineRuns) {
    settings({.BufferBytes = 65536, .PeriodMilliseconds = 1});
    for (int round = 0; round < 3; ++round) {
        for (const PinState state : {stop, acquire, pause, run}) {
            Pin render = open(CARD_RENDER, state), capture = open(CARD_CAPTURE, state);
            std::vector<Transfer> frames;
            for (int i = 0; state != stop && i < 3; ++i) {
                frames.push_back(write(render, 0, 2 * interval));
                frames.push_back(read(capture, 2 * interval));
            }
            traced.box().run_for(std::chrono::milliseconds(3 + round));
            render.close();
            capture.close();
            for (Transfer &frame : frames)
                EXPECT_NE(frame.wait(), 0x102u);
        }
    }
    EXPECT_EQ(only(journal(filter), "gone").size(), 24u);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>());
}

} // namespace
} // namespace ksbox::testing
