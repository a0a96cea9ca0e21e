// G1 to G3: arrays of stream headers on their way to a driver and back, and KsProbeStreamIrp.
#include "conformance/data_filter.h"

#include <cstring>

namespace ksbox::testing {
namespace {

constexpr std::uint32_t header_size = sizeof(KSSTREAM_HEADER);

class StreamIo : public DataFilter {
  protected:
    /// Bytes before the leading edge's frames end; 0: the driver has seen none.
    static std::uint64_t available(DataPin &pin) {
        const DATA_RESULT bytes = pin.execute(step(DATA_AVAILABLE));
        return bytes.Values[0] + bytes.Values[1];
    }
};
KSBOX_IN_BOTH_MODES(StreamIo);

TEST_P(StreamIo, G1_AnArrayOfHeadersBecomesFramesInOrder) {
    DataPin pin = open(DATA_IN);
    Transfer frames = write(pin, 16, 3);
    for (std::uint32_t i = 0; i < 3; ++i) {
        ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
        const DataPin::Look seen = pin.look(DATA_LEADING_EDGE);
        EXPECT_EQ(seen.count, 16u);
        EXPECT_EQ(seen.first_bytes, counting_from(16 * i));
        const DATA_RESULT irp = pin.execute(step(DATA_IRP, DATA_LEADING_EDGE));
        EXPECT_EQ(irp.Values[0], 1u);
        EXPECT_EQ(irp.Values[1], i == 0);
        EXPECT_EQ(irp.Values[2], i == 2);
        EXPECT_EQ(irp.Values[3], IOCTL_KS_WRITE_STREAM);
        EXPECT_TRUE(frames.pending());
        pin.unlock(DATA_LEADING_EDGE, true);
    }
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.information(), 48u);
}

TEST_P(StreamIo, G1_AListShorterThanOneHeaderIsRefused) {
    DataPin in = open(DATA_IN), out = open(DATA_OUT);
    for (const std::uint32_t bytes : {1u, header_size - 1}) {
        Transfer writes(client, Transfer::write), reads(client, Transfer::read);
        EXPECT_EQ(writes.start(in.pin, bytes).wait(), status::invalid_buffer_size) << bytes;
        EXPECT_EQ(reads.start(out.pin, bytes).wait(), status::invalid_buffer_size) << bytes;
    }
    Transfer nothing(client, Transfer::write);
    EXPECT_EQ(nothing.start(in.pin, 0).wait(), status::invalid_buffer_size);
    EXPECT_EQ(available(in), 0u);
    EXPECT_EQ(available(out), 0u);
}

TEST_P(StreamIo, G1_TheTotalIsAMultipleOfTheHeaders) {
    DataPin in = open(DATA_IN), out = open(DATA_OUT);
    for (const std::uint32_t bytes : {header_size + 8, 2 * header_size - 1}) {
        Transfer writes(client, Transfer::write, {.count = 2});
        Transfer reads(client, Transfer::read, {.count = 2});
        EXPECT_EQ(writes.start(in.pin, bytes).wait(), status::invalid_buffer_size) << bytes;
        EXPECT_EQ(reads.start(out.pin, bytes).wait(), status::invalid_buffer_size) << bytes;
    }
    EXPECT_EQ(available(in), 0u);
    EXPECT_EQ(available(out), 0u);
}

TEST_P(StreamIo, G1_ASizeThatIsTooSmallOrTooLargeIsRefused) {
    DataPin in = open(DATA_IN), out = open(DATA_OUT);
    for (const std::uint32_t size : {0u, header_size - 8, 3 * header_size}) {
        for (const std::uint32_t which : {0u, 1u}) {
            Transfer writes(client, Transfer::write, {.count = 2});
            writes.header(which).Size = size;
            EXPECT_EQ(writes.start(in.pin).wait(), status::invalid_buffer_size) << size;
            Transfer reads(client, Transfer::read, {.count = 2});
            reads.header(which).Size = size;
            EXPECT_EQ(reads.start(out.pin).wait(), status::invalid_buffer_size) << size;
        }
    }
    EXPECT_EQ(available(in), 0u);
    EXPECT_EQ(available(out), 0u);
}

TEST_P(StreamIo, G1_AnExtendedHeaderReachesTheDriverWhole) {
    DataPin pin = open(DATA_OUT);
    Transfer frame(client, Transfer::read, {.count = 2, .header_bytes = header_size + 16});
    frame.start(pin.pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    const DATA_RESULT header = pin.execute(step(DATA_HEADER, DATA_LEADING_EDGE));
    EXPECT_EQ(header.Values[0], header_size + 16);
    EXPECT_EQ(header.Values[2], 64u);
    ASSERT_EQ(pin.advance(DATA_LEADING_EDGE), status::success);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.information(), 2 * (header_size + 16));
}

TEST_P(StreamIo, G1_HeadersInUnmappedMemoryAreAnAccessViolation) {
    DataPin pin = open(DATA_OUT);
    auto *const unmapped = reinterpret_cast<std::byte *>(0x1000);
    for (const std::uint32_t bytes : {header_size, 2 * header_size}) {
        Request request =
            client.start_control(pin.pin.handle(), IOCTL_KS_READ_STREAM, {}, {unmapped, bytes});
        EXPECT_EQ(std::uint32_t(request.wait().status), status::access_violation);
    }
    EXPECT_EQ(available(pin), 0u);
}

TEST_P(StreamIo, G1_ABufferThatIsNotMappedIsAnAccessViolation) {
    DataPin in = open(DATA_IN), out = open(DATA_OUT);
    for (const Transfer::Kind kind : {Transfer::write, Transfer::read}) {
        Transfer frames(client, kind, {.count = 2});
        frames.header(1).Data = reinterpret_cast<PVOID>(0x1000);
        frames.start(kind == Transfer::write ? in.pin : out.pin);
        EXPECT_EQ(frames.wait(), status::access_violation);
        EXPECT_EQ(frames.information(), 0u);
    }
    EXPECT_EQ(available(in), 0u);
    EXPECT_EQ(available(out), 0u);
}

TEST_P(StreamIo, G1_APinTakesOnlyItsOwnDirection) {
    // With rights to both, so that it is not the I/O manager who refuses.
    const std::uint32_t both = GENERIC_READ | GENERIC_WRITE;
    const Created in = create_pin2(filter, RawConnect(DATA_IN, stereo).get(), both);
    const Created out = create_pin2(filter, RawConnect(DATA_OUT, stereo).get(), both);
    ASSERT_EQ(in.error, 0u);
    ASSERT_EQ(out.error, 0u);
    set_state(client, as_handle(in.handle), PinState::pause);
    set_state(client, as_handle(out.handle), PinState::pause);
    Transfer reads(client, Transfer::read), writes(client, Transfer::write);
    EXPECT_EQ(reads.start(in.object).wait(), status::invalid_device_request);
    EXPECT_EQ(writes.start(out.object).wait(), status::invalid_device_request);
}

TEST_P(StreamIo, G1_APinInStopTakesNoFrames) {
    DataPin pin = open(DATA_IN, PinState::stop);
    EXPECT_EQ(write(pin).wait(), status::invalid_device_state);
    pin.pin.set_state(PinState::acquire);
    EXPECT_TRUE(write(pin).pending());
}

TEST_P(StreamIo, G2_AWriteLeavesItsHeadersAlone) {
    DataPin pin = open(DATA_IN);
    Transfer frame(client, Transfer::write, {.extent = 32});
    frame.header().DataUsed = 20;
    frame.header().PresentationTime.Time = 77;
    frame.header().Duration = 5;
    frame.header().OptionsFlags = 0x110; // TIMEVALID, DURATIONVALID
    const KSSTREAM_HEADER before = frame.header();
    frame.start(pin.pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    EXPECT_EQ(pin.look(DATA_LEADING_EDGE).count, 20u);
    const DATA_RESULT header = pin.execute(step(DATA_HEADER, DATA_LEADING_EDGE));
    EXPECT_EQ(header.Values[1], 20u);
    EXPECT_EQ(header.Values[3], 0x110u);
    EXPECT_EQ(header.Values[4], 77u);
    EXPECT_EQ(header.Values[5], 5u);
    pin.execute(step(DATA_STAMP, DATA_LEADING_EDGE, 99, 9, 0x200));
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.information(), 20u);
    EXPECT_EQ(std::memcmp(&frame.header(), &before, sizeof before), 0);
}

TEST_P(StreamIo, G2_AWriteMayNotUseMoreThanItsFrame) {
    DataPin pin = open(DATA_IN);
    Transfer frame(client, Transfer::write, {.count = 2, .extent = 32});
    frame.header(1).DataUsed = 33;
    EXPECT_EQ(frame.start(pin.pin).wait(), status::invalid_buffer_size);
    EXPECT_EQ(available(pin), 0u);
}

TEST_P(StreamIo, G2_AReadMustComeWithDataUsedZero) {
    DataPin pin = open(DATA_OUT);
    Transfer frame(client, Transfer::read, {.count = 2});
    frame.header(1).DataUsed = 1;
    EXPECT_EQ(frame.start(pin.pin).wait(), status::invalid_parameter);
    EXPECT_EQ(available(pin), 0u);
}

TEST_P(StreamIo, G2_inferred_WithMappingsDataUsedIsTheDriversAlone) {
    DataPin pin = open(DATA_OUT_MAPPED);
    Transfer frame = read(pin, 64);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    pin.advance_offsets_and_unlock(DATA_LEADING_EDGE, 0, 1, true); // a mapping, not a byte
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.header().DataUsed, 0u);
}

