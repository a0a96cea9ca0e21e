// G16, G17 and G18 for filters: when a filter's Process is called, and with what.
#include "conformance/filtering_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t data_discontinuity = 0x4, time_valid = 0x10, end_of_stream = 0x200;

class FilterProcessing : public FilteringFilter {};
KSBOX_IN_BOTH_MODES(FilterProcessing);

TEST_P(FilterProcessing, G16_ProcessNeedsAFrameOnEveryPin) {
    DataPin in = open(FILTERING_IN), out = open(FILTERING_OUT);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, everything_and_send}});
    Transfer input = write(in, 40);
    EXPECT_EQ(calls_after_a_while(), 0u);
    Transfer output = read(out, 64);
    EXPECT_EQ(output.wait(), status::success);
    EXPECT_EQ(input.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    EXPECT_EQ(output.header().DataUsed, 40u);
    EXPECT_EQ(output.data()[39], std::byte(39));
    // The other way round too.
    Transfer next_output = read(out, 64);
    EXPECT_EQ(calls_after_a_while(), 1u);
    Transfer next_input = write(in, 40);
    EXPECT_EQ(next_output.wait(), status::success);
    EXPECT_EQ(next_input.wait(), status::success);
    EXPECT_EQ(calls(), 2u);
}

TEST_P(FilterProcessing, G16_TheIndexHasAnEntryForEachPinFactoryInTheirOrder) {
    answer(filter, "process", status::pending);
    DataPin optional = open(FILTERING_OPTIONAL), out = open(FILTERING_OUT), in = open(FILTERING_IN),
            other_in = open(FILTERING_IN);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, everything_and_send}});
    forget_journal(filter);
    Transfer one = write(in, 40, time_valid), two = write(other_in, 24), output = read(out, 64);
    EXPECT_EQ(output.wait(), status::success);
    ASSERT_EQ(calls(), 1u);
    EXPECT_EQ(only(journal(filter), "process").at(0).values[0], std::uint64_t(FILTERING_PINS));
    const std::vector<ProcessPin> pins = seen();
    ASSERT_EQ(pins.size(), 4u);
    const std::uint32_t order[] = {FILTERING_IN, FILTERING_IN, FILTERING_OUT, FILTERING_OPTIONAL};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_EQ(pins[i].pin_id, order[i]);
    EXPECT_EQ(pins[0].count, 2u);
    EXPECT_EQ(pins[1].count, 2u);
    EXPECT_EQ(pins[1].index, 1u);
    EXPECT_EQ(pins[2].count, 1u);
    EXPECT_EQ(pins[0].bytes + pins[1].bytes, 64u);
    EXPECT_EQ(pins[0].flags | pins[1].flags, time_valid); // of the input's header
    EXPECT_EQ(pins[2].bytes, 64u);
    EXPECT_TRUE(pins[2].has_pointer && pins[2].has_data);
    EXPECT_FALSE(pins[3].has_pointer || pins[3].has_data); // it may go without
    EXPECT_EQ(pins[3].bytes, 0u);
    for (const ProcessPin &pin : pins)
        EXPECT_EQ(pin.copy_source + pin.delegate_branch, 0u);
}

TEST_P(FilterProcessing, G16_AStoppedPinHoldsNobodyBack) {
    DataPin in = open(FILTERING_IN), stopped = open(FILTERING_IN, PinState::stop);
    act({{FILTERING_IN, everything}});
    EXPECT_EQ(write(in).wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G16_APinThatIsNotPausedYetHoldsTheFilterBack) {
    DataPin in = open(FILTERING_IN), slow = open(FILTERING_IN, PinState::acquire);
    act({{FILTERING_IN, everything}});
    Transfer frame = write(in), other = write(slow);
    EXPECT_EQ(calls_after_a_while(), 0u);
    slow.pin.set_state(PinState::pause);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(other.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G16_BytesThatWereNotUsedComeAgain) {
    DataPin in = open(FILTERING_IN);
    act({{FILTERING_IN, {30, 0, 0, 0}}});
    Transfer frame = write(in, 64);
    EXPECT_EQ(frame.wait(), status::success);
    const std::vector<ProcessPin> pins = seen();
    ASSERT_EQ(pins.size(), 3u);
    EXPECT_EQ(pins[0].bytes, 64u);
    EXPECT_EQ(pins[1].bytes, 34u);
    EXPECT_EQ(pins[2].bytes, 4u);
}

TEST_P(FilterProcessing, G16_TerminateSendsAFrameThatIsNotFull) {
    DataPin in = open(FILTERING_IN), out = open(FILTERING_OUT);
    act({{FILTERING_IN, {10, 0, 0, 0}}, {FILTERING_OUT, {10, 0, 0, 0}}});
    Transfer output = read(out, 64), input = write(in, 40);
    EXPECT_EQ(input.wait(), status::success); // four calls
    EXPECT_TRUE(output.pending());
    EXPECT_EQ(calls(), 4u);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, {10, 1, 0, 0}}});
    Transfer next = write(in, 20);
    EXPECT_EQ(output.wait(), status::success);
    EXPECT_EQ(output.header().DataUsed, 50u);
    EXPECT_EQ(output.data()[10], std::byte(10));
    EXPECT_EQ(output.data()[40], std::byte(0));
    EXPECT_EQ(next.wait(), status::success);
}

