// The drawing's text, of graphs made by hand.
#include "cli/graph_report.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "cli/graph_paths.h"
#include "cli/graph_words.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Guid guid(const char *name) {
    return *guid_by_name(name);
}

PinFacts factory(std::uint32_t id, DataFlow flow) {
    PinFacts pin;
    pin.id = id;
    pin.data_flow = flow;
    pin.communication = Communication::both;
    pin.instances = {1, 0, 0};
    return pin;
}

GraphFilter filter(const std::string &name, std::vector<PinFacts> pins) {
    GraphFilter filter{name + ".sys", {"\\\\?\\ROOT#" + name + "#0000#{x}\\" + name, name, {}}, {}};
    filter.facts.pins = std::move(pins);
    return filter;
}

OpenPin open_pin(std::size_t filter, const std::string &name, std::uint32_t id, DataFlow flow,
                 PinState state) {
    return {.filter = filter,
            .name = name,
            .id = id,
            .data_flow = flow,
            .communication = Communication::sink,
            .state = state,
            .asked = state,
            .format = DataFormat::audio({}),
            .owner = "app",
            .frames = 0};
}

// a -> b by a pipe.
GraphFacts pair(PinState of_a = PinState::run, PinState of_b = PinState::run) {
    GraphFacts graph;
    graph.filters = {filter("a", {factory(0, DataFlow::out)}),
                     filter("b", {factory(0, DataFlow::in)})};
    graph.filters[0].facts.pins[0].instances.current = 1;
    graph.filters[1].facts.pins[0].instances.current = 1;
    graph.open_filters = {{0, "a/1", "app"}, {1, "b/1", "app"}};
    graph.open_pins = {open_pin(0, "a/1/0.1", 0, DataFlow::out, of_a),
                       open_pin(1, "b/1/0.1", 0, DataFlow::in, of_b)};
    graph.links = {{0, 1, Carrier::pipe, {}, {}}};
    return graph;
}

TEST(GraphDot, LinksPinsAtTheirSidesWithFormatAndState) {
    const std::string dot = to_dot(pair());
    EXPECT_THAT(dot, HasSubstr("open0:o0:e -> open1:o1:w [style=solid color=\"#1a7037\""));
    EXPECT_THAT(dot, HasSubstr("PCM 48 kHz stereo 16 bit · "));
    EXPECT_THAT(dot, HasSubstr("<B>RUN</B>"));
    EXPECT_THAT(dot, HasSubstr("a.sys, opened by app"));
    EXPECT_THAT(dot, HasSubstr("pipe, without IRPs"));
    EXPECT_THAT(dot, Not(HasSubstr("by IRPs")));
    EXPECT_THAT(dot, Not(HasSubstr("physical connection")));
}

TEST(GraphDot, SaysBothStatesWhereTheyDiffer) {
    GraphFacts graph = pair(PinState::run, PinState::pause);
    graph.open_pins[1].asked = PinState::run;
    graph.open_pins[1].frames = 3;
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("<B>RUN</B></FONT> → <FONT COLOR=\"#8a5a00\"><B>PAUSE</B>"));
    EXPECT_THAT(dot, HasSubstr("asked for RUN"));
    EXPECT_THAT(dot, HasSubstr("3 frames queued"));
}

TEST(GraphDot, DrawsClientsAsTheOtherEnd) {
    GraphFacts graph = pair();
    graph.links = {{0, {}, Carrier::irps, "app <1>", {}}, {{}, 1, Carrier::own, "app", {}}};
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("open0:o0:e -> outside0 [style=dashed"));
    EXPECT_THAT(dot,
                HasSubstr("outside1 -> open1:o1:w [style=solid color=\"#1a7037:white:#1a7037\""));
    EXPECT_THAT(dot, HasSubstr("app &lt;1&gt;"));
}

TEST(GraphDot, DrawsFactoriesOfWhatIsNotOpenAndWires) {
    GraphFacts graph;
    graph.filters = {filter("a", {factory(0, DataFlow::out)}),
                     filter("b", {factory(0, DataFlow::in)})};
    graph.filters[0].facts.pins[0].communication = Communication::bridge;
    graph.wires = {{{0, 0}, {1, 0}}};
    graph.filters[1].facts.pins[0].instances.possible = -1;
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("filter0:p0:e -> filter1:p0:w [style=dotted"));
    EXPECT_THAT(dot, HasSubstr(">bridge<"));
    EXPECT_THAT(dot, HasSubstr("any number of pins"));
    EXPECT_THAT(dot, HasSubstr("physical connection"));
    EXPECT_THAT(dot, Not(HasSubstr("state of a pin")));
}

TEST(GraphDot, ADeviceWithWiresIsOneBoxHoweverOftenItIsOpen) {
    GraphFacts graph = pair();
    graph.open_filters.push_back({1, "b/2", "other"});
    graph.open_pins.push_back(open_pin(2, "b/2/0.1", 0, DataFlow::in, PinState::stop));
    EXPECT_THAT(to_dot(graph), HasSubstr("  open2 [label="));
    graph.wires = {{{0, 0}, {1, 0}}};
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, Not(HasSubstr("  open2 [label=")));
    EXPECT_THAT(dot, HasSubstr("b.sys, opened by app, other"));
}

TEST(GraphDot, SeveralPinsOfAFactoryHaveNumbers) {
    GraphFacts graph = pair();
    graph.open_pins.push_back(open_pin(1, "b/1/0.2", 0, DataFlow::in, PinState::stop));
    graph.filters[1].facts.pins[0].instances = {8, 2, 0};
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("<B>0.1</B>"));
    EXPECT_THAT(dot, HasSubstr("<B>0.2</B>"));
    EXPECT_THAT(dot, HasSubstr("PCM 48 kHz stereo 16 bit, not connected"));
}

