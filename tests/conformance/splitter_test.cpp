// C11: pins with KSPIN_FLAG_SPLITTER, whose second instances get what the first one is filled with.
#include <algorithm>
#include <cstring>
#include <list>

#include "conformance/filtering_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t leading = DATA_LEADING_EDGE;
constexpr std::uint32_t time_valid = 0x10, end_of_stream = 0x200;

std::uint64_t number_of(DataPin &pin) {
    return pin.execute(step(DATA_NUMBER)).Values[0];
}
std::uint64_t copy_source_of(DataPin &pin) {
    return pin.execute(step(DATA_RELATIONS)).Values[0];
}
std::uint64_t delegate_branch_of(DataPin &pin) {
    return pin.execute(step(DATA_RELATIONS)).Values[1];
}
std::uint64_t free_bytes(DataPin &pin) {
    return pin.execute(step(DATA_AVAILABLE)).Values[1];
}

class Splitter : public DataFilter {
  protected:
    /// Fills the frame at the original's leading edge, and sends it.
    static void send(DataPin &pin, std::uint32_t value, std::uint32_t bytes, std::uint64_t time = 0,
                     std::uint32_t options = 0) {
        ASSERT_EQ(pin.get_edge(leading), status::success);
        pin.execute({step(DATA_FILL, leading, value, bytes),
                     step(DATA_STAMP, leading, time, time + 1, options)});
        pin.advance_offsets_and_unlock(leading, 0, bytes, true);
    }
    static void expect_bytes(Transfer &frame, std::uint32_t value, std::uint32_t bytes) {
        EXPECT_EQ(frame.wait(), status::success);
        EXPECT_EQ(frame.header().DataUsed, bytes);
        for (std::uint32_t i = 0; i < bytes; ++i)
            ASSERT_EQ(frame.data()[i], std::byte(value)) << i;
        if (bytes < frame.data().size()) {
            EXPECT_EQ(frame.data()[bytes], std::byte(0xCC));
        }
    }
};
KSBOX_IN_BOTH_MODES(Splitter);

TEST_P(Splitter, C11_TheSecondInstanceGetsCopies) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer original = read(first), copy = read(second);
    send(first, 5, 24, 1000, time_valid);
    expect_bytes(original, 5, 24);
    expect_bytes(copy, 5, 24);
    EXPECT_EQ(copy.header().PresentationTime.Time, 1000);
    EXPECT_EQ(copy.header().Duration, 1001);
    EXPECT_EQ(copy.header().OptionsFlags, time_valid);
    EXPECT_EQ(copy.information(), sizeof(KSSTREAM_HEADER));
}

TEST_P(Splitter, C11_TheCopyHasTheHeadersExtension) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT),
            third = open(DATA_OUT_SPLIT);
    const auto extended = [&](std::uint32_t extension_bytes, std::uint8_t fill) {
        const auto header_bytes = std::uint32_t(sizeof(KSSTREAM_HEADER) + extension_bytes);
        Transfer frame(client, Transfer::read, {.header_bytes = header_bytes});
        std::memset(&frame.header() + 1, fill, extension_bytes);
        return frame;
    };
    Transfer original = extended(16, 0x11), equal = extended(16, 0x22), shorter = extended(8, 0x33);
    original.start(first.pin);
    equal.start(second.pin);
    shorter.start(third.pin);
    send(first, 5, 24);
    for (Transfer *frame : {&original, &equal, &shorter}) {
        expect_bytes(*frame, 5, 24);
        const auto *extension = reinterpret_cast<const std::uint8_t *>(&frame->header() + 1);
        EXPECT_EQ(std::count(extension, extension + 8, 0x11), 8);
        if (frame != &shorter) {
            EXPECT_EQ(std::count(extension + 8, extension + 16, 0x11), 8);
        }
    }
}

