// Two AVStream pins in one pipe: states, and frames that cross without IRPs.
#include "ks/stream/stream_fixture.h"

#include <numeric>

namespace ksbox::ks::test {
namespace {

class Pipe : public StreamTest {
  protected:
    struct Step {
        ULONG pin;
        KSSTATE from, to;
        bool operator==(const Step &) const = default;
    };
    std::vector<Step> steps;
    std::vector<UCHAR> arrived;
    UCHAR next = 0;
    ULONG limit = 0;

    void SetUp() override {
        StreamTest::SetUp();
        driver.set_state = [this](PKSPIN pin, KSSTATE to, KSSTATE from) {
            EXPECT_EQ(pin->ClientState, to);
            steps.push_back({pin->Id, from, to});
            return STATUS_SUCCESS;
        };
        // The source fills frames with counting bytes, the sink notes them.
        driver.process = [this](PKSPIN pin) {
            PKSSTREAM_POINTER const pointer =
                KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
            if (!pointer)
                return STATUS_PENDING;
            if (pin->DataFlow == KSPIN_DATAFLOW_IN) {
                const auto &in = pointer->OffsetIn;
                arrived.insert(arrived.end(), in.Data, in.Data + in.Remaining);
                KsStreamPointerUnlock(pointer, TRUE);
                return STATUS_SUCCESS;
            }
            if (limit == 0) {
                KsStreamPointerUnlock(pointer, FALSE);
                return STATUS_PENDING;
            }
            --limit;
            EXPECT_EQ(pointer->StreamHeader->DataUsed, 0u);
            const ULONG bytes = pointer->OffsetOut.Remaining;
            std::iota(pointer->OffsetOut.Data, pointer->OffsetOut.Data + bytes, next);
            next = static_cast<UCHAR>(next + bytes);
            KsStreamPointerAdvanceOffsetsAndUnlock(pointer, 0, bytes, TRUE);
            return STATUS_SUCCESS;
        };
    }
    bool consecutive() const {
        for (std::size_t i = 0; i < arrived.size(); ++i)
            if (arrived[i] != static_cast<UCHAR>(i))
                return false;
        return true;
    }
};

TEST_P(Pipe, F2_ThePipeGoesAsFarAsBothPinsHaveBeenTold) {
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(other, sink_pin, source);
        EXPECT_EQ(set_state(source, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_TRUE(steps.empty());
        EXPECT_EQ(driver.pins[0]->DeviceState, KSSTATE_RUN);
        EXPECT_EQ(driver.pins[0]->ClientState, KSSTATE_STOP);
        EXPECT_EQ(set_state(sink, KSSTATE_PAUSE), STATUS_SUCCESS);
        const std::vector<Step> expected = {
            {sink_pin, KSSTATE_STOP, KSSTATE_ACQUIRE},
            {source_pin, KSSTATE_STOP, KSSTATE_ACQUIRE},
            {sink_pin, KSSTATE_ACQUIRE, KSSTATE_PAUSE},
            {source_pin, KSSTATE_ACQUIRE, KSSTATE_PAUSE},
        };
        EXPECT_EQ(steps, expected);
        EXPECT_EQ(set_state(source, KSSTATE_STOP), STATUS_SUCCESS);
        EXPECT_EQ(driver.pins[1]->ClientState, KSSTATE_STOP);
        EXPECT_EQ(driver.pins[1]->DeviceState, KSSTATE_PAUSE);
    });
}

TEST_P(Pipe, C8_FramesCrossAndComeBackRound) {
    limit = 100;
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(other, sink_pin, source);
        set_state(sink, KSSTATE_RUN);
        set_state(source, KSSTATE_RUN);
        for (int i = 0; i < 100 && arrived.size() < 6400; ++i)
            sleep_ms(10);
        // Framing asks for 2 frames of 64 bytes at each end: they were reused.
        EXPECT_EQ(arrived.size(), 6400u);
        EXPECT_TRUE(consecutive());
        EXPECT_EQ(set_state(source, KSSTATE_STOP), STATUS_SUCCESS);
        EXPECT_EQ(set_state(sink, KSSTATE_STOP), STATUS_SUCCESS);
        // And again, with frames anew.
        limit = 10;
        arrived.clear();
        next = 0;
        set_state(source, KSSTATE_RUN);
        set_state(sink, KSSTATE_RUN);
        for (int i = 0; i < 100 && arrived.size() < 640; ++i)
            sleep_ms(10);
        EXPECT_EQ(arrived.size(), 640u);
        EXPECT_TRUE(consecutive());
    });
}

TEST_P(Pipe, C8_AnIrpSourceMayPullData) {
    limit = 20;
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const producer = create_pin(filter, capture_pin);
        HANDLE const consumer = create_pin(other, pull_pin, producer);
        EXPECT_EQ(driver.pins[0]->Communication, KSPIN_COMMUNICATION_SINK);
        set_state(consumer, KSSTATE_RUN);
        set_state(producer, KSSTATE_RUN);
        for (int i = 0; i < 100 && arrived.size() < 1280; ++i)
            sleep_ms(10);
        EXPECT_EQ(arrived.size(), 1280u);
        EXPECT_TRUE(consecutive());
    });
}

TEST_P(Pipe, F4_AFailingStepUndoesTheWholeRequest) {
    driver.set_state = [this](PKSPIN pin, KSSTATE to, KSSTATE from) {
        steps.push_back({pin->Id, from, to});
        const bool fails = pin->Id == source_pin && to == KSSTATE_PAUSE && from < to;
        return fails ? STATUS_DEVICE_BUSY : STATUS_SUCCESS;
    };
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(other, sink_pin, source);
        EXPECT_EQ(set_state(sink, KSSTATE_RUN), STATUS_SUCCESS);
        EXPECT_EQ(set_state(source, KSSTATE_RUN), STATUS_DEVICE_BUSY);
        for (PKSPIN pin : driver.pins)
            EXPECT_EQ(pin->ClientState, KSSTATE_STOP);
        EXPECT_EQ(driver.pins[0]->DeviceState, KSSTATE_STOP);
        EXPECT_EQ(driver.pins[1]->DeviceState, KSSTATE_RUN);
    });
}

TEST_P(Pipe, F10_ClosingARunningEndStopsTheOther) {
    limit = 50;
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(other, sink_pin, source);
        set_state(sink, KSSTATE_RUN);
        set_state(source, KSSTATE_RUN);
        EXPECT_EQ(io::user::close(source), STATUS_SUCCESS);
        ASSERT_EQ(driver.pins.size(), 1u);
        EXPECT_EQ(driver.pins[0]->Id, sink_pin);
        EXPECT_EQ(driver.pins[0]->ClientState, KSSTATE_STOP);
        EXPECT_EQ(io::user::close(sink), STATUS_SUCCESS);
    });
}

TEST_P(Pipe, StreamRequestsOnConnectedPinsAreRefused) {
    start();
    run([&] {
        HANDLE const other = open_filter();
        HANDLE const source = create_pin(filter, source_pin);
        HANDLE const sink = create_pin(other, sink_pin, source);
        set_state(sink, KSSTATE_RUN);
        set_state(source, KSSTATE_RUN);
        Transfer into = write(sink, 16), from = read(source, 16);
        EXPECT_EQ(wait(into), STATUS_INVALID_DEVICE_STATE);
        EXPECT_EQ(wait(from), STATUS_INVALID_DEVICE_REQUEST); // an IRP source
    });
}

INSTANTIATE_TEST_SUITE_P(Time, Pipe, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