TEST_P(FilterProcessing, G16_TerminateEndsAnInputFrameEarly) {
    DataPin in = open(FILTERING_IN);
    act({{FILTERING_IN, {10, 1, 0, 0}}});
    Transfer frame = write(in, 64);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G16_PendingStopsTheFilterUntilAnAttempt) {
    for (const std::uint32_t stops : {status::pending, status::io_device_error}) {
        DataPin in = open(FILTERING_IN);
        act({{FILTERING_IN, everything}});
        answer(filter, "process", stops);
        forget_journal(filter);
        Transfer first = write(in);
        EXPECT_EQ(first.wait(), status::success);
        act({});
        Transfer second = write(in), third = write(in);
        EXPECT_EQ(calls_after_a_while(), 2u); // the second one found the queue empty
        act({{FILTERING_IN, everything}});
        in.execute(step(DATA_ATTEMPT));
        EXPECT_EQ(calls(), 3u);
        EXPECT_EQ(second.wait(), status::success);
        EXPECT_TRUE(third.pending());
    }
}

TEST_P(FilterProcessing, G16_InstancesNecessaryMustBeReadyFirst) {
    filter = open_filter(FILTERING_NECESSARY);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, everything_and_send}});
    DataPin one = open(FILTERING_IN, PinState::stop), two = open(FILTERING_IN, PinState::stop),
            out = open(FILTERING_OUT, PinState::stop);
    go(one, PinState::run);
    go(out, PinState::run);
    Transfer input = write(one), output = read(out);
    EXPECT_EQ(calls_after_a_while(), 0u);
    Transfer other(client, Transfer::write);
    go(two, PinState::acquire);
    other.start(two.pin);
    EXPECT_EQ(calls_after_a_while(), 0u);
    go(two, PinState::pause);
    EXPECT_EQ(output.wait(), status::success);
    EXPECT_EQ(input.wait(), status::success);
    EXPECT_EQ(other.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    // More than necessary may stay behind in STOP.
    DataPin three = open(FILTERING_IN, PinState::stop);
    Transfer next_one = write(one), next_two = write(two), next_output = read(out);
    EXPECT_EQ(next_output.wait(), status::success);
    EXPECT_EQ(next_one.wait(), status::success);
    EXPECT_EQ(next_two.wait(), status::success);
    // One that goes below the least state stops it.
    go(two, PinState::acquire);
    Transfer last = write(one), last_output = read(out);
    EXPECT_EQ(calls_after_a_while(), 2u);
    EXPECT_TRUE(last.pending());
}