TEST_P(Splitter, C11_CopySourceNamesTheFirstInstance) {
    DataPin first = open(DATA_OUT_SPLIT);
    EXPECT_EQ(copy_source_of(first), 0u);
    DataPin second = open(DATA_OUT_SPLIT), third = open(DATA_OUT_SPLIT), other = open(DATA_OUT);
    EXPECT_EQ(copy_source_of(first), 0u);
    EXPECT_EQ(copy_source_of(second), number_of(first));
    EXPECT_EQ(copy_source_of(third), number_of(first));
    EXPECT_EQ(copy_source_of(other), 0u);
    for (DataPin *pin : {&first, &second, &third, &other})
        EXPECT_EQ(delegate_branch_of(*pin), 0u);
}

TEST_P(Splitter, C11_EachOfManyInstancesGetsEachFrameInOrder) {
    std::list<DataPin> pins;
    for (int i = 0; i < 4; ++i)
        pins.push_back(open(DATA_OUT_SPLIT));
    std::list<Transfer> reads;
    for (DataPin &pin : pins)
        for (int i = 0; i < 3; ++i)
            reads.push_back(read(pin));
    for (std::uint32_t i = 0; i < 3; ++i)
        send(pins.front(), 10 + i, 8 + i, i, i == 2 ? end_of_stream : 0);
    std::uint32_t i = 0;
    for (Transfer &frame : reads) {
        expect_bytes(frame, 10 + i % 3, 8 + i % 3);
        EXPECT_EQ(frame.header().PresentationTime.Time, i % 3);
        EXPECT_EQ(frame.header().OptionsFlags, i % 3 == 2 ? end_of_stream : 0);
        ++i;
    }
}

TEST_P(Splitter, C11_AnotherFiltersPinIsNoInstance) {
    Filter other = client.open_filter(path);
    DataPin first = open(DATA_OUT_SPLIT);
    DataPin second(other.connect({.pin_id = DATA_OUT_SPLIT, .format = stereo}));
    EXPECT_EQ(copy_source_of(second), 0u);
    Transfer original = read(first);
    send(first, 1, 8);
    expect_bytes(original, 1, 8);
}

TEST_P(Splitter, C11_inferred_AFrameWaitsUntilTheOtherInstanceHasRoom) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer one = read(first), two = read(first);
    send(first, 1, 8);
    send(first, 2, 8);
    EXPECT_TRUE(one.pending());
    Transfer copy = read(second);
    expect_bytes(copy, 1, 8);
    expect_bytes(one, 1, 8);
    EXPECT_TRUE(two.pending());
    Transfer next = read(second);
    expect_bytes(next, 2, 8);
    expect_bytes(two, 2, 8);
}

TEST_P(Splitter, C11_inferred_NobodyWaitsForAnInstanceThatIsNotPaused) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT, PinState::stop);
    Transfer one = read(first);
    send(first, 1, 8);
    expect_bytes(one, 1, 8);
    second.pin.set_state(PinState::acquire);
    Transfer two = read(first), early = read(second);
    send(first, 2, 8);
    expect_bytes(two, 2, 8);
    EXPECT_TRUE(early.pending());
    second.pin.set_state(PinState::pause);
    Transfer three = read(first), four = read(first);
    send(first, 3, 8);
    send(first, 4, 8);
    expect_bytes(early, 3, 8);
    expect_bytes(three, 3, 8);
    EXPECT_TRUE(four.pending());
    second.pin.set_state(PinState::acquire); // it waits no longer
    expect_bytes(four, 4, 8);
}

TEST_P(Splitter, C11_inferred_WhatWaitsCanBeCancelledAndKeepsItsData) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer one = read(first), two = read(first);
    send(first, 1, 8);
    send(first, 2, 8);
    two.cancel();
    expect_bytes(two, 2, 8);
    EXPECT_TRUE(one.pending());
    one.cancel();
    expect_bytes(one, 1, 8);
}