TEST_P(StreamIo, G2_AReadBringsDataTimesAndFlagsBack) {
    DataPin pin = open(DATA_OUT);
    Transfer frames = read(pin, 32, 2);
    for (std::uint32_t i = 0; i < 2; ++i) {
        ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
        pin.execute({step(DATA_FILL, DATA_LEADING_EDGE, 7 + i, 20 + i),
                     step(DATA_STAMP, DATA_LEADING_EDGE, 1000 + i, 10 + i, 0x110)});
        pin.advance_offsets_and_unlock(DATA_LEADING_EDGE, 0, 20 + i, true);
    }
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.information(), 2 * header_size); // the list of headers, not the data
    for (std::uint32_t i = 0; i < 2; ++i) {
        const KSSTREAM_HEADER &header = frames.header(i);
        EXPECT_EQ(header.Size, header_size);
        EXPECT_EQ(header.DataUsed, 20 + i);
        EXPECT_EQ(header.FrameExtent, 32u);
        EXPECT_EQ(header.PresentationTime.Time, 1000 + i);
        EXPECT_EQ(header.Duration, 10 + i);
        EXPECT_EQ(header.OptionsFlags, 0x110u);
        EXPECT_EQ(header.Data, frames.data(i).data()); // the client's own address
        EXPECT_EQ(frames.data(i)[19 + i], std::byte(7 + i));
        EXPECT_EQ(frames.data(i)[20 + i], std::byte(0xCC));
    }
}

