// G19: the mutexes of device, filter and processing, and what a driver must not do with them.
#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t verifier_violation = 0xC4;
constexpr std::uint64_t millisecond = 10'000; // in 100 ns
const DATA_STEP take = step(DATA_GET_EDGE, DATA_LEADING_EDGE, 1),
                give_back = step(DATA_UNLOCK, DATA_LEADING_EDGE, 1);

class Mutexes : public DataFilter {
  protected:
    static DATA_STEP acquire(DATA_MUTEX mutex) { return step(DATA_ACQUIRE, mutex); }
    static DATA_STEP release(DATA_MUTEX mutex) { return step(DATA_RELEASE, mutex); }
    /// The steps stop the box with that violation of the verifier.
    void expect_violation(std::initializer_list<DATA_STEP> steps, const std::string &rule) {
        DataPin pin = open(DATA_IN_PROCESSED);
        try {
            pin.execute(steps);
            ADD_FAILURE() << "the box goes on";
        } catch (const BoxStopped &stop) {
            EXPECT_EQ(stop.code(), verifier_violation);
            EXPECT_NE(stop.report().find(rule), std::string::npos) << stop.report();
        }
    }
};
KSBOX_IN_BOTH_MODES(Mutexes);

TEST_P(Mutexes, G19_TheyMayBeHeldInTheOrderDeviceFilterProcessing) {
    DataPin pin = open(DATA_IN_PROCESSED);
    for (int i = 0; i < 2; ++i)
        pin.execute({acquire(DATA_DEVICE_MUTEX), acquire(DATA_CONTROL_MUTEX),
                     acquire(DATA_PROCESSING_MUTEX), release(DATA_PROCESSING_MUTEX),
                     release(DATA_CONTROL_MUTEX), release(DATA_DEVICE_MUTEX)});
    // One after the other there is no order.
    pin.execute({acquire(DATA_PROCESSING_MUTEX), release(DATA_PROCESSING_MUTEX),
                 acquire(DATA_CONTROL_MUTEX), release(DATA_CONTROL_MUTEX)});
    EXPECT_FALSE(traced.box().stopped());
}

TEST_P(Mutexes, G19_TheProcessingMutexIsNotRecursive) {
    expect_violation({acquire(DATA_PROCESSING_MUTEX), acquire(DATA_PROCESSING_MUTEX)}, "8100b");
}

TEST_P(Mutexes, G19_TheControlMutexIsNotRecursive) {
    expect_violation({acquire(DATA_CONTROL_MUTEX), acquire(DATA_CONTROL_MUTEX)}, "8100a");
}

TEST_P(Mutexes, G19_TheDeviceMutexIsNotRecursive) {
    expect_violation({acquire(DATA_DEVICE_MUTEX), acquire(DATA_DEVICE_MUTEX)}, "81001");
}

TEST_P(Mutexes, G19_OnlyItsOwnerReleasesTheProcessingMutex) {
    expect_violation({release(DATA_PROCESSING_MUTEX)}, "8100b");
}

TEST_P(Mutexes, G19_OnlyItsOwnerReleasesTheControlMutex) {
    expect_violation({release(DATA_CONTROL_MUTEX)}, "8100a");
}

TEST_P(Mutexes, G19_OnlyItsOwnerReleasesTheDeviceMutex) {
    expect_violation({release(DATA_DEVICE_MUTEX)}, "81001");
}

TEST_P(Mutexes, G19_TheControlMutexIsNotTakenUnderTheProcessingMutex) {
    expect_violation({acquire(DATA_PROCESSING_MUTEX), acquire(DATA_CONTROL_MUTEX)}, "8100b");
}

TEST_P(Mutexes, G19_TheProcessingMutexIsNotTakenInProcess) {
    DataPin pin = open(DATA_IN_PROCESSED);
    pin.program({acquire(DATA_PROCESSING_MUTEX), take, give_back, release(DATA_PROCESSING_MUTEX)});
    try {
        Transfer frame = write(pin);
        frame.wait();
        ADD_FAILURE() << "the box goes on";
    } catch (const BoxStopped &stop) {
        EXPECT_EQ(stop.code(), verifier_violation);
        EXPECT_NE(stop.report().find("8100b"), std::string::npos) << stop.report();
    }
}

TEST_P(Mutexes, G19_WhoHoldsTheProcessingMutexKeepsProcessOut) {
    DataPin pin = open(DATA_IN_PROCESSED);
    pin.program({take, give_back});
    Client::Thread holder = client.spawn("holder", [&] {
        pin.execute({acquire(DATA_PROCESSING_MUTEX), step(DATA_SLEEP, 0, 200 * millisecond),
                     release(DATA_PROCESSING_MUTEX)});
    });
    traced.box().run_for(std::chrono::milliseconds(50));
    Transfer frame = write(pin);
    EXPECT_TRUE(frame.pending());
    EXPECT_EQ(times("process"), 0u);
    // What was missed meanwhile is made up for.
    EXPECT_EQ(frame.wait(), status::success);
    EXPECT_EQ(times("process"), 1u);
    holder.join();
}

TEST_P(Mutexes, G19_WhoTakesTheProcessingMutexWaitsForProcess) {
    DataPin pin = open(DATA_IN_PROCESSED);
    pin.program({step(DATA_SLEEP, 0, 200 * millisecond), take, give_back});
    Transfer frame(client, Transfer::write);
    Client::Thread writer = client.spawn("writer", [&] { frame.start(pin.pin); });
    traced.box().run_for(std::chrono::milliseconds(50));
    EXPECT_EQ(times("process"), 1u); // it sleeps
    const std::uint64_t before = traced.box().now_100ns();
    pin.execute({acquire(DATA_PROCESSING_MUTEX), release(DATA_PROCESSING_MUTEX)});
    EXPECT_GE(traced.box().now_100ns() - before, 50 * millisecond);
    EXPECT_EQ(times("step"), 3u); // Process has ended
    writer.join();
    EXPECT_EQ(frame.wait(), status::success);
}

} // namespace
} // namespace ksbox::testing