TEST_P(Splitter, C11_inferred_WhatWasCancelledBeforeWaitsForNobody) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer one = read(first), two = read(first);
    ASSERT_EQ(first.get_edge(leading), status::success);
    first.execute(step(DATA_FILL, leading, 1, 8));
    one.cancel(); // the driver has it locked
    EXPECT_TRUE(one.pending());
    first.advance_offsets_and_unlock(leading, 0, 8, true);
    expect_bytes(one, 1, 8);
    send(first, 2, 8);
    EXPECT_TRUE(two.pending());
    Transfer copy = read(second);
    expect_bytes(copy, 2, 8);
    expect_bytes(two, 2, 8);
}

TEST_P(Splitter, C11_inferred_StopSendsOnWhatWaits) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer one = read(first), empty = read(first);
    send(first, 1, 8);
    EXPECT_TRUE(one.pending());
    first.pin.set_state(PinState::stop);
    expect_bytes(one, 1, 8);
    EXPECT_EQ(empty.wait(), status::cancelled);
}

TEST_P(Splitter, C11_ACancelledFrameIsNotCopied) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer one = read(first), copy = read(second);
    one.cancel();
    EXPECT_EQ(one.wait(), status::cancelled);
    EXPECT_TRUE(copy.pending());
}

TEST_P(Splitter, C11_inferred_ALongFrameFillsSeveralOfTheOtherInstance) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer original = read(first, 64), next = read(first, 64);
    Transfer one = read(second, 40), two = read(second, 40), three = read(second, 40);
    send(first, 7, 64, 1000, time_valid | end_of_stream);
    expect_bytes(original, 7, 64);
    expect_bytes(one, 7, 40);
    EXPECT_EQ(one.header().OptionsFlags, time_valid); // the end comes later
    expect_bytes(two, 7, 24);
    EXPECT_EQ(two.header().OptionsFlags, end_of_stream);
    EXPECT_TRUE(three.pending());
    send(first, 8, 40); // another frame begins in another frame
    expect_bytes(three, 8, 40);
    expect_bytes(next, 8, 40);
}

TEST_P(Splitter, C11_AnEmptyFrameIsCopiedWithItsFlags) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer original = read(first), copy = read(second);
    send(first, 0, 0, 0, end_of_stream);
    expect_bytes(original, 0, 0);
    expect_bytes(copy, 0, 0);
    EXPECT_EQ(copy.header().OptionsFlags, end_of_stream);
}

TEST_P(Splitter, C11_ARequestOfManyFramesIsCopiedFrameByFrame) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    Transfer original = read(first, 32, 2), one = read(second), two = read(second);
    send(first, 1, 10);
    EXPECT_TRUE(original.pending());
    send(first, 2, 20);
    EXPECT_EQ(original.wait(), status::success);
    expect_bytes(one, 1, 10);
    expect_bytes(two, 2, 20);
}

TEST_P(Splitter, C11_inferred_TheNextOldestTakesOver) {
    std::optional<DataPin> first(open(DATA_OUT_SPLIT));
    DataPin second = open(DATA_OUT_SPLIT), third = open(DATA_OUT_SPLIT);
    Transfer waiting = read(*first);
    send(*first, 1, 8);
    first.reset();
    expect_bytes(waiting, 1, 8);
    EXPECT_EQ(copy_source_of(second), 0u);
    EXPECT_EQ(copy_source_of(third), number_of(second));
    Transfer original = read(second), copy = read(third);
    send(second, 2, 8);
    expect_bytes(original, 2, 8);
    expect_bytes(copy, 2, 8);
}

TEST_P(Splitter, C11_AClosedInstanceIsWaitedForNoLonger) {
    DataPin first = open(DATA_OUT_SPLIT);
    std::optional<DataPin> second(open(DATA_OUT_SPLIT));
    Transfer original = read(first);
    send(first, 1, 8);
    EXPECT_TRUE(original.pending());
    second.reset();
    expect_bytes(original, 1, 8);
    Transfer alone = read(first);
    send(first, 2, 8);
    expect_bytes(alone, 2, 8);
}