TEST_P(StreamIo, G2_TheDriverMaySetDataUsedItself) {
    DataPin pin = open(DATA_OUT);
    Transfer frame = read(pin, 32);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    pin.execute({step(DATA_FILL, DATA_LEADING_EDGE, 3, 12), step(DATA_USE, DATA_LEADING_EDGE, 12)});
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frame.header().DataUsed, 12u);
    EXPECT_EQ(frame.data()[11], std::byte(3));
}

TEST_P(StreamIo, G2_TheStatusCodeIsTheRequests) {
    DataPin pin = open(DATA_IN);
    Transfer frames = write(pin, 16, 2);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    EXPECT_EQ(pin.status(step(DATA_SET_STATUS, DATA_LEADING_EDGE, status::io_device_error)),
              status::success);
    EXPECT_EQ(pin.advance(DATA_LEADING_EDGE), status::success);
    EXPECT_TRUE(frames.pending());
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frames.wait(), status::io_device_error);
    EXPECT_EQ(pin.status(step(DATA_SET_STATUS, DATA_LEADING_EDGE, 0)), status::device_not_ready);
}

// KsProbeStreamIrp, as a driver without AVStream would call it on a client's IRP.
constexpr std::uint32_t reads = 0x0, writes = 0x1, allocate_mdl = 0x10, probe_and_lock = 0x20,
                        system_address = 0x40, allow_format_change = 0x80;

