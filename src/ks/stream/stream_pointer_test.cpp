// Stream pointers, cancellation and completion, by a client's requests.
#include "ks/stream/stream_fixture.h"

namespace ksbox::ks::test {
namespace {

class StreamPointer : public StreamTest {
  protected:
    void SetUp() override {
        StreamTest::SetUp();
        // The test moves the pointers itself.
        driver.pin_flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    }
    int resets = 0;
    HANDLE running(ULONG id) {
        HANDLE const pin = create_pin(filter, id);
        EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
        return pin;
    }
    PKSSTREAM_POINTER leading(KSSTREAM_POINTER_STATE state = KSSTREAM_POINTER_STATE_LOCKED) {
        return KsPinGetLeadingEdgeStreamPointer(driver.pins.back(), state);
    }
};

TEST_P(StreamPointer, G6_LockedLeadingEdgeIsNullWithoutAFrame) {
    start();
    run([&] {
        running(sink_pin);
        EXPECT_EQ(leading(), nullptr);
        EXPECT_NE(leading(KSSTREAM_POINTER_STATE_UNLOCKED), nullptr);
        EXPECT_EQ(
            KsPinGetTrailingEdgeStreamPointer(driver.pins.back(), KSSTREAM_POINTER_STATE_UNLOCKED),
            nullptr);
    });
}

TEST_P(StreamPointer, G2_AWriteTellsHowManyBytesWent) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 64);
        PKSSTREAM_POINTER const pointer = leading();
        ASSERT_NE(pointer, nullptr);
        EXPECT_EQ(pointer->Offset, &pointer->OffsetIn);
        EXPECT_EQ(pointer->OffsetIn.Remaining, 64u);
        EXPECT_EQ(pointer->OffsetIn.Data[5], 5);
        EXPECT_EQ(KsStreamPointerAdvanceOffsets(pointer, 60, 0, FALSE), STATUS_SUCCESS);
        EXPECT_EQ(pointer->OffsetIn.Data[0], 60);
        EXPECT_TRUE(pending(frame));
        EXPECT_EQ(KsStreamPointerAdvanceOffsets(pointer, 4, 0, FALSE), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
        EXPECT_EQ(frame.block->Information, 64u);
        EXPECT_EQ(frame.headers->DataUsed, 64u);
    });
}

TEST_P(StreamPointer, G2_AReadBringsDataAndHeaderBack) {
    start();
    run([&] {
        HANDLE const pin = running(capture_pin);
        Transfer frame = read(pin, 32);
        PKSSTREAM_POINTER const pointer = leading();
        ASSERT_NE(pointer, nullptr);
        EXPECT_EQ(pointer->Offset, &pointer->OffsetOut);
        std::memset(pointer->OffsetOut.Data, 7, 20);
        pointer->StreamHeader->PresentationTime.Time = 1234;
        pointer->StreamHeader->OptionsFlags = KSSTREAM_HEADER_OPTIONSF_TIMEVALID;
        KsStreamPointerAdvanceOffsetsAndUnlock(pointer, 0, 20, TRUE);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
        EXPECT_EQ(frame.block->Information, sizeof(KSSTREAM_HEADER));
        EXPECT_EQ(frame.headers->DataUsed, 20u);
        EXPECT_EQ(frame.headers->PresentationTime.Time, 1234);
        EXPECT_EQ(frame.headers->OptionsFlags, ULONG(KSSTREAM_HEADER_OPTIONSF_TIMEVALID));
        EXPECT_EQ(frame.data(), reinterpret_cast<std::byte *>(frame.headers + 1));
        EXPECT_EQ(frame.data()[19], std::byte(7));
        EXPECT_EQ(frame.data()[20], std::byte(0));
    });
}

