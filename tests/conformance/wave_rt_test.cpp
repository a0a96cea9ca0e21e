// Sections F and K: WaveRT streams, their states and their cyclic buffers.
#include "conformance/wave_rt_filter.h"

namespace ksbox::testing {
namespace {

using namespace status;
using enum PinState;
using States = std::vector<PinState>;

KSBOX_IN_BOTH_MODES(WaveRt);

constexpr std::uint32_t buffer_bytes = 9600; // 50 ms of 48 kHz stereo

TEST_P(WaveRt, K7_APinIsAStreamOfItsFormat) {
    const Pin render = create(WAVERT_RENDER);
    const Pin capture = create(WAVERT_CAPTURE);
    EXPECT_EQ(journal(wave),
              (std::vector<JournalEntry>{{"new stream", {WAVERT_RENDER, 0, 48000}},
                                         {"new stream", {WAVERT_CAPTURE, 1, 48000}}}));
}

TEST_P(WaveRt, K7_TheFailureOfNewStreamIsTheCreates) {
    answer(wave, "new stream", device_not_ready);
    EXPECT_EQ(try_create(WAVERT_RENDER), 21u); // ERROR_NOT_READY
    answer(wave, "new stream", 0, 0);
    EXPECT_EQ(what(), std::vector<std::string>{"new stream"}); // nothing to set or to release
    EXPECT_EQ(try_create(WAVERT_RENDER), 0u);
}

TEST_P(WaveRt, K7_inferred_AStreamThatIsNotThereIsAFailure) {
    answer(wave, "no stream", 1);
    EXPECT_EQ(try_create(WAVERT_RENDER), 31u); // ERROR_GEN_FAILURE
    EXPECT_EQ(driver.findings().size(), 1u);
}

TEST_P(WaveRt, K7_ClosingReleasesTheStream) {
    {
        const Pin pin = create(WAVERT_RENDER);
    }
    EXPECT_EQ(what(), (std::vector<std::string>{"new stream", "gone"}));
}

TEST_P(WaveRt, F3_NewStreamLeavesTheStreamInStop) {
    Pin pin = create(WAVERT_RENDER);
    EXPECT_EQ(pin.state(), stop);
    EXPECT_EQ(states(), States{});
}

TEST_P(WaveRt, F3_EveryStateIsReachedByOneStep) {
    Pin pin = create(WAVERT_RENDER);
    pin.set_state(run);
    EXPECT_EQ(states(), (States{acquire, pause, run}));
    forget_journal(wave);
    pin.set_state(stop);
    EXPECT_EQ(states(), (States{pause, acquire, stop}));
    forget_journal(wave);
    for (PinState state : {acquire, pause, run, pause, run, pause, acquire, stop})
        pin.set_state(state);
    EXPECT_EQ(states(), (States{acquire, pause, run, pause, run, pause, acquire, stop}));
}

TEST_P(WaveRt, F3_ClosingGoesDownToStopFirst) {
    {
        Pin pin = create(WAVERT_RENDER);
        buffer(pin, buffer_bytes);
        pin.set_state(run);
        forget_journal(wave);
    }
    EXPECT_EQ(what(), (std::vector<std::string>{"state", "state", "state", "free", "gone"}));
    EXPECT_EQ(states(), (States{pause, acquire, stop}));
}

TEST_P(WaveRt, F3_inferred_AStepThatFailsIsTakenBack) {
    Pin pin = create(WAVERT_RENDER);
    answer(wave, "to run", device_not_ready, 1);
    EXPECT_EQ(ask_state(pin, run), device_not_ready);
    EXPECT_EQ(states(), (States{acquire, pause, run, acquire, stop}));
    EXPECT_EQ(pin.state(), stop);
    pin.set_state(pause);
    forget_journal(wave);
    answer(wave, "to run", unsuccessful, 1);
    EXPECT_EQ(ask_state(pin, run), unsuccessful);
    EXPECT_EQ(states(), States{run});
    EXPECT_EQ(pin.state(), pause);
}

TEST_P(WaveRt, E11_TheFormatOfAStreamIsSet) {
    Pin pin = create(WAVERT_RENDER);
    forget_journal(wave);
    const DataFormat slower = DataFormat::audio({.rate_hz = 32000});
    pin.set(connection_set, KSPROPERTY_CONNECTION_DATAFORMAT, slower.bytes());
    EXPECT_EQ(journal(wave), (std::vector<JournalEntry>{{"format", {WAVERT_RENDER, 32000}}}));
    EXPECT_EQ(pin.format().audio()->rate_hz, 32000u);
    answer(wave, "format", invalid_parameter);
    EXPECT_THROW(pin.set(connection_set, KSPROPERTY_CONNECTION_DATAFORMAT, stereo.bytes()), Error);
    EXPECT_EQ(pin.format().audio()->rate_hz, 32000u);
}

TEST_P(WaveRt, K9_TheBufferIsTheClientsAndTheDrivers) {
    Pin pin = create(WAVERT_RENDER);
    forget_journal(wave);
    const RtBuffer mapped = buffer(pin, buffer_bytes);
    EXPECT_EQ(journal(wave),
              (std::vector<JournalEntry>{{"allocate", {WAVERT_RENDER, buffer_bytes, 0}}}));
    EXPECT_EQ(mapped.bytes, buffer_bytes);
    EXPECT_EQ(mapped.barrier, 0u);
    ASSERT_NE(mapped.address, nullptr);
    EXPECT_EQ(std::uintptr_t(mapped.address) % 4096, 0u);
    // What the client writes, the card plays: it comes back from the loop.
    Pin capture = create(WAVERT_CAPTURE);
    const RtBuffer recorded = buffer(capture, buffer_bytes);
    std::fill_n(mapped.address, mapped.bytes, std::byte{0x5a});
    start(capture);
    start(pin);
    EXPECT_TRUE(wait_until([&] {
        return std::all_of(recorded.address, recorded.address + recorded.bytes,
                           [](std::byte b) { return b == std::byte{0x5a}; });
    }));
}

TEST_P(WaveRt, K9_TheDriversSizeOffsetAndCacheTypeHold) {
    Pin pin = create(WAVERT_RENDER);
    answer(wave, "offset", 256);
    answer(wave, "actual", 400);
    answer(wave, "cache", 2);                  // MmWriteCombined
    const RtBuffer mapped = buffer(pin, 1001); // rounded to frames, and 400 more
    EXPECT_EQ(mapped.bytes, 1404u);
    EXPECT_EQ(std::uintptr_t(mapped.address) % 4096, 256u);
    EXPECT_EQ(mapped.barrier, 1u);
}

TEST_P(WaveRt, K9_TheDriversFailureIsTheClients) {
    Pin pin = create(WAVERT_RENDER);
    for (std::uint32_t code : {unsuccessful, 0xC000009Au, device_not_ready}) {
        answer(wave, "allocate", code, 1);
        const Answer refused = ask_buffer(pin, buffer_bytes);
        EXPECT_EQ(refused.status, code);
        EXPECT_EQ(refused.information, 0u);
    }
    EXPECT_EQ(only(journal(wave), "free").size(), 0u);
    buffer(pin, buffer_bytes); // and then it may succeed
}

TEST_P(WaveRt, K9_inferred_AStreamHasOneBuffer) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes);
    EXPECT_EQ(ask_buffer(pin, buffer_bytes).status, unsuccessful);
    EXPECT_EQ(ask_buffer(pin, buffer_bytes, 2).status, unsuccessful);
    EXPECT_EQ(only(journal(wave), "allocate").size(), 1u);
}

