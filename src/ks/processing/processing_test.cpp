// When Process is called, by pins and by filters.
#include "ks/stream/stream_fixture.h"

namespace ksbox::ks::test {
namespace {

class Processing : public StreamTest {
  protected:
    static PKSSTREAM_POINTER leading(PKSPIN pin) {
        return KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
    }
    /// A Process that consumes one frame a call.
    void consume_one() {
        driver.process = [this](PKSPIN pin) {
            ++calls;
            irql = KeGetCurrentIrql();
            if (PKSSTREAM_POINTER const pointer = leading(pin))
                KsStreamPointerUnlock(pointer, TRUE);
            return result;
        };
    }
    int calls = 0;
    KIRQL irql = 0xff;
    NTSTATUS result = STATUS_SUCCESS;
};

TEST_P(Processing, G14_ArrivalInADryQueueCallsProcess) {
    consume_one();
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_EQ(calls, 0);
        Transfer frame = write(pin, 16);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(irql, PASSIVE_LEVEL);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G14_ReachingPauseWithFramesCallsProcessUntilTheyAreGone) {
    consume_one();
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        EXPECT_EQ(set_state(pin, KSSTATE_ACQUIRE), STATUS_SUCCESS);
        Transfer frames = write(pin, 16, 3);
        EXPECT_EQ(calls, 0);
        EXPECT_EQ(set_state(pin, KSSTATE_PAUSE), STATUS_SUCCESS);
        EXPECT_EQ(calls, 3);
        EXPECT_EQ(wait(frames), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G14_RunOnlyPinsWaitForRun) {
    driver.pin_flags = KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY;
    consume_one();
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        EXPECT_EQ(set_state(pin, KSSTATE_PAUSE), STATUS_SUCCESS);
        Transfer frame = write(pin, 16);
        EXPECT_EQ(calls, 0);
        EXPECT_EQ(set_state(pin, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G14_FramesBehindTheLeadingEdgeDoNotTriggerUnlessFlagged) {
    driver.process = [this](PKSPIN) {
        ++calls;
        return STATUS_PENDING;
    };
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        Transfer first = write(pin, 16), second = write(pin, 16);
        EXPECT_EQ(calls, 1);
        EXPECT_TRUE(pending(first));
        EXPECT_TRUE(pending(second));
        KsPinAttemptProcessing(driver.pins.back(), FALSE);
        EXPECT_EQ(calls, 2);
    });
}

TEST_P(Processing, G14_EveryArrivalTriggersWhenFlagged) {
    driver.pin_flags = KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL;
    driver.process = [this](PKSPIN) {
        ++calls;
        return STATUS_PENDING;
    };
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        const Transfer first = write(pin, 16), second = write(pin, 16);
        EXPECT_EQ(calls, 2);
        EXPECT_TRUE(pending(first) && pending(second));
    });
}

TEST_P(Processing, G15_PendingStopsAndAnAttemptResumes) {
    consume_one();
    result = STATUS_PENDING;
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        Transfer frames = write(pin, 16, 2);
        EXPECT_EQ(calls, 1);
        KsPinAttemptProcessing(driver.pins.back(), FALSE);
        EXPECT_EQ(calls, 2);
        EXPECT_EQ(wait(frames), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G15_SuccessWithoutProgressIsFoundNotWaitedFor) {
    driver.process = [](PKSPIN) { return STATUS_SUCCESS; };
    start();
    const bool stopped = !try_run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        write(pin, 16);
    });
    EXPECT_TRUE(stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, ke::bug_check_timeout);
}

TEST_P(Processing, G17_AClosedGateKeepsProcessFromBeingCalled) {
    consume_one();
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        PKSGATE const gate = KsPinGetAndGate(driver.pins.back());
        ASSERT_NE(gate, nullptr);
        EXPECT_EQ(gate->Count, -1); // off: the state, no frames
        KsGateAddOffInputToAnd(gate);
        set_state(pin, KSSTATE_RUN);
        Transfer frame = write(pin, 16);
        EXPECT_EQ(gate->Count, 0);
        EXPECT_EQ(calls, 0);
        KsGateTurnInputOn(gate);
        KsPinAttemptProcessing(driver.pins.back(), FALSE);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G18_AboveItsIrqlProcessIsCalledByAWorkItem) {
    consume_one();
    driver.pin_flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        Transfer frame = write(pin, 16);
        EXPECT_EQ(calls, 0);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        KsPinAttemptProcessing(driver.pins.back(), FALSE);
        KeLowerIrql(old);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(irql, PASSIVE_LEVEL);
    });
}