TEST_P(StreamPointer, G9_AnIrpOfManyFramesEndsWithTheLast) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frames = write(pin, 16, 3);
        for (UCHAR i = 0; i < 3; ++i) {
            PKSSTREAM_POINTER const pointer = leading();
            ASSERT_NE(pointer, nullptr);
            EXPECT_EQ(pointer->OffsetIn.Data[0], 16 * i);
            BOOLEAN first, last;
            EXPECT_NE(KsStreamPointerGetIrp(pointer, &first, &last), nullptr);
            EXPECT_EQ(first, i == 0);
            EXPECT_EQ(last, i == 2);
            EXPECT_TRUE(pending(frames));
            KsStreamPointerUnlock(pointer, TRUE);
        }
        EXPECT_EQ(wait(frames), STATUS_SUCCESS);
        EXPECT_EQ(frames.block->Information, 48u);
    });
}

TEST_P(StreamPointer, G7_AnUnlockedFrameCanBeCancelled) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer first = write(pin, 16), second = write(pin, 8);
        EXPECT_EQ(io::user::cancel(pin, first.block), STATUS_SUCCESS);
        EXPECT_EQ(wait(first), STATUS_CANCELLED);
        // G5: the leading edge went on to the newer frame by itself.
        PKSSTREAM_POINTER const pointer = leading();
        ASSERT_NE(pointer, nullptr);
        EXPECT_EQ(pointer->OffsetIn.Count, 8u);
        KsStreamPointerUnlock(pointer, TRUE);
        EXPECT_EQ(wait(second), STATUS_SUCCESS);
    });
}

TEST_P(StreamPointer, G7_ALockedFrameCannotBeCancelledUntilUnlocked) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER const pointer = leading();
        ASSERT_NE(pointer, nullptr);
        io::user::cancel(pin, frame.block);
        EXPECT_TRUE(pending(frame));
        EXPECT_EQ(pointer->OffsetIn.Data[1], 1);
        KsStreamPointerUnlock(pointer, FALSE);
        EXPECT_EQ(wait(frame), STATUS_CANCELLED);
        EXPECT_EQ(KsStreamPointerLock(pointer), STATUS_DEVICE_NOT_READY);
    });
}

TEST_P(StreamPointer, G8_ACloneKeepsItsFrameAndHasItsContextBehindIt) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer first = write(pin, 16), second = write(pin, 16);
        PKSSTREAM_POINTER clone[2];
        for (auto &each : clone) {
            PKSSTREAM_POINTER const pointer = leading();
            ASSERT_EQ(KsStreamPointerClone(pointer, nullptr, 24, &each), STATUS_SUCCESS);
            EXPECT_EQ(each->Context, each + 1);
            EXPECT_EQ(each->StreamHeader, pointer->StreamHeader);
            KsStreamPointerUnlock(pointer, TRUE);
        }
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(driver.pins.back()), clone[0]);
        EXPECT_EQ(KsStreamPointerGetNextClone(clone[0]), clone[1]);
        EXPECT_EQ(KsStreamPointerGetNextClone(clone[1]), nullptr);
        EXPECT_TRUE(pending(first));
        // Completion follows the references, not the order of arrival.
        KsStreamPointerDelete(clone[1]);
        EXPECT_EQ(wait(second), STATUS_SUCCESS);
        EXPECT_TRUE(pending(first));
        KsStreamPointerDelete(clone[0]);
        EXPECT_EQ(wait(first), STATUS_SUCCESS);
    });
}

TEST_P(StreamPointer, G10_EnforceFifoHoldsLaterIrpsBack) {
    driver.pin_flags |= KSPIN_FLAG_ENFORCE_FIFO;
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer first = write(pin, 16), second = write(pin, 16);
        PKSSTREAM_POINTER clone;
        PKSSTREAM_POINTER const pointer = leading();
        ASSERT_EQ(KsStreamPointerClone(pointer, nullptr, 0, &clone), STATUS_SUCCESS);
        EXPECT_EQ(KsStreamPointerAdvance(pointer), STATUS_SUCCESS);
        KsStreamPointerUnlock(pointer, TRUE);
        EXPECT_TRUE(pending(second));
        KsStreamPointerDelete(clone);
        EXPECT_EQ(wait(first), STATUS_SUCCESS);
        EXPECT_EQ(wait(second), STATUS_SUCCESS);
    });
}