TEST_P(FilterProcessing, G16_APinMayNotRequireFrames) {
    answer(filter, "process", status::pending);
    DataPin optional = open(FILTERING_OPTIONAL), in = open(FILTERING_IN);
    act({{FILTERING_IN, everything}, {FILTERING_OPTIONAL, everything}});
    forget_journal(filter);
    EXPECT_EQ(write(in).wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    Transfer extra = write(optional);
    EXPECT_EQ(calls_after_a_while(), 1u);
    EXPECT_EQ(write(in).wait(), status::success);
    EXPECT_EQ(extra.wait(), status::success);
    EXPECT_EQ(calls(), 2u);
}

TEST_P(FilterProcessing, G16_AStateChangeSufficesForAPinThatRequiresNoFrames) {
    answer(filter, "process", status::pending);
    DataPin optional = open(FILTERING_OPTIONAL, PinState::acquire);
    EXPECT_EQ(calls_after_a_while(), 0u);
    go(optional, PinState::pause);
    EXPECT_EQ(calls_after_a_while(), 1u);
    const std::vector<ProcessPin> pins = seen();
    ASSERT_EQ(pins.size(), 1u);
    EXPECT_FALSE(pins[0].has_pointer);
}

TEST_P(FilterProcessing, G16_SomeFramesMeansOneInstanceWithAFrame) {
    DataPin one = open(FILTERING_SOME), two = open(FILTERING_SOME), in = open(FILTERING_IN);
    act({{FILTERING_IN, everything}, {FILTERING_SOME, everything}});
    forget_journal(filter);
    Transfer input = write(in);
    EXPECT_EQ(calls_after_a_while(), 0u);
    Transfer some = write(two);
    EXPECT_EQ(some.wait(), status::success);
    EXPECT_EQ(input.wait(), status::success);
    ASSERT_EQ(calls(), 1u);
    const std::vector<ProcessPin> pins = seen();
    ASSERT_EQ(pins.size(), 3u);
    EXPECT_EQ(pins[1].count, 2u);
    EXPECT_EQ(pins[1].has_pointer + pins[2].has_pointer, 1);
    Transfer next = write(in), more = write(one);
    EXPECT_EQ(next.wait(), status::success);
    EXPECT_EQ(more.wait(), status::success);
}

TEST_P(FilterProcessing, G16_ARunOnlyPinHoldsTheFilterUntilItRuns) {
    DataPin in = open(FILTERING_IN), late = open(FILTERING_RUN_ONLY, PinState::pause);
    act({{FILTERING_IN, everything}, {FILTERING_RUN_ONLY, everything}});
    Transfer one = write(in), two = write(late);
    EXPECT_EQ(calls_after_a_while(), 0u);
    go(late, PinState::run);
    EXPECT_EQ(one.wait(), status::success);
    EXPECT_EQ(two.wait(), status::success);
}

TEST_P(FilterProcessing, G16_OneOfThoseFlaggedMustRun) {
    DataPin one = open(FILTERING_ANY_RUN, PinState::pause),
            two = open(FILTERING_ANY_RUN, PinState::pause);
    act({{FILTERING_ANY_RUN, everything}});
    Transfer first = write(one), second = write(two);
    EXPECT_EQ(calls_after_a_while(), 0u);
    go(two, PinState::run);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    // All that are not in STOP must be in PAUSE at least.
    go(one, PinState::acquire);
    Transfer next = write(two), behind = write(one);
    EXPECT_EQ(calls_after_a_while(), 1u);
    go(one, PinState::stop);
    EXPECT_EQ(behind.wait(), status::cancelled);
    EXPECT_EQ(next.wait(), status::success); // nobody holds the filter back any more
}

TEST_P(FilterProcessing, F12_inferred_NothingIsProcessedWhileTheDeviceSleeps) {
    DataPin in = open(FILTERING_IN, PinState::pause);
    act({{FILTERING_IN, everything}});
    traced.box().suspend();
    Transfer frame = write(in);
    EXPECT_EQ(calls_after_a_while(), 0u);
    EXPECT_TRUE(frame.pending());
    traced.box().resume();
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    // It sleeps and wakes again.
    traced.box().suspend();
    Transfer next = write(in);
    EXPECT_EQ(calls_after_a_while(), 1u);
    traced.box().resume();
    EXPECT_EQ(next.wait(), status::success);
}

TEST_P(FilterProcessing, G16_ArrivalOnAPinThatDoesNotInitiateIsNoTrigger) {
    DataPin in = open(FILTERING_BY_HAND);
    act({{FILTERING_BY_HAND, everything}});
    Transfer frame = write(in);
    EXPECT_EQ(calls_after_a_while(), 0u);
    in.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G16_UpdateGoesToTheNextFrameWithinOneCall) {
    DataPin in = open(FILTERING_IN, PinState::acquire);
    act({{FILTERING_IN, {0xffffffff, 0, 2, 0}}});
    Transfer first = write(in, 40), second = write(in, 24);
    go(in, PinState::pause);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    const std::vector<JournalEntry> updates = only(journal(filter), "update");
    ASSERT_EQ(updates.size(), 2u);
    EXPECT_EQ(updates[0].values[1], 1u); // its conditions are met
    EXPECT_EQ(updates[0].values[2], 24u);
    EXPECT_EQ(updates[1].values[1], 0u); // there is no third
    EXPECT_EQ(updates[1].values[2], 0u);
}

TEST_P(FilterProcessing, G16_UpdateOfAPinThatNeedsNoFrameIsAlwaysMet) {
    answer(filter, "process", status::pending);
    act({{FILTERING_OPTIONAL, {0xffffffff, 0, 1, 0}}});
    DataPin optional = open(FILTERING_OPTIONAL);
    const std::vector<JournalEntry> updates = only(journal(filter), "update");
    ASSERT_EQ(updates.size(), 1u);
    EXPECT_EQ(updates[0].values[1], 1u);
}

TEST_P(FilterProcessing, G16_SamplesWithoutDataGoPastProcess) {
    DataPin in = open(FILTERING_IN), out = open(FILTERING_OUT);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, everything_and_send}});
    Transfer output = read(out), empty = write(in, 0, data_discontinuity);
    EXPECT_EQ(empty.wait(), status::success);
    EXPECT_EQ(output.wait(), status::success);
    EXPECT_EQ(output.header().DataUsed, 0u);
    EXPECT_EQ(output.header().OptionsFlags, data_discontinuity);
    EXPECT_EQ(calls_after_a_while(), 0u);
    // With data, the end of the stream goes on with what Process made of it.
    Transfer last = write(in, 24, end_of_stream), last_output = read(out);
    EXPECT_EQ(last_output.wait(), status::success);
    EXPECT_EQ(last_output.header().DataUsed, 24u);
    EXPECT_EQ(last_output.header().OptionsFlags, end_of_stream);
    EXPECT_EQ(last.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G16_WhatSamplesWithoutDataSayWaitsForAFrame) {
    constexpr std::uint32_t splice_point = 0x1, preroll = 0x2, time_discontinuity = 0x40;
    DataPin in = open(FILTERING_IN), out = open(FILTERING_OUT);
    act({{FILTERING_IN, everything}, {FILTERING_OUT, everything_and_send}});
    Transfer first = write(in, 0, splice_point | preroll | time_valid),
             second = write(in, 0, data_discontinuity | time_discontinuity);
    EXPECT_TRUE(first.pending()); // a frame is needed on both pins
    Transfer one = read(out);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(one.wait(), status::success);
    EXPECT_EQ(one.header().DataUsed, 0u);
    EXPECT_EQ(one.header().OptionsFlags, splice_point);
    Transfer data = write(in, 24), two = read(out);
    EXPECT_EQ(two.wait(), status::success);
    EXPECT_EQ(two.header().DataUsed, 0u);
    EXPECT_EQ(two.header().OptionsFlags, data_discontinuity | time_discontinuity);
    EXPECT_TRUE(data.pending());
    EXPECT_EQ(calls_after_a_while(), 0u);
    Transfer three = read(out);
    EXPECT_EQ(three.wait(), status::success);
    EXPECT_EQ(three.header().DataUsed, 24u);
    EXPECT_EQ(three.header().OptionsFlags, 0u);
    EXPECT_EQ(data.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    // One that says nothing is nothing.
    Transfer four = read(out), nothing = write(in, 0, preroll);
    EXPECT_EQ(nothing.wait(), status::success);
    EXPECT_TRUE(four.pending());
}

TEST_P(FilterProcessing, G16_AFilterMayAskForSamplesWithoutData) {
    filter = open_filter(FILTERING_EMPTY);
    DataPin in = open(FILTERING_IN), out = open(FILTERING_OUT);
    act({{FILTERING_IN, {0, 1, 0, 0}}, {FILTERING_OUT, {0, 1, 0, 0}}});
    answer(filter, "process", status::pending);
    forget_journal(filter);
    Transfer output = read(out), empty = write(in, 0, end_of_stream);
    EXPECT_EQ(empty.wait(), status::success);
    EXPECT_EQ(output.wait(), status::success);
    ASSERT_EQ(calls(), 1u);
    const std::vector<ProcessPin> pins = seen();
    EXPECT_EQ(pins.at(0).bytes, 0u);
    EXPECT_EQ(pins.at(0).flags, end_of_stream);
    EXPECT_TRUE(pins.at(0).has_pointer);
    EXPECT_EQ(output.header().OptionsFlags, 0u); // passing it on is the driver's matter
}

TEST_P(FilterProcessing, G17_AnOffInputOfTheDriverHoldsTheFilter) {
    DataPin in = open(FILTERING_IN);
    act({{FILTERING_IN, everything}});
    in.execute(step(DATA_GATE_ADD_OFF, DATA_FILTERS_GATE));
    Transfer frame = write(in);
    in.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 0u);
    in.execute({step(DATA_GATE_REMOVE_OFF, DATA_FILTERS_GATE), step(DATA_ATTEMPT)});
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G17_TheFiltersGateIsThePins) {
    DataPin in = open(FILTERING_IN, PinState::stop);
    in.execute(step(DATA_GATE_ADD_OFF, DATA_FILTERS_GATE));
    const auto count = [&](std::uint32_t gate) {
        return std::int64_t(in.execute(step(DATA_GATE_STATE, gate)).Values[0]);
    };
    EXPECT_EQ(count(DATA_OWN_GATE), count(DATA_FILTERS_GATE));
    const std::int64_t before = count(DATA_OWN_GATE);
    in.execute(step(DATA_GATE_REMOVE_OFF, DATA_FILTERS_GATE));
    EXPECT_EQ(count(DATA_OWN_GATE), before + 1);
}