TEST_P(WaveRt, K9_ClosingThePinFreesTheBuffer) {
    {
        Pin pin = create(WAVERT_RENDER);
        buffer(pin, buffer_bytes);
        forget_journal(wave);
    }
    EXPECT_EQ(journal(wave), (std::vector<JournalEntry>{{"free", {WAVERT_RENDER, buffer_bytes, 0}},
                                                        {"gone", {WAVERT_RENDER}}}));
    EXPECT_EQ(driver.findings(), std::vector<std::string>{});
}

TEST_P(WaveRt, K9_TheClientChoosesTheAddress) {
    std::byte *free_place;
    {
        Pin pin = create(WAVERT_PLAIN);
        free_place = buffer(pin, buffer_bytes).address;
    }
    Pin pin = create(WAVERT_PLAIN);
    const Answer there = ask_buffer(pin, buffer_bytes, 0, std::uint64_t(free_place));
    EXPECT_EQ(there.status, success);
    EXPECT_EQ(there.as<RtBuffer>().address, free_place);
    Pin other = create(WAVERT_PLAIN);
    forget_journal(wave);
    EXPECT_EQ(ask_buffer(other, buffer_bytes, 0, std::uint64_t(free_place)).status, unsuccessful);
    EXPECT_EQ(what(), (std::vector<std::string>{"allocate", "free"}));
}

