// G4: what stream headers say beside data: new formats, discontinuities, the end of the stream.
#include "conformance/data_filter.h"

#include <cstring>

#include "support/raw_request.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t splice_point = 0x1, preroll = 0x2, data_discontinuity = 0x4,
                        type_changed = 0x8, time_valid = 0x10, time_discontinuity = 0x40,
                        flush_on_pause = 0x80, duration_valid = 0x100, end_of_stream = 0x200,
                        looped_data = 0x80000000;

class StreamHeaders : public DataFilter {
  protected:
    /// A header that says TYPECHANGED, with the format in place of data.
    Transfer format_change(const DataFormat &format, std::uint32_t count = 1,
                           std::uint32_t which = 0) {
        Transfer result(client, Transfer::write,
                        {.count = count, .extent = std::uint32_t(format.bytes().size())});
        std::memcpy(result.data(which).data(), format.bytes().data(), format.bytes().size());
        result.header(which).OptionsFlags = type_changed;
        return result;
    }
    std::uint32_t write_with(DataPin &pin, std::uint32_t options) {
        Transfer frame(client, Transfer::write);
        frame.header().OptionsFlags = options;
        frame.start(pin.pin);
        EXPECT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
        const auto seen =
            std::uint32_t(pin.execute(step(DATA_HEADER, DATA_LEADING_EDGE)).Values[3]);
        pin.unlock(DATA_LEADING_EDGE, true);
        EXPECT_EQ(frame.wait(), status::success);
        return seen;
    }
    std::vector<std::byte> bytes_of(const DataFormat &format) {
        return {format.bytes().begin(), format.bytes().end()};
    }
    const DataFormat mono = DataFormat::audio({.rate_hz = 22'050, .channels = 1});
};
KSBOX_IN_BOTH_MODES(StreamHeaders);

TEST_P(StreamHeaders, G4_AWriteMayCarryANewFormat) {
    DataPin pin = open(DATA_IN);
    forget_journal(filter);
    Transfer change = format_change(mono);
    EXPECT_EQ(change.start(pin.pin).wait(), status::success);
    const std::vector<JournalEntry> told = only(journal(filter), "set format");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].values[1], 1u); // there was an old format
    EXPECT_EQ(told[0].values[2], mono.bytes().size());
    EXPECT_EQ(bytes_of(pin.pin.format()), bytes_of(mono));
    // It is no part of the data stream.
    EXPECT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::not_found);
    EXPECT_EQ(times("process"), 0u);
}

TEST_P(StreamHeaders, G4_TheDriverMayRefuseTheNewFormat) {
    DataPin pin = open(DATA_IN);
    answer(filter, "set format", status::io_device_error);
    EXPECT_EQ(format_change(mono).start(pin.pin).wait(), status::io_device_error);
    EXPECT_EQ(bytes_of(pin.pin.format()), bytes_of(stereo));
}

TEST_P(StreamHeaders, G4_AFormatThatMatchesNoRangeIsRefused) {
    DataPin pin = open(DATA_IN);
    forget_journal(filter);
    const DataFormat floats = DataFormat::audio({.bits = 32, .valid_bits = 32, .is_float = true});
    EXPECT_EQ(format_change(floats).start(pin.pin).wait(), status::no_match);
    EXPECT_EQ(times("set format"), 0u);
    EXPECT_EQ(bytes_of(pin.pin.format()), bytes_of(stereo));
}

TEST_P(StreamHeaders, G4_AFormatChangeMustBeAlone) {
    DataPin pin = open(DATA_IN);
    forget_journal(filter);
    for (const std::uint32_t which : {0u, 1u})
        EXPECT_EQ(format_change(mono, 2, which).start(pin.pin).wait(), status::invalid_parameter);
    EXPECT_EQ(times("set format"), 0u);
    EXPECT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::not_found);
}

TEST_P(StreamHeaders, G4_AFormatChangeHoldsAFormat) {
    DataPin pin = open(DATA_IN);
    forget_journal(filter);
    Transfer shorter = format_change(mono);
    shorter.header().DataUsed = 63; // KSDATAFORMAT has 64
    EXPECT_EQ(shorter.start(pin.pin).wait(), status::invalid_parameter);
    Transfer nothing = format_change(mono);
    nothing.header().Data = nullptr;
    EXPECT_EQ(nothing.start(pin.pin).wait(), status::invalid_parameter);
    EXPECT_EQ(times("set format"), 0u);
}

TEST_P(StreamHeaders, G4_inferred_AFormatChangeWaitsForNobody) {
    // Frames of the old format are queued: the change would overtake them.
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    EXPECT_EQ(format_change(mono).start(pin.pin).wait(), status::device_busy);
    EXPECT_EQ(bytes_of(pin.pin.format()), bytes_of(stereo));
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(format_change(mono).start(pin.pin).wait(), status::success);
}

TEST_P(StreamHeaders, G4_OptionsReachTheDriverOfAWrite) {
    DataPin pin = open(DATA_IN);
    for (const std::uint32_t option :
         {splice_point, preroll, data_discontinuity, time_valid, time_discontinuity, flush_on_pause,
          duration_valid, end_of_stream, looped_data})
        EXPECT_EQ(write_with(pin, option), option);
    EXPECT_EQ(write_with(pin, end_of_stream | data_discontinuity),
              end_of_stream | data_discontinuity);
}