TEST_P(FilterProcessing, G17_AttachedToAnOrGateOnePinWithAFrameSuffices) {
    DataPin one = open(FILTERING_IN, PinState::stop), two = open(FILTERING_IN, PinState::stop);
    // The gate lives in the first pin's memory; both pins are attached to it.
    constexpr std::uint32_t gate = 2;
    one.execute(
        {step(DATA_GATE_INITIALIZE, gate, 1, DATA_NOTHING), step(DATA_GATE_ATTACH, gate, 1)});
    act({{FILTERING_IN, everything}});
    go(one, PinState::run);
    Transfer frame = write(one);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
    EXPECT_EQ(std::int64_t(one.execute(step(DATA_GATE_STATE, gate)).Values[0]), 0);
    go(one, PinState::stop);
    one.execute(step(DATA_GATE_ATTACH, DATA_NOTHING, 1));
    EXPECT_EQ(one.execute(step(DATA_GATE_STATE, gate)).Values[2], 0u); // no next any more
}

TEST_P(FilterProcessing, G17_AnInputThatTheDriverKeepsOnMakesAnOrGateLetProcessRunDry) {
    DataPin in = open(FILTERING_IN, PinState::stop);
    constexpr std::uint32_t gate = 2;
    in.execute({step(DATA_GATE_INITIALIZE, gate, 1, DATA_NOTHING), step(DATA_GATE_ATTACH, gate, 1),
                step(DATA_GATE_ADD_ON, gate, 1)});
    answer(filter, "process", status::pending);
    go(in, PinState::run);
    const std::size_t before = calls_after_a_while();
    in.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), before + 1); // without a frame
    in.execute(step(DATA_GATE_OFF, gate));
    in.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), before + 1);
}