class ProbeStreamIrp : public DataFilter {
  protected:
    struct Found {
        std::uint32_t status;
        std::uint32_t what; ///< DATA_PROBE_*
        std::uint32_t mdls;
        bool operator==(const Found &) const = default;
    };
    /// What KsProbeStreamIrp found on each call; the request itself ends with the last status.
    std::vector<Found> probe(Transfer &frames, std::uint32_t flags, std::uint32_t size = 0,
                             std::uint32_t more_flags = 0) {
        const DATA_PROBE parameters{flags, size, more_flags, 0};
        const auto headers = std::as_writable_bytes(
            std::span(reinterpret_cast<std::byte *>(&frames.header()), frames.header_bytes()));
        forget_journal(filter);
        const IoResult result =
            client
                .start_control(filter.handle(), DATA_IOCTL_PROBE,
                               std::as_bytes(std::span(&parameters, 1)), headers)
                .wait();
        std::vector<Found> found;
        for (const JournalEntry &entry : only(journal(filter), "probe"))
            found.push_back({std::uint32_t(entry.values[0]), std::uint32_t(entry.values[1]),
                             std::uint32_t(entry.values[2])});
        EXPECT_EQ(std::uint32_t(result.status), found.empty() ? ~0u : found.back().status);
        return found;
    }
    using List = std::vector<Found>;
    Transfer two_writes{client, Transfer::write, {.count = 2, .extent = 100}};
    Transfer two_reads{client, Transfer::read, {.count = 2, .extent = 100}};
    static constexpr std::uint32_t captured = DATA_PROBE_SYSTEM_BUFFER;
    static constexpr std::uint32_t locked = captured | DATA_PROBE_LOCKED;
    static constexpr std::uint32_t mapped = locked | DATA_PROBE_MAPPED;
};
KSBOX_IN_BOTH_MODES(ProbeStreamIrp);

TEST_P(ProbeStreamIrp, G3_WithoutFlagsTheHeadersAreCaptured) {
    EXPECT_EQ(probe(two_reads, reads), (List{{0, captured, 0}}));
    EXPECT_EQ(probe(two_writes, writes), (List{{0, captured, 0}}));
    EXPECT_EQ(only(journal(filter), "probed").at(0).values[2], 100u); // DataUsed, in the copy
}

TEST_P(ProbeStreamIrp, G3_AllocateMdlMakesOneForEachBuffer) {
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl), (List{{0, captured, 2}}));
    EXPECT_EQ(probe(two_reads, reads | allocate_mdl), (List{{0, captured, 2}}));
    EXPECT_EQ(only(journal(filter), "probed").at(0).values[1], 200u);
}

TEST_P(ProbeStreamIrp, G3_ABufferOfNothingGetsNoMdl) {
    two_reads.header(0).FrameExtent = 0;
    two_reads.header(0).Data = nullptr;
    EXPECT_EQ(probe(two_reads, reads | allocate_mdl | probe_and_lock), (List{{0, locked, 1}}));
    two_reads.header(1).FrameExtent = 0;
    two_reads.header(1).Data = nullptr;
    EXPECT_EQ(probe(two_reads, reads | allocate_mdl | probe_and_lock), (List{{0, captured, 0}}));
}

TEST_P(ProbeStreamIrp, G3_ProbeAndLockLocksThePages) {
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl | probe_and_lock), (List{{0, locked, 2}}));
    EXPECT_EQ(probe(two_reads, reads | allocate_mdl | probe_and_lock), (List{{0, locked, 2}}));
}

TEST_P(ProbeStreamIrp, G3_ProbeAndLockIsIgnoredWithoutAllocateMdl) {
    EXPECT_EQ(probe(two_writes, writes | probe_and_lock | system_address),
              (List{{0, captured, 0}}));
    // Even if MDLs have been allocated before.
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl, 0, writes | probe_and_lock),
              (List{{0, captured, 2}, {0, captured | DATA_PROBE_SAME, 2}}));
}

TEST_P(ProbeStreamIrp, G3_SystemAddressMapsEachMdl) {
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl | probe_and_lock | system_address),
              (List{{0, mapped, 2}}));
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < 200; ++i)
        sum += i;
    const JournalEntry bytes = only(journal(filter), "probed").at(0);
    EXPECT_EQ(bytes.values[0], sum); // the driver reads the client's bytes there
    EXPECT_EQ(bytes.values[1], 200u);
    EXPECT_EQ(probe(two_reads, reads | allocate_mdl | probe_and_lock | system_address),
              (List{{0, mapped, 2}}));
}

