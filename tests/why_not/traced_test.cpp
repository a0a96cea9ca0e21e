// What the trace says of pins, from their creation to their end.
#include "support/status.h"
#include "why_not/refusing.h"

namespace ksbox::testing {
namespace {

class Traced : public Refusing {
  protected:
    /// The status of the only event of that kind with these fields since the last mark.
    std::int64_t status_of(std::string_view kind,
                           std::initializer_list<std::pair<const char *, std::string>> fields) {
        const Events events = matching(traced.events(), kind, fields);
        EXPECT_EQ(events.size(), 1u) << kind;
        return events.size() == 1 ? events[0].at("status").get<std::int64_t>() : -1;
    }
    void connect(Handle sink) {
        PinRequest request = request_of(REFUSING_SOURCE);
        request.pin_to_handle = sink;
        create(filter, request);
    }
};
KSBOX_IN_BOTH_MODES(Traced);

TEST_P(Traced, ACreateAndAClose) {
    {
        const Pin one = pin(filter, REFUSING_NO_HANDLER);
        EXPECT_EQ(status_of("ks.pin.create", {{"pin", "refusing/1/3.1"}}), 0);
        const Events formats = matching(traced.events(), "ks.format", {{"pin", "refusing/1/3.1"}});
        ASSERT_EQ(formats.size(), 1u);
        EXPECT_NE(std::string(formats[0]["format"]).find("PCM"), std::string::npos);
    }
    EXPECT_EQ(count(traced.events(), "ks.pin.close", {{"pin", "refusing/1/3.1"}}), 1u);
}

TEST_P(Traced, ACreateThatIsRefused) {
    // Before there is a pin, and by the driver.
    create(REFUSING_NO_RANGES);
    EXPECT_EQ(std::uint32_t(status_of("ks.pin.create", {{"pin", "refusing/1/2"}})), no_match);
    traced.mark();
    answer(filter, "create", unsuccessful, 1);
    create(REFUSING_NO_HANDLER);
    EXPECT_EQ(std::uint32_t(status_of("ks.pin.create", {{"pin", "refusing/1/3.1"}})), unsuccessful);
    EXPECT_EQ(count(traced.events(), "ks.pin.close"), 0u);
}

TEST_P(Traced, AConnection) {
    const Pin sink = pin(filter, REFUSING_PLAIN);
    answer(filter, "connect", unsuccessful, 1);
    connect(sink.handle());
    EXPECT_EQ(std::uint32_t(status_of("ks.connect", {{"sink", "refusing/1/0.1"}})), unsuccessful);
    EXPECT_EQ(std::uint32_t(status_of("ks.pin.create", {{"pin", "refusing/1/6.2"}})), unsuccessful);
    traced.mark();
    {
        const Pin source = pin(filter, REFUSING_SOURCE, sink.handle());
        EXPECT_EQ(
            status_of("ks.connect", {{"source", "refusing/1/6.3"}, {"sink", "refusing/1/0.1"}}), 0);
        EXPECT_EQ(status_of("ks.pin.create", {{"pin", "refusing/1/6.3"}}), 0);
        EXPECT_EQ(count(traced.events(), "ks.disconnect"), 0u);
    }
    EXPECT_EQ(count(traced.events(), "ks.disconnect",
                    {{"source", "refusing/1/6.3"}, {"sink", "refusing/1/0.1"}}),
              1u);
}

TEST_P(Traced, ARequestForAState) {
    Pin one = pin(filter, REFUSING_NO_HANDLER);
    one.set_state(PinState::pause);
    EXPECT_EQ(status_of("ks.state.request", {{"from", "stop"}, {"to", "pause"}}), 0);
    traced.mark();
    answer(filter, "set state", unsuccessful, 1);
    EXPECT_NE(reason_of([&] { one.set_state(PinState::run); }), "");
    EXPECT_EQ(std::uint32_t(status_of("ks.state.request", {{"from", "pause"}, {"to", "run"}})),
              unsuccessful);
}

TEST_P(Traced, AFrameThatIsCancelled) {
    Pin one = pin(filter, REFUSING_PLAIN);
    one.set_state(PinState::pause);
    Frame frame{.buffer = Buffer(client, 64), .used = 64};
    Request request = one.start_write(frame);
    const auto expect_one = [&](const char *what) {
        const Events frames = matching(traced.events(), "ks.frame", {{"what", what}});
        ASSERT_EQ(frames.size(), 1u) << what;
        EXPECT_EQ(frames[0].value("bytes", 0), 64);
        EXPECT_EQ(frames[0].value("pin", ""), "refusing/1/0.1");
    };
    expect_one("enter");
    EXPECT_EQ(count(traced.events(), "ks.frame", {{"what", "leave"}}), 0u);
    request.cancel();
    EXPECT_EQ(std::uint32_t(request.wait().status), status::cancelled);
    expect_one("leave");
}

} // namespace
} // namespace ksbox::testing