TEST_P(Processing, G18_DispatchLevelProcessingHappensAtTheCallersIrql) {
    consume_one();
    driver.pin_flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING | KSPIN_FLAG_DISPATCH_LEVEL_PROCESSING;
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        Transfer frame = write(pin, 16);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        KsPinAttemptProcessing(driver.pins.back(), FALSE);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(irql, DISPATCH_LEVEL);
        KeLowerIrql(old);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, TheProcessingMutexKeepsProcessOut) {
    consume_one();
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        set_state(pin, KSSTATE_RUN);
        KsPinAcquireProcessingMutex(driver.pins.back());
        Transfer frame = write(pin, 16);
        EXPECT_EQ(calls, 0);
        KsPinReleaseProcessingMutex(driver.pins.back());
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G16_AFilterProcessesWhenBothPinsHaveFrames) {
    driver.filter_centric = true;
    driver.filter_process = [this](PKSFILTER, PKSPROCESSPIN_INDEXENTRY index) {
        ++calls;
        EXPECT_EQ(index[sink_pin].Count, 1u);
        EXPECT_EQ(index[capture_pin].Count, 1u);
        EXPECT_EQ(index[source_pin].Count, 0u);
        PKSPROCESSPIN const in = index[sink_pin].Pins[0], out = index[capture_pin].Pins[0];
        EXPECT_EQ(in->Pin, driver.pins[0]);
        EXPECT_EQ(in->BytesAvailable, 16u);
        EXPECT_EQ(in->InPlaceCounterpart, nullptr);
        std::memcpy(out->Data, in->Data, 16);
        in->BytesUsed = out->BytesUsed = 16;
        out->Terminate = TRUE;
        return STATUS_SUCCESS;
    };
    start();
    run([&] {
        HANDLE const in = create_pin(filter, sink_pin), out = create_pin(filter, capture_pin);
        set_state(in, KSSTATE_RUN);
        set_state(out, KSSTATE_RUN);
        Transfer source = write(in, 16, 2);
        EXPECT_EQ(calls, 0);
        Transfer first = read(out, 64);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(wait(first), STATUS_SUCCESS);
        EXPECT_EQ(first.headers->DataUsed, 16u);
        EXPECT_EQ(first.data()[15], std::byte(15));
        EXPECT_TRUE(pending(source));
        Transfer second = read(out, 64);
        EXPECT_EQ(calls, 2);
        EXPECT_EQ(wait(second), STATUS_SUCCESS);
        EXPECT_EQ(second.data()[0], std::byte(16));
        EXPECT_EQ(wait(source), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G16_PinsInStopDoNotHoldTheFilterBackOnceNecessaryInstancesRun) {
    driver.filter_centric = true;
    driver.filter_process = [this](PKSFILTER, PKSPROCESSPIN_INDEXENTRY index) {
        ++calls;
        index[sink_pin].Pins[0]->Terminate = TRUE;
        return STATUS_SUCCESS;
    };
    start();
    run([&] {
        HANDLE const in = create_pin(filter, sink_pin);
        create_pin(filter, capture_pin);
        set_state(in, KSSTATE_RUN);
        Transfer frame = write(in, 16);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(wait(frame), STATUS_SUCCESS);
    });
}

TEST_P(Processing, G4_AnEmptySampleGoesPastTheFilterWithItsFlags) {
    driver.filter_centric = true;
    driver.filter_process = [this](PKSFILTER, PKSPROCESSPIN_INDEXENTRY) {
        ++calls;
        return STATUS_PENDING;
    };
    start();
    run([&] {
        HANDLE const in = create_pin(filter, sink_pin), out = create_pin(filter, capture_pin);
        set_state(in, KSSTATE_RUN);
        set_state(out, KSSTATE_RUN);
        Transfer target = read(out, 16);
        Transfer end = write(in, 0, 1, KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM);
        EXPECT_EQ(wait(end), STATUS_SUCCESS);
        EXPECT_EQ(wait(target), STATUS_SUCCESS);
        EXPECT_EQ(target.headers->DataUsed, 0u);
        EXPECT_EQ(target.headers->OptionsFlags, ULONG(KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM));
        EXPECT_EQ(calls, 0);
    });
}

INSTANTIATE_TEST_SUITE_P(Time, Processing, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