TEST_P(ProbeStreamIrp, G3_SystemAddressIsIgnoredWithoutProbeAndLock) {
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl | system_address), (List{{0, captured, 2}}));
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl | probe_and_lock, 0,
                    writes | allocate_mdl | system_address),
              (List{{0, locked, 2}, {0, locked | DATA_PROBE_SAME, 2}}));
}

TEST_P(ProbeStreamIrp, G3_ProbingAgainDoesNoHarmAndAddsWhatIsMissing) {
    const std::uint32_t all = writes | allocate_mdl | probe_and_lock | system_address;
    EXPECT_EQ(probe(two_writes, all, 0, all),
              (List{{0, mapped, 2}, {0, mapped | DATA_PROBE_SAME, 2}}));
    EXPECT_EQ(probe(two_writes, writes | allocate_mdl, 0, all),
              (List{{0, captured, 2}, {0, mapped | DATA_PROBE_SAME, 2}}));
    EXPECT_EQ(probe(two_writes, writes, 0, all),
              (List{{0, captured, 0}, {0, mapped | DATA_PROBE_SAME, 2}}));
}

TEST_P(ProbeStreamIrp, G3_HeadersAreHeldAgainstTheSizeAskedFor) {
    EXPECT_EQ(probe(two_writes, writes, header_size), (List{{0, captured, 0}}));
    EXPECT_EQ(probe(two_writes, writes, header_size + 8),
              (List{{status::invalid_buffer_size, 0, 0}}));
    Transfer extended(client, Transfer::read, {.header_bytes = header_size + 8});
    EXPECT_EQ(probe(extended, reads, header_size + 8), (List{{0, captured, 0}}));
    EXPECT_EQ(probe(extended, reads, header_size), (List{{status::invalid_buffer_size, 0, 0}}));
    EXPECT_EQ(probe(extended, reads, 0), (List{{0, captured, 0}}));
}

TEST_P(ProbeStreamIrp, G3_MemoryThatIsNotTheClientsIsAnAccessViolation) {
    const std::uint32_t all = allocate_mdl | probe_and_lock | system_address;
    two_writes.header(1).Data = reinterpret_cast<PVOID>(0x1000);
    EXPECT_EQ(probe(two_writes, writes | all).at(0).status, status::access_violation);
    two_reads.header(1).Data = reinterpret_cast<PVOID>(0xFFFF800000000000);
    EXPECT_EQ(probe(two_reads, reads | all).at(0).status, status::access_violation);
    // No MDL is left of either.
    EXPECT_EQ(probe(two_writes, writes | all).at(0).mdls, 0u);
    EXPECT_EQ(probe(two_reads, reads | all).at(0).mdls, 0u);
}

TEST_P(ProbeStreamIrp, G3_AFormatChangeMustBeAllowedAndAlone) {
    const auto change = [&](std::uint32_t count) {
        Transfer frame(client, Transfer::write,
                       {.count = count, .extent = std::uint32_t(stereo.bytes().size())});
        std::memcpy(frame.data().data(), stereo.bytes().data(), stereo.bytes().size());
        frame.header().OptionsFlags = 0x8; // TYPECHANGED
        return frame;
    };
    Transfer alone = change(1), together = change(2);
    EXPECT_EQ(probe(alone, writes | allow_format_change), (List{{0, captured, 0}}));
    EXPECT_EQ(probe(alone, writes), (List{{status::invalid_parameter, 0, 0}}));
    EXPECT_EQ(probe(together, writes | allow_format_change),
              (List{{status::invalid_parameter, 0, 0}}));
    // It is not extended, even if the headers of data are.
    EXPECT_EQ(probe(alone, writes | allow_format_change, header_size + 32),
              (List{{0, captured, 0}}));
    Transfer extended(
        client, Transfer::write,
        {.extent = std::uint32_t(stereo.bytes().size()), .header_bytes = header_size + 32});
    std::memcpy(extended.data().data(), stereo.bytes().data(), stereo.bytes().size());
    extended.header().OptionsFlags = 0x8;
    EXPECT_EQ(probe(extended, writes | allow_format_change, header_size + 32),
              (List{{status::invalid_parameter, 0, 0}}));
}

} // namespace
} // namespace ksbox::testing