TEST_P(StreamPointer, G11_ATrailingEdgeKeepsAWindow) {
    driver.pin_flags |= KSPIN_FLAG_DISTINCT_TRAILING_EDGE;
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer first = write(pin, 16), second = write(pin, 16);
        PKSSTREAM_POINTER const front = leading();
        EXPECT_EQ(KsStreamPointerAdvance(front), STATUS_SUCCESS);
        KsStreamPointerUnlock(front, TRUE);
        EXPECT_TRUE(pending(first));
        PKSSTREAM_POINTER const back =
            KsPinGetTrailingEdgeStreamPointer(driver.pins.back(), KSSTREAM_POINTER_STATE_LOCKED);
        ASSERT_NE(back, nullptr);
        EXPECT_EQ(KsStreamPointerAdvance(back), STATUS_SUCCESS);
        EXPECT_EQ(wait(first), STATUS_SUCCESS);
        EXPECT_TRUE(pending(second));
        KsStreamPointerUnlock(back, TRUE);
        EXPECT_EQ(wait(second), STATUS_SUCCESS);
    });
}

PKSSTREAM_POINTER cancelled;
KIRQL cancel_irql;
void NTAPI on_cancel(PKSSTREAM_POINTER pointer) {
    cancelled = pointer;
    cancel_irql = KeGetCurrentIrql();
    KsStreamPointerDelete(pointer);
}
void NTAPI on_cancel_keep(PKSSTREAM_POINTER pointer) {
    cancelled = pointer;
}

TEST_P(StreamPointer, G8_CancelCallbackRunsAtDispatchAndMayDelete) {
    cancelled = nullptr;
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER const pointer = leading(KSSTREAM_POINTER_STATE_UNLOCKED);
        PKSSTREAM_POINTER clone;
        ASSERT_EQ(KsStreamPointerClone(pointer, on_cancel, 0, &clone), STATUS_SUCCESS);
        io::user::cancel(pin, frame.block);
        EXPECT_EQ(cancelled, clone);
        EXPECT_EQ(cancel_irql, DISPATCH_LEVEL);
        EXPECT_EQ(wait(frame), STATUS_CANCELLED);
        EXPECT_EQ(KsPinGetFirstCloneStreamPointer(driver.pins.back()), nullptr);
    });
}

TEST_P(StreamPointer, G8_ACloneThatIsNotDeletedKeepsTheCancelledIrp) {
    cancelled = nullptr;
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER clone;
        ASSERT_EQ(KsStreamPointerClone(leading(KSSTREAM_POINTER_STATE_UNLOCKED), on_cancel_keep, 0,
                                       &clone),
                  STATUS_SUCCESS);
        io::user::cancel(pin, frame.block);
        EXPECT_EQ(cancelled, clone);
        EXPECT_TRUE(pending(frame));
        EXPECT_EQ(KsStreamPointerLock(clone), STATUS_DEVICE_NOT_READY);
        KsStreamPointerDelete(clone);
        EXPECT_EQ(wait(frame), STATUS_CANCELLED);
    });
}

TEST_P(StreamPointer, G8_ACloneWithoutCallbackLosesItsFrame) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER clone;
        ASSERT_EQ(
            KsStreamPointerClone(leading(KSSTREAM_POINTER_STATE_UNLOCKED), nullptr, 0, &clone),
            STATUS_SUCCESS);
        io::user::cancel(pin, frame.block);
        EXPECT_EQ(wait(frame), STATUS_CANCELLED);
        EXPECT_EQ(KsStreamPointerLock(clone), STATUS_DEVICE_NOT_READY);
        KsStreamPointerDelete(clone);
    });
}

int timeouts;
void NTAPI on_timeout(PKSSTREAM_POINTER pointer) {
    ++timeouts;
    KsStreamPointerDelete(pointer);
}

