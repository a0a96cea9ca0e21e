// Box::graph() of running drivers: what is open, what is connected to what, and that nobody is
// disturbed by the question.
#include "ksbox/graph.h"

#include <gmock/gmock.h>

#include "ksbox/cyclic_buffer.h"
#include "streaming.h"

namespace ksbox::samples {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const DataFormat stereo = DataFormat::audio({});

class Graph : public testing::Test {
  protected:
    Filter open(const std::string &name, Client &by) {
        return by.open_filter(box.load(driver_file(name)).filters().at(0).path);
    }
    static std::vector<std::string> names(const std::vector<OpenPin> &pins) {
        std::vector<std::string> names;
        for (const OpenPin &pin : pins)
            names.push_back(pin.name);
        return names;
    }
    static const GraphFilter &filter(const GraphFacts &graph, const std::string &name) {
        for (const GraphFilter &one : graph.filters)
            if (one.interface.name == name)
                return one;
        throw Error(0, "no filter " + name);
    }

    Box box;
    Client &client = box.client("test");
};

// tone feeds gain, gain feeds meter: no client between them.
class ThreeDrivers : public Graph {
  protected:
    void connect() {
        level.emplace(meter.connect({.pin_id = 0, .format = stereo}));
        loud.emplace(
            gain.connect({.pin_id = 1, .format = stereo, .pin_to_handle = level->handle()}));
        quiet.emplace(gain.connect({.pin_id = 0, .format = stereo}));
        sine.emplace(
            tone.connect({.pin_id = 0, .format = stereo, .pin_to_handle = quiet->handle()}));
    }
    void set_states(PinState state) {
        for (auto *pin : {&level, &loud, &quiet, &sine})
            (*pin)->set_state(state);
    }