TEST(GraphDot, DrawsAPinThatItsFilterDoesNotKnow) {
    GraphFacts graph = pair();
    graph.filters[1].facts = {};
    graph.filters[1].interface.path = "";
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("open0:o0:e -> open1:o1:w"));
    EXPECT_THAT(dot, HasSubstr("its device is gone"));
}

TEST(GraphDot, NamesAreNoMarkup) {
    GraphFacts graph;
    graph.filters = {filter("a", {factory(0, DataFlow::in)})};
    graph.filters[0].interface.name = "<B>&\"\n";
    graph.filters[0].facts.pins[0].name = "</TD>";
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("&lt;B&gt;&amp;&quot;?"));
    EXPECT_THAT(dot, HasSubstr("&lt;/TD&gt;"));
}

TEST(GraphDot, OfNothingIsAnEmptyDrawing) {
    EXPECT_THAT(to_dot({}), HasSubstr("digraph ksbox {"));
    EXPECT_THAT(to_dot({}), Not(HasSubstr("TABLE")));
}

FilterFacts mixer() {
    FilterFacts facts;
    facts.pins = {factory(0, DataFlow::in), factory(1, DataFlow::in), factory(2, DataFlow::out)};
    facts.nodes = {{0, guid("KSNODETYPE_VOLUME"), ""}, {1, guid("KSNODETYPE_SUM"), ""}};
    facts.connections = {{-1, 0, 0, 1}, {0, 0, 1, 1}, {-1, 1, 1, 2}, {1, 0, -1, 2}};
    return facts;
}

TEST(GraphPaths, LeadAlongNodes) {
    const std::vector<FilterPath> paths = paths_of(mixer(), 10);
    EXPECT_THAT(paths, ::testing::ElementsAre(FilterPath{0, 2, {0, 1}}, FilterPath{1, 2, {1}}));
    EXPECT_TRUE(paths_of(mixer(), 1).empty()) << "too many to read";
}

TEST(GraphPaths, DoNotGoInCirclesNorToNodesThatAreNot) {
    FilterFacts facts = mixer();
    facts.connections.push_back({1, 0, 0, 1});  // back to the volume
    facts.connections.push_back({-1, 0, 7, 1}); // nowhere
    EXPECT_EQ(paths_of(facts, 10).size(), 2u);
}

TEST(GraphDot, ShowsTheNodesBetweenPins) {
    GraphFacts graph;
    graph.filters = {filter("mixer", {})};
    graph.filters[0].facts = mixer();
    const std::string dot = to_dot(graph);
    EXPECT_THAT(dot, HasSubstr("Volume → Sum<"));
    EXPECT_THAT(dot, HasSubstr("Sum → 2<")) << "the pin that has been drawn by then";
}

TEST(GraphWords, AreShort) {
    EXPECT_EQ(short_text(DataFormat::audio({})), "PCM 48 kHz stereo 16 bit");
    EXPECT_EQ(short_text(DataFormat::audio(
                  {.rate_hz = 44'100, .channels = 1, .bits = 32, .valid_bits = 24})),
              "PCM 44.1 kHz mono 24 of 32 bit");
    EXPECT_EQ(
        short_text(DataFormat::audio(
            {.rate_hz = 11'025, .channels = 6, .bits = 32, .valid_bits = 32, .is_float = true})),
        "float 11.025 kHz 6 channels 32 bit");
    EXPECT_EQ(plain_name(guid("KSNODETYPE_LINE_CONNECTOR"), ""), "Line connector");
    EXPECT_EQ(plain_name(guid("KSNODETYPE_DAC"), ""), "DAC");
    EXPECT_EQ(plain_name(*Guid::parse("01234567-89ab-cdef-0123-456789abcdef"), "KSNODETYPE_"), "");
    DataRange range;
    range.subtype = guid("KSDATAFORMAT_SUBTYPE_PCM");
    range.audio = DataRange::Audio{8, 16, 32, 8'000, 192'000};
    EXPECT_EQ(short_text(range), "PCM 8–192 kHz, 16–32 bit, up to 8 channels");
    range.audio = DataRange::Audio{UINT32_MAX, 16, 16, 48'000, 48'000};
    EXPECT_EQ(short_text(range), "PCM 48 kHz, 16 bit, any channels");
}

TEST(GraphJson, HasEveryPartAndNullsWhereThereIsNothing) {
    GraphFacts graph = pair();
    graph.links.push_back({0, {}, Carrier::irps, "app", {}});
    graph.filters[1].interface.path = "";
    graph.unread = {"something"};
    const auto json = nlohmann::json::parse(to_json(graph));
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["filters"][0]["driver"], "a.sys");
    EXPECT_EQ(json["filters"][0]["device"], "ROOT\\a\\0000");
    EXPECT_TRUE(json["filters"][1]["path"].is_null());
    EXPECT_EQ(json["open_filters"][1],
              (nlohmann::json{{"name", "b/1"}, {"filter", 1}, {"owner", "app"}}));
    EXPECT_EQ(json["open_pins"][0]["state"], "run");
    EXPECT_EQ(json["open_pins"][0]["format"]["subtype"]["name"], "PCM");
    EXPECT_EQ(json["links"][0]["to"], 1);
    EXPECT_TRUE(json["links"][0]["outside"].is_null());
    EXPECT_EQ(json["links"][0]["carrier"], "pipe");
    EXPECT_TRUE(json["links"][1]["to"].is_null());
    EXPECT_EQ(json["links"][1]["outside"], "app");
    EXPECT_EQ(json["physical_connections"].size(), 0u);
    EXPECT_EQ(json["unread"][0], "something");
}

} // namespace
} // namespace ksbox::cli