TEST_P(StreamHeaders, G4_OptionsReachTheClientOfARead) {
    DataPin pin = open(DATA_OUT);
    for (const std::uint32_t option : {splice_point, data_discontinuity, time_valid,
                                       time_discontinuity, duration_valid, end_of_stream}) {
        Transfer frame = read(pin);
        ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
        pin.execute(step(DATA_STAMP, DATA_LEADING_EDGE, 5, 6, option));
        pin.unlock(DATA_LEADING_EDGE, true);
        EXPECT_EQ(frame.wait(), status::success);
        EXPECT_EQ(frame.header().OptionsFlags, option);
    }
}

TEST_P(StreamHeaders, G4_DiscontinuitiesAndEndsNeedNoBuffer) {
    DataPin pin = open(DATA_IN);
    for (const std::uint32_t option : {data_discontinuity, time_discontinuity, end_of_stream}) {
        Transfer frame(client, Transfer::write, {.extent = 0});
        frame.header().OptionsFlags = option;
        frame.start(pin.pin);
        ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
        EXPECT_EQ(pin.look(DATA_LEADING_EDGE).count, 0u);
        EXPECT_EQ(pin.execute(step(DATA_HEADER, DATA_LEADING_EDGE)).Values[3], option);
        EXPECT_EQ(pin.execute(step(DATA_MDL, DATA_LEADING_EDGE)).Values[0], 0u);
        pin.unlock(DATA_LEADING_EDGE, true);
        EXPECT_EQ(frame.wait(), status::success);
        EXPECT_EQ(frame.information(), 0u);
    }
}

TEST_P(StreamHeaders, G4_TheEndOfTheStreamIsAnEventOfPinsThatSaySo) {
    constexpr Guid connection_events{
        0x7f4bcbe0, 0x9ea5, 0x11cf, {0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00}};
    constexpr std::uint32_t end_of_stream_event = 4, set_not_found = 0xC0000230;
    DataPin pin = open(DATA_IN_EOS), without = open(DATA_IN);
    const Handle event = client.create_event(false);
    Buffer place(client, sizeof(KSEVENTDATA));
    auto &data = *reinterpret_cast<KSEVENTDATA *>(place.data());
    data.NotificationType = KSEVENTF_EVENT_HANDLE;
    data.EventHandle.Event = as_handle(event);
    const auto enable = [&](const DataPin &on) {
        return std::uint32_t(
            client
                .control(on.pin.handle(), IOCTL_KS_ENABLE_EVENT,
                         identifier(connection_events, end_of_stream_event, KSEVENT_TYPE_ENABLE),
                         place.bytes())
                .status);
    };
    EXPECT_EQ(enable(without), set_not_found);
    ASSERT_EQ(enable(pin), status::success);
    EXPECT_EQ(write_with(pin, 0), 0u);
    EXPECT_FALSE(client.wait(event, 0));
    Transfer last(client, Transfer::write);
    last.header().OptionsFlags = end_of_stream;
    last.start(pin.pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    EXPECT_FALSE(client.wait(event, 0)); // the driver still has it
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_TRUE(client.wait(event, 0));
    EXPECT_EQ(last.wait(), status::success);
    client.close(event);
}

TEST_P(StreamHeaders, G4_AHeaderWithoutDataLeavesTheOthersTheirs) {
    DataPin pin = open(DATA_IN);
    Transfer frames(client, Transfer::write, {.count = 2, .extent = 16});
    frames.header(0).Data = nullptr;
    frames.header(0).FrameExtent = frames.header(0).DataUsed = 0;
    frames.start(pin.pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    EXPECT_EQ(pin.look(DATA_LEADING_EDGE).count, 0u);
    ASSERT_EQ(pin.advance(DATA_LEADING_EDGE), status::success);
    const DataPin::Look second = pin.look(DATA_LEADING_EDGE);
    EXPECT_EQ(second.count, 16u);
    EXPECT_EQ(second.first_bytes, 0x13121110u);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frames.wait(), status::success);
}

TEST_P(StreamHeaders, G4_FlushOnPauseGoesWhenTheStreamPauses) {
    DataPin pin = open(DATA_IN);
    Transfer stale(client, Transfer::write), kept(client, Transfer::write);
    stale.header().OptionsFlags = flush_on_pause;
    stale.start(pin.pin);
    kept.start(pin.pin);
    EXPECT_TRUE(stale.pending());
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(stale.wait(), status::cancelled);
    EXPECT_TRUE(kept.pending());
    // In PAUSE it may wait: it is for what comes after.
    Transfer next(client, Transfer::write);
    next.header().OptionsFlags = flush_on_pause;
    next.start(pin.pin);
    EXPECT_TRUE(next.pending());
    pin.pin.set_state(PinState::run);
    EXPECT_TRUE(next.pending());
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(kept.wait(), status::success);
    pin.pin.set_state(PinState::pause);
    EXPECT_EQ(next.wait(), status::cancelled);
}

TEST_P(StreamHeaders, G4_FlushOnPauseIsForAStreamThatHasRun) {
    DataPin pin = open(DATA_IN, PinState::acquire);
    Transfer early(client, Transfer::write);
    early.header().OptionsFlags = flush_on_pause;
    early.start(pin.pin);
    pin.pin.set_state(PinState::pause);
    EXPECT_TRUE(early.pending());
    pin.pin.set_state(PinState::acquire);
    pin.pin.set_state(PinState::pause);
    EXPECT_TRUE(early.pending());
}

} // namespace
} // namespace ksbox::testing