TEST_P(WaveRt, K9_inferred_ABufferBeyondItsPagesIsRefused) {
    Pin pin = create(WAVERT_RENDER);
    answer(wave, "beyond", 1);
    EXPECT_EQ(ask_buffer(pin, buffer_bytes).status, unsuccessful);
    EXPECT_EQ(only(journal(wave), "free").size(), 1u);
    EXPECT_EQ(driver.findings().size(), 1u);
}

TEST_P(WaveRt, K9_TheAnswerIsAskedForInItsSize) {
    Pin pin = create(WAVERT_RENDER);
    forget_journal(wave);
    const std::vector<std::byte> more =
        joined(bytes_of(std::uint64_t(0)), bytes_of(std::uint64_t(buffer_bytes)));
    const Answer empty = ask(pin, Rt::buffer, more, 0);
    EXPECT_EQ(empty.status, buffer_overflow);
    EXPECT_EQ(empty.information, sizeof(RtBuffer));
    EXPECT_EQ(ask(pin, Rt::buffer, more, sizeof(RtBuffer) - 1).status, buffer_too_small);
    EXPECT_EQ(ask(pin, Rt::buffer, {}, sizeof(RtBuffer)).status, buffer_too_small);
    EXPECT_EQ(what(), std::vector<std::string>{}); // nothing was allocated
}

TEST_P(WaveRt, K9_PagesAreInOnePieceWhenAskedForSo) {
    for (std::uint32_t contiguous : {0u, 1u}) {
        Pin pin = create(WAVERT_RENDER);
        answer(wave, "contiguous", contiguous);
        buffer(pin, 40 * 4096);
        const auto seen = pin.get_as<WAVERT_PAGES_SEEN>(wave_rt_set, KSPROPERTY_WAVERT_PAGES);
        EXPECT_EQ(seen.Count, 40u);
        EXPECT_EQ(seen.Contiguous, contiguous);
        EXPECT_NE(seen.First, 0u);
        EXPECT_EQ(seen.First % 4096, 0u);
        EXPECT_EQ(seen.Beyond, 0u);
    }
}

TEST_P(WaveRt, K9_WhatAStreamKeepsIsAFinding) {
    for (const char *mistake : {"leak", "still mapped"}) {
        SCOPED_TRACE(mistake);
        answer(wave, mistake, 1);
        const std::size_t before = driver.findings().size();
        {
            Pin pin = create(WAVERT_RENDER);
            buffer(pin, buffer_bytes);
        }
        EXPECT_EQ(driver.findings().size(), before + 1);
        answer(wave, mistake, 0);
    }
    const auto views = only(journal(wave), "view"); // of what it left mapped
    ASSERT_EQ(views.size(), 1u);
    EXPECT_EQ(views[0].values[1], 0u);
}

TEST_P(WaveRt, K14_NothingMovesBeforeRun) {
    Pin pin = create(WAVERT_RENDER);
    buffer(pin, buffer_bytes);
    for (PinState state : {acquire, pause}) {
        pin.set_state(state);
        let_run(500'000);
        EXPECT_EQ(ask_position(pin).as<std::uint64_t>(8), 0u);
    }
    start(pin);
    EXPECT_TRUE(wait_until([&] { return ask_position(pin).as<std::uint64_t>(8) != 0; }));
}

TEST_P(WaveRt, K17_ItsCategoriesAreAudioRenderAndCapture) {
    std::size_t found = 0;
    for (const char *category : {"6994AD04-93EF-11D0-A3CC-00A0C9223196",  // AUDIO
                                 "65E8773E-8F56-11D0-A3B9-00A0C9223196",  // RENDER
                                 "65E8773D-8F56-11D0-A3B9-00A0C9223196"}) // CAPTURE
        for (const InterfaceFacts &facts : client.interfaces(*Guid::parse(category)))
            found += facts.path.ends_with("\\Wave");
    EXPECT_EQ(found, 3u);
    // KSCATEGORY_REALTIME is what the INF adds at installation.
    EXPECT_TRUE(client.interfaces(*Guid::parse("EB115FFC-10C8-4964-831D-6DCB02E6F23F")).empty());
}

} // namespace
} // namespace ksbox::testing
