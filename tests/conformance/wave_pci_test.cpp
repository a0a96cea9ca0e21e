// WavePci streams: clients' buffers as mappings, in both directions.
#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "support/journal.h"
#include "support/raw_connect.h"
#include "support/raw_request.h"
#include "support/status.h"
#include "support/traced_box.h"
#include "support/transfer.h"

#include "drivers/wavepci/wavepci.h"

namespace ksbox::testing {
namespace {

using enum PinState;

constexpr Guid master_set{
    0xe0a1c1b7, 0x7c0d, 0x47b0, {0x8c, 0x8a, 0x5f, 0x6b, 0x1a, 0x0d, 0x3c, 0x77}};
constexpr std::uint32_t page = 4096;
constexpr std::uint32_t audio_position = 5; // KSPROPERTY_AUDIO_POSITION

struct Position {
    std::uint64_t play = 0, write = 0;
    bool operator==(const Position &) const = default;
};
void PrintTo(const Position &position, std::ostream *stream) {
    *stream << "play " << position.play << ", write " << position.write;
}

class WavePci : public InBothModes {
  protected:
    void tell(KSPROPERTY_MASTER what, std::uint32_t value = 0) {
        filter.set(master_set, what, bytes_of(value));
        traced.box().run_for(std::chrono::milliseconds(5));
    }
    void advance(std::uint32_t bytes) { tell(KSPROPERTY_MASTER_ADVANCE, bytes); }
    std::uint32_t release(std::uint32_t tag) {
        return send(client, filter.handle(), IOCTL_KS_PROPERTY,
                    identifier(master_set, KSPROPERTY_MASTER_RELEASE, KSPROPERTY_TYPE_SET),
                    bytes_of(tag))
            .status;
    }
    std::vector<std::byte> played() {
        auto list = filter.get(master_set, KSPROPERTY_MASTER_PLAYED);
        list.erase(list.begin(), list.begin() + 8); // KSMULTIPLE_ITEM
        return list;
    }
    Pin open(std::uint32_t pin_id, PinState state, bool looped = false) {
        PinRequest request{.pin_id = pin_id, .format = DataFormat::audio({})};
        if (looped)
            request.interface = Identifier{guid_of(KSINTERFACESETID_Standard),
                                           KSINTERFACE_STANDARD_LOOPED_STREAMING};
        Pin pin = filter.connect(request);
        pin.set_state(state);
        return pin;
    }
    /// Under way; a write holds 0, 1, 2 …
    Transfer start(Pin &pin, Transfer::Kind kind, std::uint32_t bytes, std::uint32_t count = 1) {
        Transfer transfer(client, kind, {.count = count, .extent = bytes});
        transfer.start(pin);
        return transfer;
    }
    Position position(Pin &pin) {
        return pin.get_as<Position>(guid_of(KSPROPSETID_Audio), audio_position);
    }
    std::vector<JournalEntry> entries(std::string_view what) { return only(journal(filter), what); }
    /// The sizes of the mappings that were handed out since forget_journal().
    std::vector<std::uint64_t> sizes() {
        std::vector<std::uint64_t> result;
        for (const JournalEntry &entry : entries("mapping"))
            result.push_back(entry.values[1]);
        return result;
    }
    static std::vector<std::byte> counting(std::size_t from, std::size_t bytes) {
        std::vector<std::byte> result(bytes);
        for (std::size_t i = 0; i < bytes; ++i)
            result[i] = std::byte(from + i);
        return result;
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("wavepci");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};
KSBOX_IN_BOTH_MODES(WavePci);

TEST_P(WavePci, K5_AWavePciPortTakesAWavePciMiniport) {
    EXPECT_EQ(filter.pin_count(), MASTER_PIN_COUNT);
    EXPECT_EQ(entries("init").size(), 1u);
    EXPECT_EQ(filter.pin_facts(MASTER_RENDER).interfaces.size(), 2u);
}

TEST_P(WavePci, K7_CreatingAPinCallsNewStreamAndItsFailureFailsTheCreate) {
    {
        Pin pin = open(MASTER_CAPTURE, stop);
    }
    const auto made = entries("new stream");
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(made[0].values[0], MASTER_CAPTURE);
    EXPECT_EQ(made[0].values[1], 1u);
    EXPECT_EQ(entries("gone").size(), 1u);
    answer(filter, "new stream", status::not_supported, 1);
    const RawConnect connect(MASTER_RENDER, DataFormat::audio({}));
    EXPECT_EQ(create_pin(filter, connect.get()).error, 50u); // ERROR_NOT_SUPPORTED
}

TEST_P(WavePci, F3_TheStreamSeesEveryStateUpAndDown) {
    Pin pin = open(MASTER_RENDER, run);
    pin.set_state(stop);
    std::vector<std::uint64_t> states;
    for (const JournalEntry &entry : entries("set state"))
        states.push_back(entry.values[1]);
    EXPECT_EQ(states, (std::vector<std::uint64_t>{1, 2, 3, 2, 1, 0}));
}

// nf-portcls-iportwavepcistream-getmapping

TEST_P(WavePci, K5_TheBufferIsASequenceOfMappings) {
    tell(KSPROPERTY_MASTER_MAPPINGS, MASTER_MAPPINGS);
    Pin pin = open(MASTER_RENDER, run);
    forget_journal(filter);
    Transfer frame = start(pin, Transfer::write, 3 * page + 100);
    EXPECT_TRUE(frame.pending());
    std::uint64_t all = 0;
    const auto mappings = entries("mapping");
    for (const JournalEntry &mapping : mappings) {
        EXPECT_LE(mapping.values[1], 16 * page);
        EXPECT_EQ(mapping.values[2] != 0, &mapping == &mappings.back()); // the last of the IRP
        all += mapping.values[1];
    }
    EXPECT_EQ(all, 3 * page + 100);
    EXPECT_EQ(entries("wrong address").size(), 0u);
    EXPECT_EQ(position(pin), (Position{0, 3 * page + 100}));
}

TEST_P(WavePci, K5_OnlyTheLastMappingOfAnIrpHasTheFlag) {
    tell(KSPROPERTY_MASTER_MAPPINGS, MASTER_MAPPINGS);
    Pin pin = open(MASTER_RENDER, run);
    forget_journal(filter);
    Transfer frames = start(pin, Transfer::write, 64, 3);
    EXPECT_TRUE(frames.pending());
    const auto mappings = entries("mapping");
    ASSERT_EQ(mappings.size(), 3u);
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_EQ(mappings[i].values[1], 64u);
        EXPECT_EQ(mappings[i].values[2] != 0, i == 2);
    }
}

TEST_P(WavePci, K5_ARefusedRequestIsFollowedByMappingAvailable) {
    Pin pin = open(MASTER_RENDER, run);
    const auto refused = entries("refused");
    ASSERT_GE(refused.size(), 1u);
    EXPECT_EQ(refused.back().values[0], status::not_found);
    EXPECT_EQ(entries("available").size(), 0u);
    forget_journal(filter);
    Transfer frame = start(pin, Transfer::write, 64);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(entries("available").size(), 1u);
    EXPECT_EQ(sizes(), std::vector<std::uint64_t>{64});
}

TEST_P(WavePci, K5_MappingAvailableIsNotCalledUnlessRefused) {
    tell(KSPROPERTY_MASTER_MAPPINGS, 1);
    Pin pin = open(MASTER_RENDER, acquire);
    Transfer first = start(pin, Transfer::write, 64);
    EXPECT_TRUE(first.pending());
    pin.set_state(run); // it takes its one mapping, and does not ask for more
    forget_journal(filter);
    Transfer second = start(pin, Transfer::write, 64);
    EXPECT_TRUE(second.pending());
    EXPECT_EQ(entries("available").size(), 0u);
}

TEST_P(WavePci, K5_inferred_WhatIsWrittenIsPlayedByteForByte) {
    Pin pin = open(MASTER_RENDER, run);
    std::vector<Transfer> frames;
    std::vector<std::byte> expected;
    for (const std::uint32_t bytes : {64u, 2 * page, 100u, 5 * page + 4, 1000u}) {
        frames.push_back(start(pin, Transfer::write, bytes));
        const auto data = counting(0, bytes);
        expected.insert(expected.end(), data.begin(), data.end());
    }
    for (std::size_t done = 0; done < expected.size(); done += 900)
        advance(900);
    for (Transfer &frame : frames)
        EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(frames[3].information(), 5 * page + 4);
    EXPECT_EQ(played(), expected);
    EXPECT_EQ(position(pin), (Position{expected.size(), expected.size()}));
}

TEST_P(WavePci, K5_AnIrpEndsWhenItsLastMappingIsReleased) {
    Pin pin = open(MASTER_RENDER, run);
    Transfer frames = start(pin, Transfer::write, 64, 2), next = start(pin, Transfer::write, 64);
    advance(127);
    EXPECT_TRUE(frames.pending());
    advance(1);
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.information(), 128u);
    EXPECT_TRUE(next.pending());
}

TEST_P(WavePci, K5_inferred_WhatIsRecordedIsReadByteForByte) {
    Pin pin = open(MASTER_CAPTURE, run);
    std::vector<Transfer> frames;
    std::size_t all = 0;
    for (const std::uint32_t bytes : {64u, 2 * page, 100u, 3 * page + 4, 1000u}) {
        frames.push_back(start(pin, Transfer::read, bytes));
        all += bytes;
    }
    for (std::size_t done = 0; done < all; done += 900)
        advance(900);
    std::size_t at = 0;
    for (Transfer &frame : frames) {
        ASSERT_EQ(frame.wait(), status::success);
        EXPECT_EQ(frame.header().DataUsed, frame.data().size());
        const auto data = frame.data();
        EXPECT_EQ(std::vector(data.begin(), data.end()), counting(at, data.size()));
        at += data.size();
    }
    EXPECT_EQ(position(pin).write, all);
}

TEST_P(WavePci, K11_TheReadPositionMovesAsMappingsAreReleased) {
    Pin pin = open(MASTER_CAPTURE, run);
    Transfer frames = start(pin, Transfer::read, 64, 2);
    advance(100);
    EXPECT_TRUE(frames.pending());
    EXPECT_EQ(position(pin), (Position{100, 64}));
}

// nf-portcls-iminiportwavepcistream-revokemappings

TEST_P(WavePci, F10_CancellingAnIrpRevokesItsMappings) {
    tell(KSPROPERTY_MASTER_MAPPINGS, MASTER_MAPPINGS);
    Pin pin = open(MASTER_RENDER, run);
    Transfer first = start(pin, Transfer::write, 64), second = start(pin, Transfer::write, 64, 3),
             third = start(pin, Transfer::write, 32);
    EXPECT_TRUE(third.pending());
    forget_journal(filter);
    second.cancel();
    EXPECT_EQ(second.wait(), status::cancelled);
    const auto revoked = entries("revoke");
    ASSERT_EQ(revoked.size(), 1u);
    EXPECT_EQ(revoked[0].values[2], 3u);
    EXPECT_EQ(revoked[0].values[1] - revoked[0].values[0], 2u);
    advance(96);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_EQ(third.wait(), status::success);
    auto expected = counting(0, 64);
    const auto more = counting(0, 32);
    expected.insert(expected.end(), more.begin(), more.end());
    EXPECT_EQ(played(), expected);
}

TEST_P(WavePci, F9_StopRevokesAllMappingsAndEndsTheIrps) {
    Pin pin = open(MASTER_RENDER, run);
    Transfer first = start(pin, Transfer::write, 64), second = start(pin, Transfer::write, 64);
    advance(70);
    EXPECT_EQ(first.wait(), status::success);
    forget_journal(filter);
    pin.set_state(stop);
    EXPECT_EQ(second.wait(), status::cancelled);
    ASSERT_EQ(entries("revoke").size(), 1u);
    EXPECT_EQ(entries("revoke")[0].values[2], 1u);
    EXPECT_EQ(position(pin), (Position{0, 0}));
    // And it plays again.
    pin.set_state(run);
    Transfer third = start(pin, Transfer::write, 64);
    advance(64);
    EXPECT_EQ(third.wait(), status::success);
}

TEST_P(WavePci, F9_StopEndsACapturePacketWithWhatWasReleased) {
    tell(KSPROPERTY_MASTER_MAPPINGS, MASTER_MAPPINGS);
    Pin pin = open(MASTER_CAPTURE, run);
    Transfer frames = start(pin, Transfer::read, 64, 3), none = start(pin, Transfer::read, 64);
    advance(64);
    pin.set_state(stop);
    EXPECT_EQ(frames.wait(), status::success);
    EXPECT_EQ(frames.header(0).DataUsed, 64u);
    EXPECT_EQ(frames.header(1).DataUsed, 0u);
    EXPECT_EQ(frames.header(2).DataUsed, 0u);
    EXPECT_EQ(none.wait(), status::cancelled);
}

// nf-portcls-iportwavepcistream-terminatepacket

TEST_P(WavePci, K5_TerminatePacketEndsThePacketThatIsBeingMapped) {
    tell(KSPROPERTY_MASTER_MAPPINGS, 1);
    Pin pin = open(MASTER_CAPTURE, run);
    Transfer packet = start(pin, Transfer::read, 64, 3), next = start(pin, Transfer::read, 64);
    tell(KSPROPERTY_MASTER_TERMINATE);
    EXPECT_TRUE(packet.pending()); // its first mapping is not released yet
    advance(64);
    EXPECT_EQ(packet.wait(), status::success);
    EXPECT_EQ(packet.header(0).DataUsed, 64u);
    EXPECT_EQ(packet.header(1).DataUsed, 0u);
    advance(64);
    EXPECT_EQ(next.wait(), status::success);
    const auto data = next.data();
    EXPECT_EQ(std::vector(data.begin(), data.end()), counting(64, 64));
}

TEST_P(WavePci, K5_TerminatePacketLeavesAPacketThatIsNotBegun) {
    tell(KSPROPERTY_MASTER_MAPPINGS, 1);
    Pin pin = open(MASTER_CAPTURE, run);
    Transfer first = start(pin, Transfer::read, 64), second = start(pin, Transfer::read, 64);
    EXPECT_TRUE(second.pending());
    tell(KSPROPERTY_MASTER_TERMINATE);
    advance(64);
    EXPECT_EQ(first.wait(), status::success);
    EXPECT_TRUE(second.pending());
    advance(64);
    EXPECT_EQ(second.wait(), status::success);
    EXPECT_EQ(second.header().DataUsed, 64u);
}

TEST_P(WavePci, K5_inferred_ATagThatIsNotOutIsNotReleased) {
    Pin pin = open(MASTER_CAPTURE, run);
    EXPECT_EQ(release(77), status::not_found);
}

// nf-portcls-iportwavepci-notify, audio/performance-issues-for-a-wavepci-miniport-driver

TEST_P(WavePci, K5_NotifyServesTheMiniportOrTheStreamByGroup) {
    Pin pin = open(MASTER_RENDER, run);
    forget_journal(filter);
    tell(KSPROPERTY_MASTER_NOTIFY);
    EXPECT_EQ(entries("port service").size(), 1u);
    EXPECT_EQ(entries("port service")[0].irql, 2u);
    EXPECT_EQ(entries("service").size(), 0u);
    advance(0);
    EXPECT_EQ(entries("port service").size(), 1u);
    EXPECT_EQ(entries("service").size(), 1u);
    EXPECT_EQ(entries("service")[0].irql, 2u);
}

TEST_P(WavePci, K5_OnlyRunningStreamsAreServed) {
    for (const PinState state : {stop, acquire, pause}) {
        Pin pin = open(MASTER_RENDER, state);
        forget_journal(filter);
        advance(0);
        EXPECT_EQ(entries("service").size(), 0u) << int(state);
    }
}

TEST_P(WavePci, I10_AllocatorFramingIsTheMiniports) {
    Pin pin = open(MASTER_RENDER, stop);
    const auto framing = pin.get_as<KSALLOCATOR_FRAMING>(guid_of(KSPROPSETID_Connection),
                                                         KSPROPERTY_CONNECTION_ALLOCATORFRAMING);
    EXPECT_EQ(framing.FrameSize, MASTER_FRAME_BYTES);
    EXPECT_EQ(framing.Frames, 3u);
}

TEST_P(WavePci, K5_ALoopedBufferIsMappedRoundAndRoundUntilStop) {
    Pin pin = open(MASTER_RENDER, run, true);
    Transfer loop = start(pin, Transfer::write, 100);
    for (int i = 0; i < 5; ++i)
        advance(70);
    EXPECT_TRUE(loop.pending());
    std::vector<std::byte> expected;
    for (int i = 0; i < 350; ++i)
        expected.push_back(std::byte(i % 100));
    EXPECT_EQ(played(), expected);
    EXPECT_EQ(position(pin).play, 50u);
    pin.set_state(stop);
    EXPECT_EQ(loop.wait(), status::cancelled);
}

TEST_P(WavePci, F10_PinsCloseInEveryState) {
    for (const PinState state : {stop, acquire, pause, run}) {
        Pin render = open(MASTER_RENDER, state), capture = open(MASTER_CAPTURE, state);
        std::vector<Transfer> frames;
        for (int i = 0; state != stop && i < 3; ++i) {
            frames.push_back(start(render, Transfer::write, 2 * page));
            frames.push_back(start(capture, Transfer::read, 2 * page));
        }
        advance(1000);
        render.close();
        capture.close();
        for (Transfer &frame : frames)
            EXPECT_EQ(frame.wait(), status::cancelled);
    }
    EXPECT_EQ(entries("gone").size(), 8u);
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>());
}

} // namespace
} // namespace ksbox::testing