TEST_P(Splitter, C11_OnlyTheFirstInstanceIsProcessed) {
    DataPin first = open(DATA_OUT_SPLIT_PROCESSED), second = open(DATA_OUT_SPLIT_PROCESSED);
    first.program({step(DATA_GET_EDGE, leading, 1), step(DATA_FILL, leading, 9, 16),
                   step(DATA_OFFSETS_UNLOCK, leading, 0, 16, 1)});
    Transfer copy = read(second);
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(times("process"), 0u);
    Transfer original = read(first);
    expect_bytes(original, 9, 16);
    expect_bytes(copy, 9, 16);
    EXPECT_EQ(times("process"), 1u);
}

TEST_P(Splitter, C11_inferred_TheNextOldestIsProcessedWithWhatItHas) {
    std::optional<DataPin> first(open(DATA_OUT_SPLIT_PROCESSED));
    DataPin second = open(DATA_OUT_SPLIT_PROCESSED);
    second.program({step(DATA_GET_EDGE, leading, 1), step(DATA_FILL, leading, 9, 16),
                    step(DATA_OFFSETS_UNLOCK, leading, 0, 16, 1)});
    Transfer waiting = read(second);
    EXPECT_TRUE(waiting.pending());
    first.reset();
    expect_bytes(waiting, 9, 16);
}

TEST_P(Splitter, C11_ResetOfTheSecondInstanceLetsTheFirstGoOn) {
    DataPin first = open(DATA_OUT_SPLIT), second = open(DATA_OUT_SPLIT);
    const auto reset = [&](std::uint32_t value) {
        EXPECT_TRUE(client
                        .control(second.pin.handle(), IOCTL_KS_RESET_STATE,
                                 std::as_bytes(std::span(&value, 1)), {})
                        .success());
    };
    Transfer one = read(first), two = read(first);
    send(first, 1, 8);
    EXPECT_TRUE(one.pending());
    reset(0);
    expect_bytes(one, 1, 8);
    reset(1);
    send(first, 2, 8);
    EXPECT_TRUE(two.pending());
    Transfer copy = read(second);
    expect_bytes(copy, 2, 8);
    expect_bytes(two, 2, 8);
}

/// Two instances of DATA_OUT_SPLIT_SOURCE, each connected to a pin of another filter.
class SplitPipes : public Splitter {
  protected:
    void connect(DATA_PIN sink_of_first, DATA_PIN sink_of_second) {
        first.emplace(filter.connect({.pin_id = DATA_OUT_SPLIT_SOURCE, .format = stereo}));
        second.emplace(filter.connect({.pin_id = DATA_OUT_SPLIT_SOURCE, .format = stereo}));
        one.emplace(sink(sink_of_first, *first));
        two.emplace(sink(sink_of_second, *second));
    }
    DataPin sink(DATA_PIN pin_id, const DataPin &source) {
        return DataPin(other.connect(
            {.pin_id = pin_id, .format = stereo, .pin_to_handle = source.pin.handle()}));
    }
    void run() {
        for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
            for (DataPin *pin : {&*one, &*two, &*first, &*second})
                pin->pin.set_state(state);
    }
    static std::uint64_t address(DataPin &pin) {
        return pin.execute(step(DATA_MDL, leading)).Values[3];
    }
    void expect_copies() {
        EXPECT_EQ(copy_source_of(*second), number_of(*first));
        EXPECT_EQ(delegate_branch_of(*second), 0u);
        send(*first, 0x44, 16, 1000, time_valid);
        for (DataPin *pin : {&*one, &*two}) {
            ASSERT_EQ(pin->get_edge(leading), status::success);
            EXPECT_EQ(pin->look(leading).count, 16u);
            EXPECT_EQ(pin->look(leading).first_bytes, 0x44444444u);
            EXPECT_EQ(pin->execute(step(DATA_HEADER, leading)).Values[4], 1000u);
        }
        EXPECT_NE(address(*one), address(*two));
        one->unlock(leading, true);
        two->unlock(leading, true);
    }
    void expect_shared() {
        EXPECT_EQ(copy_source_of(*second), 0u);
        EXPECT_EQ(delegate_branch_of(*second), number_of(*first));
        EXPECT_EQ(delegate_branch_of(*first), 0u);
        const std::uint64_t all = free_bytes(*first);
        send(*first, 0x44, 16, 1000, time_valid);
        for (DataPin *pin : {&*one, &*two}) {
            ASSERT_EQ(pin->get_edge(leading), status::success);
            EXPECT_EQ(pin->look(leading).count, 16u);
            EXPECT_EQ(pin->look(leading).first_bytes, 0x44444444u);
            EXPECT_EQ(pin->execute(step(DATA_HEADER, leading)).Values[4], 1000u);
        }
        EXPECT_EQ(address(*one), address(*two)); // the same buffer,
        one->execute(step(DATA_STAMP, leading, 2000, 0, 0));
        EXPECT_EQ(two->execute(step(DATA_HEADER, leading)).Values[4], 1000u); // own headers
        one->unlock(leading, true);
        EXPECT_LT(free_bytes(*first), all); // the other one still has it
        two->unlock(leading, true);
        EXPECT_EQ(free_bytes(*first), all);
    }

