// C12: frames that a driver injects into a circuit and gets back.
#include <optional>

#include "conformance/data_filter.h"

namespace ksbox::testing {
namespace {

constexpr std::uint32_t leading = DATA_LEADING_EDGE;
constexpr std::uint32_t time_valid = 0x10;

class Injection : public DataFilter {
  protected:
    /// Injects from DATA_OUT_SOURCE into the other filter's DATA_IN.
    void connect() {
        other.emplace(client.open_filter(path));
        source.emplace(filter.connect({.pin_id = DATA_OUT_SOURCE, .format = stereo}));
        sink.emplace(other->connect(
            {.pin_id = DATA_IN, .format = stereo, .pin_to_handle = source->pin.handle()}));
    }
    void go(std::initializer_list<PinState> states) {
        for (PinState state : states) {
            sink->pin.set_state(state);
            source->pin.set_state(state);
        }
    }
    void run() { go({PinState::acquire, PinState::pause, PinState::run}); }
    void stop() { go({PinState::pause, PinState::acquire, PinState::stop}); }
    void register_return() { source->execute(step(DATA_REGISTER_RETURN, 0, 1)); }
    std::uint32_t submit(std::uint32_t bytes, std::uint32_t context, std::uint32_t flags = 0) {
        return source->status(step(DATA_SUBMIT, 0, bytes, context, flags));
    }
    std::vector<JournalEntry> returned() { return only(journal(filter), "returned"); }

    std::optional<Filter> other;
    std::optional<DataPin> source, sink;
};
KSBOX_IN_BOTH_MODES(Injection);

TEST_P(Injection, C12_AFrameGoesRoundAndComesBack) {
    connect();
    register_return();
    run();
    ASSERT_EQ(submit(24, 7), status::success);
    ASSERT_EQ(sink->get_edge(leading), status::success);
    EXPECT_EQ(sink->look(leading).count, 24u);
    EXPECT_EQ(sink->look(leading).first_bytes, counting_from(7));
    EXPECT_EQ(sink->execute(step(DATA_HEADER, leading)).Values[3], 0u);
    EXPECT_EQ(returned().size(), 0u);
    sink->unlock(leading, true);
    const std::vector<JournalEntry> back = returned();
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].values[0], 7u);
    EXPECT_EQ(back[0].values[1], 24u);
    EXPECT_EQ(back[0].values[2], status::success);
}

TEST_P(Injection, C12_FramesKeepTheirOrder) {
    connect();
    register_return();
    run();
    for (std::uint32_t i = 1; i <= 3; ++i)
        ASSERT_EQ(submit(8 * i, i), status::success);
    for (std::uint32_t i = 1; i <= 3; ++i) {
        ASSERT_EQ(sink->get_edge(leading), status::success);
        EXPECT_EQ(sink->look(leading).count, 8 * i);
        sink->unlock(leading, true);
    }
    const std::vector<JournalEntry> back = returned();
    ASSERT_EQ(back.size(), 3u);
    for (std::uint32_t i = 1; i <= 3; ++i)
        EXPECT_EQ(back[i - 1].values[0], i);
}

TEST_P(Injection, C12_AGivenHeaderIsCopied) {
    connect();
    register_return();
    run();
    ASSERT_EQ(submit(24, 7, DATA_SUBMIT_HEADER), status::success); // on the driver's stack
    ASSERT_EQ(sink->get_edge(leading), status::success);
    const DATA_RESULT header = sink->execute(step(DATA_HEADER, leading));
    EXPECT_EQ(header.Values[1], 24u);
    EXPECT_EQ(header.Values[2], 24u);
    EXPECT_EQ(header.Values[3], time_valid);
    EXPECT_EQ(header.Values[4], 1234u);
    sink->unlock(leading, true);
}

TEST_P(Injection, C12_AnMdlMayBeSubmittedInstead) {
    connect();
    register_return();
    run();
    ASSERT_EQ(submit(32, 9, DATA_SUBMIT_MDL), status::success);
    ASSERT_EQ(sink->get_edge(leading), status::success);
    EXPECT_EQ(sink->look(leading).count, 32u);
    EXPECT_EQ(sink->look(leading).first_bytes, counting_from(9));
    sink->unlock(leading, true);
    const std::vector<JournalEntry> back = only(journal(filter), "returned mdl");
    ASSERT_EQ(back.size(), 1u);
    EXPECT_EQ(back[0].values[0], 9u);
    EXPECT_EQ(returned().size(), 0u);
}

TEST_P(Injection, C12_AnEmptyFrameIsAFrame) {
    connect();
    register_return();
    run();
    ASSERT_EQ(submit(0, 3, DATA_SUBMIT_HEADER), status::success);
    ASSERT_EQ(sink->get_edge(leading), status::success);
    EXPECT_EQ(sink->look(leading).count, 0u);
    sink->unlock(leading, true);
    ASSERT_EQ(returned().size(), 1u);
    EXPECT_EQ(returned()[0].values[1], 0u);
}

TEST_P(Injection, C12_AnInjectingPinGetsNoFrames) {
    connect();
    register_return();
    run();
    EXPECT_EQ(source->get_edge(leading), status::not_found);
    stop();
    // Without the callback it gets them again, from the next circuit on.
    source->execute(step(DATA_REGISTER_RETURN, 0, 0));
    run();
    EXPECT_EQ(source->get_edge(leading), status::success);
    source->unlock(leading);
    EXPECT_EQ(submit(8, 1), status::invalid_device_request);
}

TEST_P(Injection, C12_TheCallbackIsRegisteredInStopOnly) {
    connect();
    run();
    register_return(); // too late
    EXPECT_EQ(submit(8, 1), status::invalid_device_request);
    EXPECT_EQ(source->get_edge(leading), status::success); // the circuit has frames of its own
    source->unlock(leading);
    stop();
    register_return();
    run();
    EXPECT_EQ(submit(8, 1), status::success);
    ASSERT_EQ(sink->get_edge(leading), status::success);
    sink->unlock(leading, true);
    EXPECT_EQ(returned().size(), 1u);
}

TEST_P(Injection, C12_ThereIsNoCircuitInStop) {
    connect();
    register_return();
    EXPECT_EQ(submit(8, 1), status::invalid_device_state);
    run();
    EXPECT_EQ(submit(8, 2), status::success);
    stop(); // what is on its way comes back
    ASSERT_EQ(returned().size(), 1u);
    EXPECT_EQ(returned()[0].values[0], 2u);
    EXPECT_EQ(returned()[0].values[2], status::cancelled);
    EXPECT_EQ(submit(8, 3), status::invalid_device_state);
}

TEST_P(Injection, C12_WithoutTheCallbackNothingIsSubmitted) {
    connect();
    EXPECT_EQ(submit(8, 1), status::invalid_device_request);
    run();
    EXPECT_EQ(submit(8, 1), status::invalid_device_request);
    EXPECT_EQ(sink->get_edge(leading), status::not_found);
}

TEST_P(Injection, C12_AFrameOfAClosedSinkComesBack) {
    connect();
    register_return();
    run();
    ASSERT_EQ(submit(8, 5), status::success);
    sink.reset();
    ASSERT_EQ(returned().size(), 1u);
    EXPECT_EQ(returned()[0].values[2], status::cancelled);
    EXPECT_EQ(submit(8, 6), status::invalid_device_state);
}

} // namespace
} // namespace ksbox::testing
