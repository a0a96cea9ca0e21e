// Section I13: many instances of one sink factory, mixed by a SUM node.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

#include "drivers/mixer/mixer.h"

namespace ksbox::testing {
namespace {

class Mixing : public InBothModes {
  protected:
    static DataFormat format(std::uint32_t rate_hz = 48'000) {
        return DataFormat::audio({.rate_hz = rate_hz, .channels = 1});
    }
    Pin pin(std::uint32_t id, const DataFormat &of = format()) {
        return filter.connect({.pin_id = id, .format = of});
    }
    static void run(Pin &pin) {
        for (const PinState state : {PinState::acquire, PinState::pause, PinState::run})
            pin.set_state(state);
    }
    Frame frame(const std::vector<std::int16_t> &samples) {
        Frame result{.buffer = Buffer(client, samples.size() * 2)};
        result.used = std::uint32_t(samples.size() * 2);
        std::memcpy(result.buffer.data(), samples.data(), result.used);
        return result;
    }
    static std::vector<std::int16_t> samples(const Frame &frame) {
        std::vector<std::int16_t> result(frame.used / 2);
        std::memcpy(result.data(), frame.buffer.data(), frame.used);
        return result;
    }
    /// One frame into each of so many sinks, and what comes out.
    std::vector<std::int16_t> mix(const std::vector<std::vector<std::int16_t>> &inputs) {
        std::vector<Pin> sinks;
        std::vector<Frame> frames;
        std::vector<Request> writes;
        Pin source = pin(MIXER_SOURCE);
        Frame out = frame(std::vector<std::int16_t>(inputs[0].size()));
        out.used = 0;
        for (const auto &input : inputs) {
            sinks.push_back(pin(MIXER_SINK));
            frames.push_back(frame(input));
        }
        run(source); // one instance of each factory is necessary
        Request read = source.start_read(out);
        for (std::size_t i = 0; i < sinks.size(); ++i) {
            run(sinks[i]);
            writes.push_back(sinks[i].start_write(frames[i]));
        }
        for (std::size_t i = 0; i < sinks.size(); ++i)
            EXPECT_EQ(Pin::finish(frames[i], writes[i]).status, 0);
        EXPECT_EQ(Pin::finish(out, read).status, 0);
        return samples(out);
    }

    TracedBox traced{mode()};
    Client &client = traced.client();
    Driver &driver = traced.load("mixer");
    Filter filter = client.open_filter(driver.filters().at(0).path);
};
KSBOX_IN_BOTH_MODES(Mixing);

TEST_P(Mixing, I13_AllInputsAreMixedEqually) {
    EXPECT_EQ(mix({{1, 2, 3, 4}, {10, 20, 30, 40}, {100, 200, 300, 400}}),
              (std::vector<std::int16_t>{111, 222, 333, 444}));
    // One call had all three, and one output.
    const auto mixed = only(journal(filter), "mix");
    ASSERT_FALSE(mixed.empty());
    EXPECT_EQ(mixed[0].values[0], 3u);
    EXPECT_EQ(mixed[0].values[1], 1u);
}

TEST_P(Mixing, I13_OneInputPassesUnchanged) {
    EXPECT_EQ(mix({{-5, 32'767, -32'768, 0}}), (std::vector<std::int16_t>{-5, 32'767, -32'768, 0}));
}

TEST_P(Mixing, I13_ManyInstancesOfTheSinkFactory) {
    std::vector<std::vector<std::int16_t>> inputs;
    for (std::int16_t i = 1; i <= 40; ++i)
        inputs.push_back({i, std::int16_t(-i)});
    EXPECT_EQ(mix(inputs), (std::vector<std::int16_t>{820, -820}));
    EXPECT_EQ(filter.pin_facts(MIXER_SINK).instances.possible, -1);
}

TEST_P(Mixing, I13_ThereIsOneOutput) {
    const Pin source = pin(MIXER_SOURCE);
    EXPECT_THROW(pin(MIXER_SOURCE), Error);
    EXPECT_EQ(filter.pin_facts(MIXER_SOURCE).instances.possible, 1);
    EXPECT_EQ(filter.pin_facts(MIXER_SOURCE).instances.current, 1);
}

TEST_P(Mixing, I13_NothingIsMixedWhileAnInputHasNoFrame) {
    Pin source = pin(MIXER_SOURCE), first = pin(MIXER_SINK), second = pin(MIXER_SINK);
    for (Pin *each : {&source, &first, &second})
        run(*each);
    Frame out = frame({0, 0}), one = frame({1, 1}), two = frame({2, 2});
    out.used = 0;
    Request read = source.start_read(out), write = first.start_write(one);
    EXPECT_FALSE(read.wait_for(500'000).has_value());
    EXPECT_THAT(only(journal(filter), "mix"), ::testing::IsEmpty());
    Request late = second.start_write(two);
    EXPECT_EQ(Pin::finish(out, read).status, 0);
    EXPECT_EQ(samples(out), (std::vector<std::int16_t>{3, 3}));
    EXPECT_EQ(Pin::finish(one, write).status, 0);
    EXPECT_EQ(Pin::finish(two, late).status, 0);
}

TEST_P(Mixing, I13_AllInputsAndTheOutputHaveOneFormat) {
    Pin first = pin(MIXER_SINK, format(44'100));
    EXPECT_THROW(pin(MIXER_SINK, format(48'000)), Error);
    EXPECT_THROW(pin(MIXER_SOURCE, format(48'000)), Error);
    const Pin second = pin(MIXER_SINK, format(44'100));
    const Pin out = pin(MIXER_SOURCE, format(44'100));
    EXPECT_EQ(filter.pin_facts(MIXER_SINK).instances.current, 2); // those refused are gone
}

TEST_P(Mixing, I13_TheTopologyHasASumNodeBetweenThem) {
    const FilterFacts facts = filter.facts();
    ASSERT_EQ(facts.nodes.size(), 1u);
    EXPECT_EQ(facts.nodes[0].type, guid_of(KSNODETYPE_SUM));
    ASSERT_EQ(facts.connections.size(), 2u);
    EXPECT_EQ(facts.connections[0].from_node, -1);
    EXPECT_EQ(facts.connections[0].from_pin, std::uint32_t(MIXER_SINK));
    EXPECT_EQ(facts.connections[0].to_node, MIXER_SUM_NODE);
    EXPECT_EQ(facts.connections[1].from_node, MIXER_SUM_NODE);
    EXPECT_EQ(facts.connections[1].to_node, -1);
    EXPECT_EQ(facts.connections[1].to_pin, std::uint32_t(MIXER_SOURCE));
}

TEST_P(Mixing, I13_ASumNodeNeedsNoProperties) {
    const Answer sets =
        send(client, filter.handle(), IOCTL_KS_PROPERTY,
             node_identifier({}, 0, KSPROPERTY_TYPE_SETSUPPORT, MIXER_SUM_NODE), room(100));
    EXPECT_EQ(sets.status, success);
    EXPECT_EQ(sets.information, 0u);
    EXPECT_EQ(
        send(client, filter.handle(), IOCTL_KS_PROPERTY,
             node_identifier(guid_of(KSPROPSETID_Audio), 4, KSPROPERTY_TYPE_GET, MIXER_SUM_NODE),
             room(4))
            .status,
        propset_not_found);
}

} // namespace
} // namespace ksbox::testing