    Filter other = client.open_filter(path);
    std::optional<DataPin> first, second, one, two;
};
KSBOX_IN_BOTH_MODES(SplitPipes);

TEST_P(SplitPipes, C11_PinsThatMayChangeTheDataGetCopies) {
    connect(DATA_IN, DATA_IN); // nothing is known of what they do
    run();
    expect_copies();
    expect_copies();
}

TEST_P(SplitPipes, C11_OneThatModifiesInPlaceGetsACopy) {
    connect(DATA_IN_READER, DATA_IN_MODIFIER);
    run();
    expect_copies();
}

TEST_P(SplitPipes, C11_BesideOneThatModifiesTheOtherGetsACopy) {
    connect(DATA_IN_MODIFIER, DATA_IN_READER);
    run();
    expect_copies();
}

TEST_P(SplitPipes, C11_PinsThatOnlyReadShareTheBuffers) {
    connect(DATA_IN_READER, DATA_IN_READER);
    run();
    EXPECT_EQ(free_bytes(*second), 0u); // it has no frames of its own
    expect_shared();
    expect_shared();
}

TEST_P(SplitPipes, C11_TheFrameMayComeBackInEitherOrder) {
    connect(DATA_IN_READER, DATA_IN_READER);
    run();
    const std::uint64_t all = free_bytes(*first);
    send(*first, 1, 8);
    for (DataPin *pin : {&*two, &*one}) {
        EXPECT_LT(free_bytes(*first), all);
        ASSERT_EQ(pin->get_edge(leading), status::success);
        pin->unlock(leading, true);
    }
    EXPECT_EQ(free_bytes(*first), all);
}

TEST_P(SplitPipes, C11_StopOfTheSharingPinGivesTheBuffersBack) {
    connect(DATA_IN_READER, DATA_IN_READER);
    run();
    const std::uint64_t all = free_bytes(*first);
    send(*first, 1, 8);
    ASSERT_EQ(one->get_edge(leading), status::success);
    one->unlock(leading, true);
    EXPECT_LT(free_bytes(*first), all);
    two->pin.set_state(PinState::stop);
    EXPECT_EQ(free_bytes(*first), all);
    send(*first, 2, 8); // the first one goes on alone
    ASSERT_EQ(one->get_edge(leading), status::success);
    one->unlock(leading, true);
    EXPECT_EQ(free_bytes(*first), all);
}

