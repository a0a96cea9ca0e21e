// Many clients at once: eight threads that stream, wait, cancel and close, while further clients
// come and die in the middle of it. Nothing is lost, nothing hangs, nothing stays.
#include "stress/stress_box.h"

#include <memory>
#include <random>

#include "ksbox/ks.h"
#include "stress/doomed.h"
#include "support/raw_connect.h"

namespace ksbox::stress {
namespace {

using namespace ksbox::testing;

constexpr PinState all_states[] = {PinState::stop, PinState::acquire, PinState::pause,
                                   PinState::run};
KSBOX_IN_BOTH_MODES(Stress);

TEST_P(Stress, EightThreadsLeaveNothingBehind) {
    constexpr unsigned clients = 4, threads = 2;
    Holdings before;
    Worker::Done done;
    // The second time every cache is as full as it gets.
    for (unsigned round = 0; round < 2; ++round) {
        std::vector<Client *> all;
        std::vector<std::unique_ptr<Worker>> workers;
        std::vector<Client::Thread> running;
        before = holdings_of(box);
        const auto until = more(6);
        for (unsigned i = 0; i < clients; ++i)
            all.push_back(&box.client("client" + std::to_string(i)));
        for (unsigned i = 0; i < clients * threads; ++i) {
            Client &client = *all[i / threads];
            workers.push_back(
                std::make_unique<Worker>(client, kinds, gain, test_seed() * 100 + round * 10 + i));
            running.push_back(
                client.spawn("worker" + std::to_string(i),
                             [worker = workers.back().get(), until] { worker->work(until); }));
        }
        for (Client::Thread &thread : running)
            thread.join();
        running.clear();
        for (const auto &worker : workers) {
            done.streams += worker->done().streams;
            done.pins += worker->done().pins;
            done.cancels += worker->done().cancels;
            done.states += worker->done().states;
            done.transfers += worker->done().transfers;
        }
        workers.clear();
        for (Client *client : all)
            box.destroy(*client);
        box.run_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(holdings_of(box), before) << newest_blocks(box, 10);
    EXPECT_GE(done.streams, 1u);
    EXPECT_GE(done.pins, 1u);
    EXPECT_GE(done.transfers, 1u);
    expect_clean_unload();
    std::printf("%zu streams, %zu other pins, %zu states, %zu transfers, %zu cancelled\n",
                done.streams, done.pins, done.states, done.transfers, done.cancels);
}

void step_to(Client &client, Handle pin, PinState last) {
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run})
        if (state <= last)
            set_state(client, pin, state);
}

TEST_P(Stress, ClientsThatDieInAnyStateLeaveNothingBehind) {
    Holdings before;
    for (unsigned round = 0; round < 2; ++round) { // the first fills the caches
        before = holdings_of(box);
        for (const FilterKind &kind : kinds)
            for (const PinKind &pin_kind : kind.pins)
                for (PinState last : all_states)
                    for (unsigned requests : {0u, 3u}) {
                        Client &client = box.client("doomed");
                        Doomed doomed(client, kind);
                        // The filter's other pins too: it may need them to do anything.
                        Handle pin = 0;
                        for (const PinKind &each : kind.pins) {
                            const Handle made = doomed.pin(each);
                            ASSERT_NE(made, 0u);
                            pin = &each == &pin_kind ? made : pin;
                        }
                        step_to(client, pin, last);
                        for (unsigned i = 0; i < requests; ++i)
                            doomed.start(pin, pin_kind.data_flow == DataFlow::in);
                        box.destroy(client);
                    }
        box.run_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(holdings_of(box), before) << newest_blocks(box, 10);
    expect_clean_unload();
}

TEST_P(Stress, ConnectedClientsThatDieInAnyStateLeaveNothingBehind) {
    const FilterKind *kind = nullptr;
    for (const FilterKind &one : kinds)
        if (one.path == gain)
            kind = &one;
    ASSERT_NE(kind, nullptr);
    const PinKind &sink = kind->pins[0], &source = kind->pins[1];
    Holdings before;
    for (unsigned round = 0; round < 2; ++round) {
        before = holdings_of(box);
        // Of the source and of the sink behind it, each in every state, with frames under way.
        for (PinState first : all_states)
            for (PinState second : all_states) {
                Client &client = box.client("doomed");
                Doomed one(client, *kind), other(client, *kind);
                const Handle in = one.pin(sink), out = one.pin(source);
                const Handle next = other.pin(sink, out), last = other.pin(source);
                ASSERT_TRUE(in && out && next && last);
                for (Handle pin : {last, next})
                    step_to(client, pin, second);
                for (Handle pin : {out, in})
                    step_to(client, pin, first);
                for (unsigned i = 0; i < 3; ++i) {
                    one.start(in, true);
                    other.start(last, false);
                }
                box.destroy(client);
            }
        box.run_for(std::chrono::milliseconds(50));
    }
    EXPECT_EQ(holdings_of(box), before) << newest_blocks(box, 10);
    expect_clean_unload();
}

// Two threads, each connecting its filter's source to a sink of the other's filter, streaming or
// not, over and over: neither waits for the other for ever.
TEST_P(Stress, CrosswiseConnectionsNeverDeadlock) {
    const FilterKind *kind = nullptr;
    for (const FilterKind &one : kinds)
        if (one.path == gain)
            kind = &one;
    Client &client = box.client("crosswise");
    const DataFormat stereo = DataFormat::audio({});
    unsigned connected[2] = {};
    {
        Filter filters[] = {client.open_filter(kind->path), client.open_filter(kind->path)};
        std::vector<Client::Thread> threads;
        for (unsigned side : {0u, 1u})
            threads.push_back(
                client.spawn("side" + std::to_string(side), [&, side, until = more(60)] {
                    CoInitializeEx(nullptr, COINIT_MULTITHREADED);
                    std::mt19937 random(std::uint32_t(test_seed() * 2 + side));
                    while (until()) {
                        try {
                            Pin source = filters[side].connect({.pin_id = 1, .format = stereo});
                            Pin sink = filters[1 - side].connect(
                                {.pin_id = 0, .format = stereo, .pin_to_handle = source.handle()});
                            ++connected[side];
                            Pin *pins[] = {&source, &sink};
                            if (random() % 2)
                                std::swap(pins[0], pins[1]);
                            for (unsigned i = random() % 4; i > 0; --i)
                                pins[random() % 2]->set_state(PinState(random() % 4));
                            pins[0]->close();
                        } catch (const BoxStopped &) {
                            throw;
                        } catch (const Error &) {
                            // A state that the peer's forbids.
                        }
                    }
                }));
        for (Client::Thread &thread : threads)
            thread.join();
    }
    EXPECT_GE(connected[0], 1u);
    EXPECT_GE(connected[1], 1u);
    box.destroy(client);
    expect_clean_unload();
    std::printf("%u and %u connections\n", connected[0], connected[1]);
}

} // namespace
} // namespace ksbox::stress