TEST_P(StreamPointer, G13_ATimeoutFiresUnlessCancelledOrDeleted) {
    timeouts = 0;
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER kept, fired, deleted;
        PKSSTREAM_POINTER const pointer = leading();
        for (auto *clone : {&kept, &fired, &deleted}) {
            ASSERT_EQ(KsStreamPointerClone(pointer, nullptr, 0, clone), STATUS_SUCCESS);
            KsStreamPointerScheduleTimeout(*clone, on_timeout, 200'000);
        }
        KsStreamPointerUnlock(pointer, TRUE);
        KsStreamPointerCancelTimeout(kept);
        KsStreamPointerDelete(deleted);
        // A second one replaces the first.
        KsStreamPointerScheduleTimeout(fired, on_timeout, 300'000);
        sleep_ms(100);
        EXPECT_EQ(timeouts, 1);
        EXPECT_TRUE(pending(frame));
        KsStreamPointerDelete(kept);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(StreamPointer, TheStatusCodeIsTheIrps) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        PKSSTREAM_POINTER const pointer = leading();
        EXPECT_EQ(KsStreamPointerSetStatusCode(pointer, STATUS_IO_DEVICE_ERROR), STATUS_SUCCESS);
        KsStreamPointerUnlock(pointer, TRUE);
        EXPECT_EQ(wait(frame), STATUS_IO_DEVICE_ERROR);
    });
}

TEST_P(StreamPointer, AvailableBytesAreCountedFromTheLeadingEdge) {
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frames = write(pin, 16, 3);
        PKSSTREAM_POINTER const pointer = leading();
        KsStreamPointerAdvanceOffsets(pointer, 6, 0, FALSE);
        LONG in = 0, out = 0;
        EXPECT_EQ(KsPinGetAvailableByteCount(driver.pins.back(), &in, &out), STATUS_SUCCESS);
        EXPECT_EQ(in, 42);
        EXPECT_EQ(out, 0);
        KsStreamPointerUnlock(pointer, FALSE);
        EXPECT_TRUE(pending(frames));
    });
}

TEST_P(StreamPointer, F9_StopEndsAllReadsAndKeepsWhatIsFilled) {
    start();
    run([&] {
        HANDLE const pin = running(capture_pin);
        Transfer filled = read(pin, 32), empty = read(pin, 32);
        PKSSTREAM_POINTER const pointer = leading();
        KsStreamPointerAdvanceOffsetsAndUnlock(pointer, 0, 12, FALSE);
        EXPECT_TRUE(pending(filled));
        EXPECT_EQ(set_state(pin, KSSTATE_STOP), STATUS_SUCCESS);
        EXPECT_EQ(wait(filled), STATUS_SUCCESS);
        EXPECT_EQ(filled.headers->DataUsed, 12u);
        EXPECT_EQ(wait(empty), STATUS_CANCELLED);
        EXPECT_EQ(empty.headers->DataUsed, 0u);
        EXPECT_EQ(wait(*std::make_unique<Transfer>(read(pin, 32))), STATUS_INVALID_DEVICE_STATE);
    });
}

TEST_P(StreamPointer, F11_ResetCancelsAndRefusesUntilItEnds) {
    driver.reset = [this](PKSPIN) { ++resets; };
    start();
    run([&] {
        HANDLE const pin = running(sink_pin);
        Transfer frame = write(pin, 16);
        EXPECT_EQ(reset(pin, KSRESET_BEGIN), STATUS_SUCCESS);
        EXPECT_EQ(resets, 1);
        EXPECT_EQ(wait(frame), STATUS_CANCELLED);
        Transfer refused = write(pin, 16);
        EXPECT_EQ(wait(refused), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(set_state(pin, KSSTATE_PAUSE), STATUS_SUCCESS);
        refused = write(pin, 16);
        EXPECT_EQ(wait(refused), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(reset(pin, KSRESET_END), STATUS_SUCCESS);
        Transfer accepted = write(pin, 16);
        EXPECT_TRUE(pending(accepted));
    });
}

INSTANTIATE_TEST_SUITE_P(Time, StreamPointer,
                         testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