TEST_P(FilterProcessing, G17_AttachedToAnAndGateAllItsInputsMustBeOn) {
    DataPin in = open(FILTERING_IN, PinState::stop);
    constexpr std::uint32_t gate = 2;
    in.execute({step(DATA_GATE_INITIALIZE, gate, 0, DATA_NOTHING), step(DATA_GATE_ATTACH, gate, 0),
                step(DATA_GATE_ADD_OFF, gate, 0)});
    act({{FILTERING_IN, everything}});
    go(in, PinState::run);
    Transfer frame = write(in);
    in.execute(step(DATA_ATTEMPT));
    EXPECT_EQ(calls_after_a_while(), 0u);
    in.execute({step(DATA_GATE_ON, gate), step(DATA_ATTEMPT)});
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(calls(), 1u);
}

TEST_P(FilterProcessing, G18_FiltersProcessAtPassiveLevelUnlessTheySayOtherwise) {
    struct {
        FILTERING_FILTER which;
        unsigned irql;
        std::uint64_t priority; ///< of a worker; 0: the caller's thread
    } const kinds[] = {{FILTERING_PLAIN, passive_level, 12},
                       {FILTERING_DISPATCH, dispatch_level, 0},
                       {FILTERING_CRITICAL, passive_level, 13},
                       {FILTERING_HYPERCRITICAL, passive_level, 15}};
    for (const auto &kind : kinds) {
        filter = open_filter(kind.which);
        DataPin in = open(FILTERING_IN);
        answer(filter, "process", status::pending);
        forget_journal(filter);
        Transfer frame = write(in);
        EXPECT_EQ(calls_after_a_while(), 1u);
        const std::uint64_t own = only(journal(filter), "process").at(0).values[1];
        in.execute(at_dispatch(step(DATA_ATTEMPT)));
        EXPECT_EQ(calls_after_a_while(), 2u);
        const JournalEntry second = only(journal(filter), "process").at(1);
        EXPECT_EQ(second.irql, kind.irql) << kind.which;
        EXPECT_EQ(second.values[1], kind.priority ? kind.priority : own) << kind.which;
        in.execute(step(DATA_ATTEMPT, 0, 1)); // asynchronously
        EXPECT_EQ(calls_after_a_while(), 3u);
        EXPECT_EQ(only(journal(filter), "process").at(2).values[1],
                  kind.priority ? kind.priority : 12)
            << kind.which;
    }
}

} // namespace
} // namespace ksbox::testing
