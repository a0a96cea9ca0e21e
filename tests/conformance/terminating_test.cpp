// Section A: the end of a connection: handles, then file objects.
#include "conformance/pins_filter.h"

namespace ksbox::testing {
namespace {

class Terminating : public PinsFilter {
  protected:
    struct Step {
        std::string major;
        std::string file;
        bool operator==(const Step &) const = default;
    };
    /// The cleanups and closes since the mark, with the file object that each is about.
    std::vector<Step> steps() {
        std::vector<Step> result;
        for (const Event &event : matching(traced.events(), "irp.dispatch"))
            if (event["major"] == "IRP_MJ_CLEANUP" || event["major"] == "IRP_MJ_CLOSE")
                result.push_back({std::string(event["major"]), event["file"].dump()});
        return result;
    }
    void TearDown() override {
        source.object.close();
        sink.object.close();
    }

    Created sink = create(PINS_IN_SINK, filter);
    Created source = create(PINS_OUT_SOURCE, other, as_handle(sink.handle));
};
KSBOX_IN_BOTH_MODES(Terminating);

TEST_P(Terminating, A13_TheSourcesHandleIsClosedThenItsFileObjectGoes) {
    ASSERT_EQ(source.error, 0u);
    forget();
    traced.mark();
    source.object.close();
    const std::vector<Step> end = steps();
    ASSERT_EQ(end.size(), 2u);
    EXPECT_EQ(end[0].major, "IRP_MJ_CLEANUP");
    EXPECT_EQ(end[1], (Step{"IRP_MJ_CLOSE", end[0].file}));
    // The sink has heard of it, and is open.
    EXPECT_EQ(calls(PINS_DISCONNECT, PINS_IN_SINK), 1u);
    EXPECT_EQ(calls(PINS_CLOSE, PINS_IN_SINK), 0u);
    EXPECT_EQ(state_of(client, as_handle(sink.handle)), PinState::stop);
}

TEST_P(Terminating, A13_TheSinksFileObjectOutlivesItsHandleWhileTheSourceIsOpen) {
    ASSERT_EQ(source.error, 0u);
    forget();
    traced.mark();
    sink.object.close();
    const std::vector<Step> first = steps();
    ASSERT_EQ(first.size(), 1u); // the handle's end; the source still refers to the file object
    EXPECT_EQ(first[0].major, "IRP_MJ_CLEANUP");
    EXPECT_EQ(calls(PINS_CLOSE, PINS_IN_SINK), 0u);
    source.object.close();
    const std::vector<Step> all = steps();
    ASSERT_EQ(all.size(), 4u);
    EXPECT_EQ(all[1].major, "IRP_MJ_CLEANUP"); // the source's handle
    EXPECT_NE(all[1].file, first[0].file);
    // Both file objects go: the sink's only now.
    std::size_t sink_closes = 0, source_closes = 0;
    for (std::size_t i = 2; i < 4; ++i) {
        EXPECT_EQ(all[i].major, "IRP_MJ_CLOSE");
        sink_closes += all[i].file == first[0].file;
        source_closes += all[i].file == all[1].file;
    }
    EXPECT_EQ(sink_closes, 1u);
    EXPECT_EQ(source_closes, 1u);
    EXPECT_EQ(calls(PINS_CLOSE, PINS_IN_SINK), 1u);
    EXPECT_EQ(calls(PINS_CLOSE, PINS_OUT_SOURCE), 1u);
}

TEST_P(Terminating, A13_TheConnectionEndsBeforeEitherPinIsDestroyed) {
    ASSERT_EQ(source.error, 0u);
    forget();
    sink.object.close();
    source.object.close();
    const std::vector<PinEvent> events = pin_events();
    const auto at = [&](std::string_view what, std::uint32_t pin_id) {
        for (std::size_t i = 0; i < events.size(); ++i)
            if (events[i].what == what && events[i].pin_id == pin_id)
                return i;
        ADD_FAILURE() << what << " never came";
        return events.size();
    };
    EXPECT_LT(at(PINS_DISCONNECT, PINS_IN_SINK), at(PINS_CLOSE, PINS_OUT_SOURCE));
    EXPECT_LT(at(PINS_DISCONNECT, PINS_IN_SINK), at(PINS_CLOSE, PINS_IN_SINK));
}

} // namespace
} // namespace ksbox::testing
