// C1b: no thread waits for one filter's control mutex while it holds another's. Threads that do to
// two filters, in opposite order, all that takes such mutexes.
#include <optional>

#include "conformance/states_filter.h"

namespace ksbox::testing {
namespace {

using enum PinState;

class Crosswise : public StatesFilter {
  protected:
    /// On a thread of the client: without COM.
    std::optional<Pin> make(Filter &on, std::uint32_t pin_id, Handle to = 0,
                            std::uint32_t *error = nullptr) {
        try {
            return on.connect(
                {.pin_id = pin_id, .format = stereo, .pin_to_handle = to, .legacy = true});
        } catch (const Error &failed) {
            if (error)
                *error = failed.code();
            return std::nullopt;
        }
    }
    /// One life of a connection from `from` to `to`: created, run for some frames, stopped, closed.
    void live(Filter &from, Filter &to, bool source_first) {
        std::optional<Pin> source, sink;
        if (source_first) {
            source = make(from, STATES_SOURCE);
            sink = make(to, STATES_IN, source->handle());
        } else {
            sink = make(to, STATES_IN);
            source = make(from, STATES_SOURCE, sink->handle());
        }
        ASSERT_TRUE(source && sink);
        for (PinState state : {run, stop, pause, acquire}) {
            EXPECT_EQ(ask_state(source_first ? *source : *sink, state), status::success);
            EXPECT_EQ(ask_state(source_first ? *sink : *source, state), status::success);
        }
        (source_first ? source : sink).reset();
    }
};
KSBOX_IN_BOTH_MODES(Crosswise);

TEST_P(Crosswise, C1b_inferred_ConnectionsBothWaysLiveAndDie) {
    constexpr int lives = 3; // as many as the journal has room for
    answer(filter, "budget", 1);
    std::vector<Client::Thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.push_back(client.spawn("thread", [&, i] {
            Filter &from = i % 2 ? filter : other, &to = i % 2 ? other : filter;
            for (int life = 0; life < lives; ++life)
                live(from, to, (i / 2 + life) % 2);
        }));
    for (Client::Thread &thread : threads)
        thread.join();
    EXPECT_EQ(pairs("connect").size(), std::size_t(4 * lives));
    EXPECT_EQ(pairs("disconnect").size(), std::size_t(4 * lives));
    EXPECT_EQ(pairs("close").size(), std::size_t(2 * 4 * lives));
}

TEST_P(Crosswise, C1b_inferred_BothEndsOfARingChangeStateAtOnce) {
    Pin here = create(STATES_SOURCE), there = create(STATES_SOURCE, other);
    Pin to_there = create(STATES_IN, other, here.handle());
    Pin to_here = create(STATES_IN, filter, there.handle());
    Pin *const pins[] = {&here, &to_there, &there, &to_here};
    std::vector<Client::Thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.push_back(client.spawn("thread", [&, i] {
            for (int round = 0; round < 10; ++round)
                for (PinState state : {run, acquire, pause, stop})
                    EXPECT_EQ(ask_state(*pins[i], state), status::success);
        }));
    for (Client::Thread &thread : threads)
        thread.join();
    for (Pin *pin : pins)
        EXPECT_EQ(pin->state(), stop);
    // Every pin sees an unbroken way from STOP to STOP.
    for (std::uint32_t id : {STATES_SOURCE, STATES_IN}) {
        int ups = 0, downs = 0;
        for (const Step &step : steps())
            if (step.pin_id == id)
                ++(step.to > step.from ? ups : downs);
        EXPECT_EQ(ups, downs) << id;
    }
}

TEST_P(Crosswise, C1b_inferred_ThePeerChangesStateWhileItIsConnected) {
    Pin sink = create(STATES_IN);
    bool over = false;
    Client::Thread restless = client.spawn("restless", [&] {
        for (int i = 0; i < 20; ++i)
            for (PinState state : {acquire, stop})
                EXPECT_EQ(ask_state(sink, state), status::success);
        over = true;
    });
    int connected = 0;
    Client::Thread builder = client.spawn("builder", [&] {
        for (int i = 0; i < 20; ++i) {
            std::uint32_t error = 0;
            const std::optional<Pin> source = make(other, STATES_SOURCE, sink.handle(), &error);
            if (source)
                ++connected;
            else
                EXPECT_EQ(error, 22u); // ERROR_BAD_COMMAND, of STATUS_INVALID_DEVICE_STATE
        }
    });
    restless.join();
    builder.join();
    EXPECT_TRUE(over);
    // Whatever came of it: what has been connected has been disconnected, and the pin works.
    EXPECT_EQ(pairs("connect").size(), pairs("disconnect").size());
    EXPECT_GE(pairs("connect").size(), std::size_t(connected));
    sink.set_state(run);
    Frame frame = numbered(1);
    Request write = sink.start_write(frame);
    EXPECT_EQ(std::uint32_t(Pin::finish(frame, write).status), status::success);
}

TEST_P(Crosswise, C1b_inferred_ThePeersLastHandleGoesWhileTheCreateFails) {
    // The create's own reference is then the last one: the peer closes on its thread, which must
    // not hold a control mutex.
    for (Filter *const on : {&filter, &other})
        for (const char *refused : {"format", "create", "connect"}) {
            SCOPED_TRACE(refused);
            forget_journal(filter);
            std::optional<Pin> source = make(filter, STATES_SOURCE);
            answer(filter, refused, status::device_not_ready, 1);
            answer(filter, "linger", 1);
            Client::Thread builder = client.spawn("builder", [&] {
                std::uint32_t error = 0;
                EXPECT_FALSE(make(*on, STATES_IN, source->handle(), &error));
                EXPECT_EQ(error, 21u); // ERROR_NOT_READY
            });
            traced.box().run_for(std::chrono::milliseconds(50));
            source->close();
            EXPECT_TRUE(pairs("close").empty()); // still referenced
            builder.join();
            answer(filter, "linger", 0);
            ASSERT_TRUE(wait_for("close"));
            EXPECT_EQ(pairs("close").front().first, std::uint64_t(STATES_SOURCE));
        }
}

} // namespace
} // namespace ksbox::testing
