// Many orders of events: a driver that holds clones for its DPC while the client writes, cancels,
// stops and closes. Each seed is another interleaving; a failure names it.
#include "ks/stream/stream_fixture.h"

#include "nt/ke/random.h"

namespace ksbox::ks::test {
namespace {

/// The "hardware": a timer whose DPC lets the oldest clone go.
struct Hardware {
    PKSPIN pin = nullptr;
    KTIMER timer;
    KDPC dpc;
    ULONG consumed = 0;
    bool running = false;
};
Hardware *hardware = nullptr;

void NTAPI hardware_dpc(PKDPC, PVOID, PVOID, PVOID) {
    if (!hardware->running)
        return;
    if (PKSSTREAM_POINTER const clone = KsPinGetFirstCloneStreamPointer(hardware->pin)) {
        if (NT_SUCCESS(KsStreamPointerLock(clone)))
            hardware->consumed += clone->OffsetIn.Remaining;
        KsStreamPointerDelete(clone);
        KsPinAttemptProcessing(hardware->pin, FALSE);
    }
}

class StreamStress : public StreamTest {
  protected:
    Hardware device;

    std::uint64_t seed() const override { return seed_; }
    std::uint64_t seed_ = 1;

    void SetUp() override {}

    void prepare(std::uint64_t seed, ULONG pin_flags = 0) {
        seed_ = seed;
        StreamTest::SetUp();
        hardware = &device;
        device = {};
        driver = {};
        driver.pin_flags = pin_flags;
        driver.process = [](PKSPIN pin) {
            PKSSTREAM_POINTER const leading =
                KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
            if (!leading)
                return STATUS_PENDING;
            // No cancel callback: it would delete a clone that the DPC has in hand.
            PKSSTREAM_POINTER clone;
            const NTSTATUS status = KsStreamPointerClone(leading, nullptr, 0, &clone);
            if (NT_SUCCESS(status))
                KsStreamPointerUnlock(clone, FALSE);
            KsStreamPointerUnlock(leading, NT_SUCCESS(status));
            return status;
        };
        driver.set_state = [this](PKSPIN pin, KSSTATE to, KSSTATE from) {
            if (to == KSSTATE_RUN) {
                device.pin = pin; // the DPC reads it, so not while that may run
                device.running = true;
                LARGE_INTEGER due;
                due.QuadPart = -10'000;
                KeSetTimerEx(&device.timer, due, 1, &device.dpc);
            } else if (from == KSSTATE_RUN) {
                KeCancelTimer(&device.timer);
                KeFlushQueuedDpcs();
                device.running = false;
            }
            return STATUS_SUCCESS;
        };
        start();
        run([&] {
            KeInitializeTimerEx(&device.timer, SynchronizationTimer);
            KeInitializeDpc(&device.dpc, hardware_dpc, nullptr);
        });
    }
    void finish() {
        StreamTest::TearDown();
        kernel.reset();
    }
    void TearDown() override {}
};

TEST_P(StreamStress, G7_EveryWriteEndsOnceWhateverIsCancelled) {
    const int rounds = GetParam() == TimeMode::simulated ? 60 : 6;
    for (int round = 1; round <= rounds; ++round) {
        SCOPED_TRACE("seed " + std::to_string(round));
        prepare(std::uint64_t(round));
        run([&] {
            ke::Random random{std::uint64_t(round)};
            HANDLE const pin = create_pin(filter, sink_pin);
            ASSERT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
            std::vector<Transfer> transfers;
            for (int i = 0; i < 40; ++i) {
                transfers.push_back(write(pin, 16, 1 + random.below(3)));
                if (random.below(3) == 0)
                    io::user::cancel(
                        pin, transfers[random.below(std::uint32_t(transfers.size()))].block);
                if (random.below(4) == 0)
                    sleep_ms(1 + unsigned(random.below(20)));
            }
            ULONG done = 0;
            for (Transfer &transfer : transfers) {
                const NTSTATUS status = wait(transfer);
                EXPECT_TRUE(status == STATUS_SUCCESS || status == STATUS_CANCELLED)
                    << std::hex << status;
                if (status == STATUS_SUCCESS) {
                    EXPECT_EQ(transfer.block->Information, 16u * transfer.count);
                    done += 16 * transfer.count;
                }
            }
            // Frames of cancelled requests may have been consumed before.
            EXPECT_GE(device.consumed, done);
            EXPECT_EQ(set_state(pin, KSSTATE_STOP), STATUS_SUCCESS);
            EXPECT_EQ(io::user::close(pin), STATUS_SUCCESS);
        });
        finish();
        if (HasFailure())
            return;
    }
}

TEST_P(StreamStress, F10_TheClientVanishesAtAnyMoment) {
    const int rounds = GetParam() == TimeMode::simulated ? 60 : 6;
    for (int round = 1; round <= rounds; ++round) {
        SCOPED_TRACE("seed " + std::to_string(round));
        prepare(std::uint64_t(round));
        run([&] {
            ke::Random random{std::uint64_t(round)};
            HANDLE const pin = create_pin(filter, sink_pin);
            ASSERT_EQ(set_state(pin, random.below(2) ? KSSTATE_RUN : KSSTATE_PAUSE),
                      STATUS_SUCCESS);
            for (std::uint64_t i = random.below(20); i > 0; --i) {
                write(pin, 16, 1 + random.below(3));
                if (random.below(4) == 0)
                    sleep_ms(1 + unsigned(random.below(20)));
            }
        });
        finish();
        if (HasFailure())
            return;
    }
}

/// The work item that processed may still be on its way out when the pin is closed.
TEST_P(StreamStress, G14_NothingTouchesThePinsProcessorOnceItIsIdle) {
    const int rounds = GetParam() == TimeMode::simulated ? 200 : 20;
    for (int round = 1; round <= rounds; ++round) {
        SCOPED_TRACE("seed " + std::to_string(round));
        prepare(std::uint64_t(round), KSPIN_FLAG_ASYNCHRONOUS_PROCESSING);
        driver.process = [](PKSPIN pin) {
            if (PKSSTREAM_POINTER const leading =
                    KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED))
                KsStreamPointerUnlock(leading, TRUE);
            return STATUS_SUCCESS;
        };
        run([&] {
            for (int pins = 0; pins < 4; ++pins) {
                HANDLE const pin = create_pin(filter, sink_pin);
                EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
                Transfer transfer = write(pin, 16, 2);
                EXPECT_EQ(wait(transfer), STATUS_SUCCESS);
                EXPECT_EQ(set_state(pin, KSSTATE_STOP), STATUS_SUCCESS);
                EXPECT_EQ(io::user::close(pin), STATUS_SUCCESS);
            }
        });
        finish();
        if (HasFailure())
            return;
    }
}

INSTANTIATE_TEST_SUITE_P(Time, StreamStress,
                         testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
