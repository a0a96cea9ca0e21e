// The search for graphs, over filters that are made up.
#include "sysaudio/search.h"

#include <gmock/gmock.h>

#include "abi/guid.h"
#include "sysaudio/formats.h"
#include "sysaudio/plan.h"
#include "sysaudio/wiring.h"

namespace ksbox::sysaudio {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

DataRange wave(ULONG low_hz, ULONG high_hz, ULONG low_bits = 16, ULONG high_bits = 16,
               const GUID &subformat = KSDATAFORMAT_SUBTYPE_PCM) {
    KSDATARANGE_AUDIO range{};
    range.DataRange.FormatSize = sizeof range;
    range.DataRange.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
    range.DataRange.SubFormat = subformat;
    range.DataRange.Specifier = KSDATAFORMAT_SPECIFIER_WAVEFORMATEX;
    range.MaximumChannels = 2;
    range.MinimumBitsPerSample = low_bits;
    range.MaximumBitsPerSample = high_bits;
    range.MinimumSampleFrequency = low_hz;
    range.MaximumSampleFrequency = high_hz;
    return DataRange(range.DataRange);
}

PinFacts pin(KSPIN_DATAFLOW flow, KSPIN_COMMUNICATION communication,
             std::vector<DataRange> ranges = {wave(8'000, 48'000)}, ULONG possible = 1) {
    PinFacts facts;
    facts.flow = flow;
    facts.communication = communication;
    facts.possible = possible;
    facts.ranges = std::move(ranges);
    return facts;
}

FilterFacts filter(const char *name, FilterKind kind, std::vector<PinFacts> pins) {
    FilterFacts facts;
    facts.name = name;
    facts.link = u"\\??\\ROOT#" + std::u16string(name, name + std::strlen(name)) + u"#{1}\\x";
    facts.kind = kind;
    facts.pins = std::move(pins);
    for (ULONG id = 0; id < facts.pins.size(); ++id)
        facts.pins[id].id = id;
    return facts;
}

constexpr auto in = KSPIN_DATAFLOW_IN, out = KSPIN_DATAFLOW_OUT;
constexpr auto sink = KSPIN_COMMUNICATION_SINK, source = KSPIN_COMMUNICATION_SOURCE,
               both = KSPIN_COMMUNICATION_BOTH, bridge = KSPIN_COMMUNICATION_BRIDGE;

FilterFacts card() {
    return filter("card", FilterKind::wave, {pin(in, sink), pin(out, sink)});
}
FilterFacts mixer() {
    return filter("mixer", FilterKind::mixer,
                  {pin(in, sink, {wave(8'000, 384'000, 8, 32)}, KSINSTANCE_INDETERMINATE),
                   pin(out, both, {wave(8'000, 384'000, 8, 32)})});
}
FilterFacts effect(const char *name = "effect") {
    return filter(name, FilterKind::transform, {pin(in, sink), pin(out, both)});
}

std::string found(const std::vector<FilterFacts> &filters, const Wanted &wanted) {
    const Found result = find_path(filters, wanted);
    return result.path ? describe(filters, *result.path) : "none";
}

TEST(Search, TheShortestPathIsNoStep) {
    EXPECT_EQ(found({card(), mixer(), effect()}, {{0, 0}, Through::nothing, {}}),
              "client > card pin 0");
    EXPECT_EQ(found({card(), mixer(), effect()}, {{0, 0}, Through::anything, {}}),
              "client > card pin 0");
    EXPECT_EQ(found({card()}, {{0, 1}, Through::nothing, {}}), "client < card pin 1");
}

TEST(Search, MixingLeadsThroughAMixer) {
    EXPECT_EQ(found({card(), effect(), mixer()}, {{0, 0}, Through::mixing, {}}),
              "client > mixer pin 0, mixer pin 1 > card pin 0");
    EXPECT_EQ(found({card(), effect()}, {{0, 0}, Through::mixing, {}}), "none");
}

TEST(Search, ASelectedFilterStandsBeforeTheMixer) {
    const std::vector filters{card(), effect("first"), effect("second"), mixer()};
    EXPECT_EQ(found(filters, {{0, 0}, Through::mixing, 2}),
              "client > second pin 0, second pin 1 > mixer pin 0, mixer pin 1 > card pin 0");
    EXPECT_EQ(found(filters, {{0, 0}, Through::adapters, 1}),
              "client > first pin 0, first pin 1 > card pin 0");
}

TEST(Search, TransformsAreUsedWhereTheyAreAskedFor) {
    FilterFacts odd = card();
    odd.pins[0].interfaces = {
        {{{KSINTERFACESETID_Standard, KSINTERFACE_STANDARD_LOOPED_STREAMING, 0}}}};
    FilterFacts converter = effect("converter");
    converter.pins[1].interfaces = odd.pins[0].interfaces;
    EXPECT_EQ(found({odd, converter}, {{0, 0}, Through::adapters, {}}), "none");
    EXPECT_EQ(found({odd, converter}, {{0, 0}, Through::anything, {}}),
              "client > converter pin 0, converter pin 1 > card pin 0");
    converter.kind = FilterKind::adapter;
    EXPECT_EQ(found({odd, converter}, {{0, 0}, Through::adapters, {}}),
              "client > converter pin 0, converter pin 1 > card pin 0");
}

TEST(Search, ACardIsNoStep) {
    FilterFacts odd = card();
    odd.pins[0].interfaces = {
        {{{KSINTERFACESETID_Standard, KSINTERFACE_STANDARD_LOOPED_STREAMING, 0}}}};
    for (const FilterKind kind : {FilterKind::wave, FilterKind::topology}) {
        FilterFacts other = effect("other");
        other.pins[1].interfaces = odd.pins[0].interfaces;
        other.kind = kind;
        EXPECT_EQ(found({odd, other}, {{0, 0}, Through::anything, {}}), "none");
        EXPECT_EQ(found({odd, other}, {{0, 0}, Through::adapters, {}}), "none");
    }
    const FilterFacts with = effect();
    EXPECT_EQ(found({card(), with}, {{0, 0}, Through::nothing, 1}), "none");
}

TEST(Search, RecordingGoesTheOtherWay) {
    FilterFacts reader = filter("reader", FilterKind::mixer, {pin(in, source), pin(out, both)});
    EXPECT_EQ(found({card(), reader}, {{0, 1}, Through::mixing, {}}),
              "client < reader pin 1, reader pin 0 < card pin 1");
    // A mixer that only takes IRPs does not read from a pin that only takes IRPs.
    const Found none = find_path(std::vector{card(), mixer()}, {{0, 1}, Through::mixing, {}});
    EXPECT_FALSE(none.path);
    EXPECT_THAT(none.why_not,
                Contains("card pin 1 and mixer pin 0 are not linked: one has to be an IRP source "
                         "and the other an IRP sink; their communication is SINK and SINK"));
}

TEST(Search, AFilterIsNoStepTwiceAndThreeAreTheMost) {
    FilterFacts far = card();
    far.pins[0].communication = sink;
    far.pins[0].interfaces = {{{{KSMEDIUMSETID_Standard, 7, 0}}}}; // nobody's
    EXPECT_EQ(found({far, mixer(), effect()}, {{0, 0}, Through::anything, {}}), "none");
}

TEST(Search, APinWithoutInstancesIsNoStep) {
    FilterFacts full = mixer();
    full.pins[1].possible = 0;
    EXPECT_EQ(found({card(), full}, {{0, 0}, Through::mixing, {}}), "none");
    full = mixer();
    full.pins[0].possible = 0;
    EXPECT_EQ(found({card(), full}, {{0, 0}, Through::mixing, {}}), "none");
}

TEST(Links, RangesAreApartByTheFirstFieldThatDiffers) {
    const auto why = [](const DataRange &a, const DataRange &b) {
        return why_apart(a, b).value_or("");
    };
    EXPECT_EQ(why(wave(8'000, 48'000), wave(48'000, 96'000)), "");
    EXPECT_EQ(why(wave(8'000, 44'100), wave(48'000, 96'000)),
              "8000 to 44100 Hz here and 48000 to 96000 Hz there");
    EXPECT_EQ(why(wave(48'000, 96'000), wave(8'000, 44'100)),
              "48000 to 96000 Hz here and 8000 to 44100 Hz there");
    EXPECT_EQ(why(wave(8'000, 48'000, 8, 16), wave(8'000, 48'000, 16, 32)), "");
    EXPECT_EQ(why(wave(8'000, 48'000, 8, 16), wave(8'000, 48'000, 24, 32)),
              "8 to 16 bit here and 24 to 32 bit there");
    EXPECT_THAT(
        why(wave(8'000, 48'000), wave(8'000, 48'000, 16, 16, KSDATAFORMAT_SUBTYPE_IEEE_FLOAT)),
        HasSubstr("subformat is PCM here and IEEE_FLOAT there"));
    // A null GUID stands for any.
    EXPECT_EQ(why(wave(8'000, 48'000), wave(8'000, 48'000, 16, 16, GUID{})), "");
}

TEST(Formats, AreSaidInWords) {
    const auto said = [](WORD channels) {
        return describe(wave_format({WAVE_FORMAT_PCM, channels, 48'000, 96'000, 2, 16, 0}));
    };
    EXPECT_EQ(said(1), "PCM 16 bit, 1 channel, 48000 Hz");
    EXPECT_EQ(said(2), "PCM 16 bit, 2 channels, 48000 Hz");
}

TEST(Links, AnInterfaceAndAMediumAreShared) {
    PinFacts a = pin(out, both), b = pin(in, sink);
    ASSERT_TRUE(common_interface(a, b)); // the defaults of two empty lists
    EXPECT_EQ(common_interface(a, b)->Id, ULONG(KSINTERFACE_STANDARD_STREAMING));
    a.mediums = {{{{KSMEDIUMSETID_Standard, 3, 0}}}, {{{KSMEDIUMSETID_Standard, 5, 0}}}};
    EXPECT_FALSE(common_medium(a, b));
    b.mediums = {{{{KSMEDIUMSETID_Standard, 5, 0}}}};
    ASSERT_TRUE(common_medium(a, b));
    EXPECT_EQ(common_medium(a, b)->Id, 5u);
}

/// A card whose wave filter is wired to a topology filter with one node and a loudspeaker.
std::vector<FilterFacts> wired_card() {
    FilterFacts wave_filter = filter("wave", FilterKind::wave, {pin(in, sink), pin(out, bridge)});
    wave_filter.nodes = {KSNODETYPE_DAC};
    wave_filter.connections = {{KSFILTER_NODE, 0, 0, 1}, {0, 0, KSFILTER_NODE, 1}};
    FilterFacts topology =
        filter("topology", FilterKind::topology, {pin(in, bridge), pin(out, bridge)});
    topology.nodes = {KSNODETYPE_VOLUME};
    topology.connections = {{KSFILTER_NODE, 0, 0, 1}, {0, 0, KSFILTER_NODE, 1}};
    // The category in a link differs from one interface of a filter to the other.
    wave_filter.pins[1].wire = WireEnd{u"\\??\\ROOT#TOPOLOGY#{2}\\x", 0};
    topology.pins[0].wire = WireEnd{u"\\??\\ROOT#wave#{3}\\x", 1};
    return {wave_filter, topology};
}

bool has(const std::vector<KSTOPOLOGY_CONNECTION> &all, const KSTOPOLOGY_CONNECTION &one) {
    return std::ranges::any_of(all, [&](const KSTOPOLOGY_CONNECTION &other) {
        return std::memcmp(&one, &other, sizeof one) == 0;
    });
}

TEST(Plan, WiresJoinTopologies) {
    const Plan plan(wired_card());
    const Arrangement &offered = plan.arrangement(false);
    ASSERT_EQ(offered.factories.size(), 2u); // the client's, and the loudspeaker
    EXPECT_EQ(offered.descriptors[0].Communication, KSPIN_COMMUNICATION_SINK);
    EXPECT_EQ(offered.descriptors[1].Communication, KSPIN_COMMUNICATION_BRIDGE);
    EXPECT_EQ(offered.factories[0].possible(plan.filters()), 1u);
    EXPECT_EQ(offered.factories[1].possible(plan.filters()), 0u);
    EXPECT_EQ(plan.nodes(), (std::vector<NodeOf>{{0, 0}, {1, 0}}));
    ASSERT_EQ(offered.connections.size(), 3u);
    EXPECT_TRUE(has(offered.connections, {KSFILTER_NODE, 0, 0, 1}));
    EXPECT_TRUE(has(offered.connections, {0, 0, 1, 1}));
    EXPECT_TRUE(has(offered.connections, {1, 0, KSFILTER_NODE, 1}));
    EXPECT_THAT(plan.explanation(), Contains("wave pin 1 is wired to topology pin 0"));
}

TEST(Plan, AMixerIsSharedAndWhatItDoesNotTakeGoesStraight) {
    auto filters = wired_card();
    filters[0].pins[0].ranges.push_back(
        wave(48'000, 48'000, 16, 16, KSDATAFORMAT_SUBTYPE_AC3_AUDIO));
    filters.push_back(mixer());
    const Plan plan(std::move(filters));
    const Factory &combined = plan.arrangement(false).factories[0];
    EXPECT_TRUE(combined.shared);
    EXPECT_EQ(combined.possible(plan.filters()), KSINSTANCE_INDETERMINATE);
    ASSERT_EQ(combined.paths.size(), 2u);
    EXPECT_EQ(combined.paths[0].steps.size(), 1u);
    EXPECT_TRUE(combined.paths[1].steps.empty());
    // The mixer's range, and of the card's the one that is not PCM.
    ASSERT_EQ(plan.arrangement(false).descriptors[0].DataRangesCount, 2u);
    EXPECT_TRUE(plan.arrangement(false).descriptors[0].DataRanges[1]->SubFormat ==
                KSDATAFORMAT_SUBTYPE_AC3_AUDIO);
    const auto &separate = plan.arrangement(true);
    ASSERT_EQ(separate.factories.size(), 3u);
    EXPECT_TRUE(separate.factories[0].shared);
    EXPECT_FALSE(separate.factories[1].shared);
    EXPECT_EQ(separate.descriptors[1].DataRangesCount, 2u);
}

TEST(Plan, NodesOfTransformsComeLastAndCanBeAskedFor) {
    auto filters = wired_card();
    FilterFacts gain = effect("gain");
    gain.nodes = {KSNODETYPE_VOLUME, KSNODETYPE_MUTE};
    filters.insert(filters.begin() + 1, gain);
    const Plan plan(std::move(filters));
    EXPECT_EQ(plan.nodes(), (std::vector<NodeOf>{{0, 0}, {2, 0}, {1, 0}, {1, 1}}));
    const Factory &render = plan.arrangement(false).factories[0];
    EXPECT_EQ(describe(plan.filters(), *plan.path_through(render, 1).path),
              "client > gain pin 0, gain pin 1 > wave pin 0");
    EXPECT_FALSE(plan.path_through(render, 2).path); // the topology filter
    EXPECT_FALSE(plan.path_through(render, 0).path);
}

TEST(Plan, OnlyPinsThatCanExistServeClients) {
    const auto none = KSPIN_COMMUNICATION_NONE;
    for (const PinFacts &other : {pin(in, bridge), pin(in, none), pin(in, sink, {}),
                                  pin(in, sink, {wave(8'000, 48'000)}, 0)})
        EXPECT_FALSE(streams_sound(other)) << other.communication;
    EXPECT_TRUE(streams_sound(pin(in, sink)));
    const Plan plan({filter("card", FilterKind::wave, {pin(in, sink), pin(in, bridge)})});
    const Arrangement &offered = plan.arrangement(false);
    ASSERT_EQ(offered.factories.size(), 2u); // the client's, and one that stands for a wire
    EXPECT_FALSE(offered.factories[0].paths.empty());
    EXPECT_TRUE(offered.factories[1].paths.empty());
    EXPECT_THAT(plan.explanation(), Not(Contains(HasSubstr("no graph"))));
}

TEST(Plan, AnAdapterLeadsOnBeforeATransformDoes) {
    const std::vector<PinFacts> through{pin(in, sink), pin(out, sink)};
    const Plan plan({filter("card", FilterKind::wave, {pin(in, source)}),
                     filter("effect", FilterKind::transform, through),
                     filter("adapter", FilterKind::adapter, through)});
    EXPECT_THAT(plan.explanation(),
                Contains("card pin 0: client > adapter pin 0, adapter pin 1 > card pin 0"));
}

TEST(Plan, NodesThatNoPathCanHaveAreNotOffered) {
    auto filters = wired_card();
    FilterFacts other =
        filter("other", FilterKind::transform,
               {pin(in, sink, {wave(96'000, 96'000)}), pin(out, both, {wave(96'000, 96'000)})});
    other.nodes = {KSNODETYPE_VOLUME};
    filters.push_back(other);
    EXPECT_EQ(Plan(std::move(filters)).nodes(), (std::vector<NodeOf>{{0, 0}, {1, 0}}));
}

TEST(Plan, ADeviceThatNoClientReachesIsOfNoUse) {
    FilterFacts lonely = filter("lonely", FilterKind::wave, {pin(out, source)});
    const Plan plan({lonely});
    EXPECT_FALSE(plan.useful());
    EXPECT_THAT(plan.explanation(), Contains("lonely pin 0: no graph leads to it"));
    EXPECT_TRUE(Plan({card()}).useful());
}

TEST(Wiring, AWireHasTwoEndsThatExist) {
    std::vector<FilterFacts> filters = wired_card();
    const std::pair<PinOf, PinOf> wire{{0, 1}, {1, 0}};
    EXPECT_THAT(wires(filters), ElementsAre(wire)); // both ends tell of it
    filters[1].pins[0].wire.reset();
    EXPECT_THAT(wires(filters), ElementsAre(wire)); // one is enough
    filters[0].pins[1].wire->pin = 2;               // the topology filter has two
    EXPECT_THAT(wires(filters), IsEmpty());
    filters[0].pins[1].wire = WireEnd{u"\\??\\ROOT#ELSEWHERE#{2}\\x", 0};
    EXPECT_THAT(wires(filters), IsEmpty());
    filters[0].pins[1].wire.reset();
    filters[1].pins[0].wire = WireEnd{u"\\\\?\\root#wave#{3}\\x", 1}; // as user mode spells it
    EXPECT_THAT(wires(filters), ElementsAre(wire));
}

TEST(Wiring, FiltersThatAreWiredInARingEnd) {
    FilterFacts a = filter("a", FilterKind::wave, {pin(in, bridge), pin(out, bridge)});
    a.connections = {{KSFILTER_NODE, 0, KSFILTER_NODE, 1}};
    FilterFacts b = filter("b", FilterKind::topology, a.pins);
    b.connections = a.connections;
    const std::vector filters{a, b};
    const Wiring ring{filters, {true, true}, {}, {{{0, 1}, {1, 0}}, {{1, 1}, {0, 0}}}, {}};
    EXPECT_THAT(join(ring), IsEmpty());
}

} // namespace
} // namespace ksbox::sysaudio