TEST_P(SplitPipes, C11_StopOfTheFirstPinTakesTheBuffersBack) {
    connect(DATA_IN_READER, DATA_IN_READER);
    run();
    send(*first, 1, 8);
    ASSERT_EQ(two->get_edge(leading, false), status::success);
    EXPECT_TRUE(two->look(leading).has_frame);
    first->pin.set_state(PinState::stop);
    EXPECT_FALSE(two->look(leading).has_frame);
    run();
    expect_shared();
}

TEST_P(SplitPipes, C11_ClosingInAnyOrderLeavesNothingBehind) {
    for (int round = 0; round < 4; ++round) {
        connect(DATA_IN_READER, round % 2 ? DATA_IN_MODIFIER : DATA_IN_READER);
        run();
        send(*first, 1, 8);
        if (round < 2)
            first.reset();
        two.reset();
        second.reset();
        one.reset();
        first.reset();
    }
    EXPECT_FALSE(traced.box().stopped());
}

/// Filter-centric: the process pins tell.
class SplitProcessing : public FilteringFilter {};
KSBOX_IN_BOTH_MODES(SplitProcessing);

TEST_P(SplitProcessing, C11_ProcessPinsNameTheirCopySource) {
    DataPin in = open(FILTERING_IN), first = open(FILTERING_SPLIT), second = open(FILTERING_SPLIT);
    act({{FILTERING_IN, everything}, {FILTERING_SPLIT, everything_and_send}});
    Transfer original = read(first), copy = read(second), input = write(in, 40);
    EXPECT_EQ(original.wait(), status::success);
    EXPECT_EQ(copy.wait(), status::success);
    EXPECT_EQ(input.wait(), status::success);
    for (Transfer *frame : {&original, &copy}) {
        EXPECT_EQ(frame->header().DataUsed, 40u);
        for (std::uint32_t i = 0; i < 40; ++i)
            ASSERT_EQ(frame->data()[i], std::byte(i));
    }
    ASSERT_EQ(calls(), 1u);
    const std::vector<ProcessPin> pins = seen();
    ASSERT_EQ(pins.size(), 3u);
    EXPECT_EQ(pins[0].copy_source + pins[0].delegate_branch, 0u);
    EXPECT_EQ(pins[1].copy_source + pins[1].delegate_branch, 0u);
    EXPECT_TRUE(pins[1].has_data);
    EXPECT_EQ(pins[2].pin_id, std::uint32_t(FILTERING_SPLIT));
    EXPECT_EQ(pins[2].index, 1u);
    EXPECT_EQ(pins[2].copy_source, number_of(first));
    EXPECT_EQ(pins[2].delegate_branch, 0u);
}

TEST_P(SplitProcessing, C11_TheEndOfTheStreamReachesBoth) {
    DataPin in = open(FILTERING_IN), first = open(FILTERING_SPLIT), second = open(FILTERING_SPLIT);
    act({{FILTERING_IN, everything}, {FILTERING_SPLIT, everything_and_send}});
    Transfer original = read(first), copy = read(second), input = write(in, 24, end_of_stream);
    for (Transfer *frame : {&original, &copy}) {
        EXPECT_EQ(frame->wait(), status::success);
        EXPECT_EQ(frame->header().DataUsed, 24u);
        EXPECT_EQ(frame->header().OptionsFlags, end_of_stream);
    }
    EXPECT_EQ(input.wait(), status::success);
}

TEST_P(SplitProcessing, C11_AFrameIsNeededOnBoth) {
    DataPin in = open(FILTERING_IN), first = open(FILTERING_SPLIT), second = open(FILTERING_SPLIT);
    act({{FILTERING_IN, everything}, {FILTERING_SPLIT, everything_and_send}});
    Transfer input = write(in, 24), original = read(first);
    EXPECT_EQ(calls_after_a_while(), 0u);
    Transfer copy = read(second);
    EXPECT_EQ(original.wait(), status::success);
    EXPECT_EQ(copy.wait(), status::success);
    EXPECT_EQ(input.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

} // namespace
} // namespace ksbox::testing