    Filter tone = open("tone", client), gain = open("gain", client), meter = open("meter", client);
    std::optional<Pin> level, loud, quiet, sine;
};

TEST_F(ThreeDrivers, ArePipesFromPinToPin) {
    connect();
    set_states(PinState::run);
    box.run_for(std::chrono::milliseconds(50));
    const GraphFacts graph = box.graph();

    ASSERT_EQ(graph.filters.size(), 3u);
    EXPECT_EQ(graph.filters[0].driver, "tone.sys");
    EXPECT_EQ(graph.filters[1].driver, "gain.sys");
    EXPECT_EQ(graph.filters[2].driver, "meter.sys");
    EXPECT_EQ(graph.filters[1].facts.pins.size(), 2u);
    EXPECT_EQ(graph.filters[1].facts.nodes.size(), 2u);
    EXPECT_EQ(graph.filters[1].facts.pins[0].instances.current, 1);

    ASSERT_THAT(names(graph.open_pins),
                ElementsAre("tone/1/0.1", "gain/1/1.1", "gain/1/0.2", "meter/1/0.1"));
    for (const OpenPin &pin : graph.open_pins) {
        EXPECT_EQ(pin.state, PinState::run) << pin.name;
        EXPECT_EQ(pin.asked, PinState::run) << pin.name;
        EXPECT_EQ(pin.owner, "test") << pin.name;
        EXPECT_EQ(pin.format.to_string(), "PCM 16 bit, 2 channels, 48000 Hz") << pin.name;
    }
    EXPECT_EQ(graph.open_pins[0].communication, Communication::source);
    EXPECT_EQ(graph.open_pins[2].communication, Communication::sink);

    ASSERT_EQ(graph.links.size(), 2u);
    EXPECT_EQ(graph.links[0].from, 0u);
    EXPECT_EQ(graph.links[0].to, 2u);
    EXPECT_EQ(graph.links[1].from, 1u);
    EXPECT_EQ(graph.links[1].to, 3u);
    for (const GraphLink &link : graph.links)
        EXPECT_EQ(link.carrier, Carrier::pipe);
    EXPECT_THAT(graph.unread, IsEmpty());
}

// The pins agree on the lower of two states; what each was asked for is told, too.
TEST_F(ThreeDrivers, TellWhatTheyWaitFor) {
    connect();
    level->set_state(PinState::run);
    const GraphFacts graph = box.graph();
    EXPECT_EQ(graph.open_pins[3].state, PinState::stop);
    EXPECT_EQ(graph.open_pins[3].asked, PinState::run);
    EXPECT_EQ(graph.open_pins[1].asked, PinState::stop);
}

TEST_F(ThreeDrivers, AreNotDisturbed) {
    connect();
    set_states(PinState::run);
    const GraphFacts first = box.graph(), second = box.graph();
    EXPECT_EQ(names(first.open_pins), names(second.open_pins));
    EXPECT_EQ(first.open_filters.size(), 3u) << "the graph's own have gone";
    EXPECT_EQ(second.open_filters.size(), 3u);
    for (auto *pin : {&level, &loud, &quiet, &sine})
        EXPECT_EQ((*pin)->state(), PinState::run);
    sine.reset();
    const GraphFacts without = box.graph();
    EXPECT_THAT(names(without.open_pins), ElementsAre("gain/1/1.1", "gain/1/0.2", "meter/1/0.1"));
    ASSERT_EQ(without.links.size(), 2u);
    EXPECT_EQ(without.links[1].outside, "test") << "the client may stream into it now";
}

TEST_F(Graph, AClientStreamsByIrps) {
    Client &reader = box.client("reader");
    Filter tone = open("tone", client), meter = open("meter", reader);
    Pin in = meter.connect({.pin_id = 0, .format = stereo});
    Pin out = tone.connect({.pin_id = 0, .format = stereo});
    in.set_state(PinState::pause);
    std::vector<Frame> frames;
    std::vector<Request> requests;
    out.set_state(PinState::pause);
    for (int i = 0; i < 3; ++i)
        frames.push_back(Frame{.buffer = Buffer(client, 512)});
    for (Frame &frame : frames)
        requests.push_back(out.start_read(frame));
    const GraphFacts graph = box.graph();
    ASSERT_EQ(graph.links.size(), 2u);
    EXPECT_EQ(graph.links[0].from, 0u);
    EXPECT_EQ(graph.links[0].to, std::nullopt);
    EXPECT_EQ(graph.links[0].outside, "test");
    EXPECT_EQ(graph.links[1].to, 1u);
    EXPECT_EQ(graph.links[1].outside, "reader");
    EXPECT_EQ(graph.links[0].carrier, Carrier::irps);
    EXPECT_EQ(graph.open_pins[0].frames, 3u);
    EXPECT_EQ(graph.open_pins[1].frames, 0u);
    EXPECT_EQ(graph.open_filters[1].owner, "reader");
}

TEST_F(Graph, IrpsLeadToADriverWithoutAVStream) {
    Filter plain = open("plain_ks", client), tone = open("tone", client);
    Pin sink = plain.connect({.pin_id = 0, .format = stereo});
    Pin source = tone.connect({.pin_id = 0, .format = stereo, .pin_to_handle = sink.handle()});
    const GraphFacts graph = box.graph();
    ASSERT_EQ(graph.open_pins.size(), 1u) << "what is open of the other only it knows";
    ASSERT_EQ(graph.links.size(), 1u);
    EXPECT_EQ(graph.links[0].from, 0u);
    EXPECT_EQ(graph.links[0].carrier, Carrier::irps);
    EXPECT_EQ(graph.links[0].outside, "plain_ks.sys");
    EXPECT_EQ(graph.links[0].outside_pin, (GraphPin{0, 0}));
}

TEST_F(Graph, ACardHasWiresAndEndpoints) {
    Driver &card = box.load(driver_file("speaker"));
    Filter wave = client.open_filter(card.filters().at(0).path);
    Pin render = wave.connect({.pin_id = 0, .format = stereo});
    CyclicBuffer buffer(render, 19'200);
    render.set_state(PinState::run);
    const GraphFacts graph = box.graph();
    ASSERT_EQ(graph.filters.size(), 2u);
    EXPECT_THAT(graph.wires, ElementsAre(GraphWire{{0, 3}, {1, 0}}, GraphWire{{0, 4}, {1, 1}},
                                         GraphWire{{1, 2}, {0, 5}}));
    ASSERT_EQ(graph.open_pins.size(), 1u);
    EXPECT_EQ(graph.open_pins[0].state, PinState::run);
    ASSERT_EQ(graph.links.size(), 1u);
    EXPECT_EQ(graph.links[0].to, 0u);
    EXPECT_EQ(graph.links[0].carrier, Carrier::own);
    EXPECT_EQ(graph.links[0].outside, "test");
    ASSERT_FALSE(graph.endpoints.empty());
    EXPECT_EQ(graph.endpoints[0].pin, (GraphPin{1, 3}));
    EXPECT_EQ(graph.endpoints[0].facts.name, "Speakers");
    EXPECT_TRUE(graph.endpoints[0].plugged);
    render.set_state(PinState::stop);
}

TEST_F(Graph, OfADeviceThatIsGoneIsLeftWhatIsOpen) {
    Driver &driver = box.load(driver_file("meter"));
    Filter meter = client.open_filter(driver.filters().at(0).path);
    driver.surprise_remove();
    const GraphFacts graph = box.graph();
    ASSERT_EQ(graph.filters.size(), 1u);
    EXPECT_EQ(graph.filters[0].interface.path, "");
    EXPECT_EQ(graph.filters[0].driver, "meter.sys");
    ASSERT_EQ(graph.open_filters.size(), 1u);
    EXPECT_EQ(graph.open_filters[0].name, "meter/1");
}

TEST_F(Graph, OfNoDriverIsEmptyAndOfAStoppedBoxThereIsNone) {
    EXPECT_THAT(box.graph().filters, IsEmpty());
    box.request_stop();
    EXPECT_THROW(box.run_for(std::chrono::milliseconds(1)), BoxStopped);
    EXPECT_THROW((void)box.graph(), BoxStopped);
}

} // namespace
} // namespace ksbox::samples
