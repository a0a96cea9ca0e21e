// Sections I1 and I2: what a filter tells of its nodes and connections.
#include <fstream>

#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

constexpr Guid volume_type = *Guid::parse("3A5ACC00-C557-11D0-8A2B-00A0C9255AC1");
constexpr Guid mute_type = *Guid::parse("02B223C0-C557-11D0-8A2B-00A0C9255AC1");
constexpr Guid loudness_name = *Guid::parse("41887440-C558-11D0-8A2B-00A0C9255AC1");
constexpr Guid tone_type = *Guid::parse("7607E580-C557-11D0-8A2B-00A0C9255AC1");
constexpr Guid demux_type = *Guid::parse("C0EB67D4-E807-11D0-958A-00C04FB925D3");
constexpr Guid data_transform = *Guid::parse("2EB07EA0-7E70-11D0-A5D6-28DB04C10000");
constexpr Guid audio_category = *Guid::parse("6994AD04-93EF-11D0-A3CC-00A0C9223196");

class FilterTopology : public AutomationFilter {
  protected:
    Answer topology(Filter &of, std::uint32_t id, std::size_t bytes) {
        return send(client, of.handle(), IOCTL_KS_PROPERTY,
                    identifier(guid_of(KSPROPSETID_Topology), id, KSPROPERTY_TYPE_GET),
                    room(bytes));
    }
    /// The rule of sized lists, then the elements.
    template <typename T> std::vector<T> list(Filter &of, std::uint32_t id) {
        const Answer size = topology(of, id, 0);
        EXPECT_EQ(size.status, buffer_overflow);
        const auto bytes = std::size_t(size.information);
        const Answer header = topology(of, id, sizeof(KSMULTIPLE_ITEM));
        EXPECT_EQ(header.status, success);
        EXPECT_EQ(header.information, sizeof(KSMULTIPLE_ITEM));
        const auto counts = header.as<KSMULTIPLE_ITEM>();
        EXPECT_EQ(counts.Size, bytes);
        EXPECT_EQ(bytes, sizeof(KSMULTIPLE_ITEM) + counts.Count * sizeof(T));
        EXPECT_EQ(topology(of, id, bytes - 1).status, buffer_too_small);
        const Answer all = topology(of, id, bytes + 8);
        EXPECT_EQ(all.status, success);
        EXPECT_EQ(all.information, bytes);
        EXPECT_EQ(all.as<std::uint64_t>(bytes), 0xcdcdcdcdcdcdcdcdu);
        std::vector<T> result;
        for (std::uint32_t i = 0; i < counts.Count; ++i)
            result.push_back(all.as<T>(sizeof(KSMULTIPLE_ITEM) + i * sizeof(T)));
        return result;
    }
    using Connection = std::array<std::uint32_t, 4>;
    std::vector<Connection> connections(Filter &of) {
        static_assert(sizeof(Connection) == sizeof(KSTOPOLOGY_CONNECTION));
        return list<Connection>(of, KSPROPERTY_TOPOLOGY_CONNECTIONS);
    }
    std::vector<Guid> nodes(Filter &of) { return list<Guid>(of, KSPROPERTY_TOPOLOGY_NODES); }

    Answer name(std::uint32_t node, std::size_t bytes, std::uint32_t flags = 0) {
        const std::uint32_t selector[2] = {node, 0};
        return send(client, filter.handle(), IOCTL_KS_PROPERTY,
                    joined(identifier(guid_of(KSPROPSETID_Topology), KSPROPERTY_TOPOLOGY_NAME,
                                      KSPROPERTY_TYPE_GET | flags),
                           bytes_of(selector)),
                    room(bytes));
    }
    void call(const Guid &guid, const std::string &text) {
        const std::filesystem::path file = folder.path() / "names.reg";
        std::ofstream(file) << "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\"
                               "Control\\MediaCategories\\"
                            << guid.to_string() << "]\n\"Name\"=\"" << text << "\"\n";
        traced.box().merge_registry(file);
    }
    ScratchFolder folder;
};
KSBOX_IN_BOTH_MODES(FilterTopology);

TEST_P(FilterTopology, I1_CategoriesAreTheDescriptors) {
    EXPECT_EQ(list<Guid>(filter, KSPROPERTY_TOPOLOGY_CATEGORIES),
              (std::vector{data_transform, audio_category}));
}

TEST_P(FilterTopology, I1_ANodesIdIsItsPlaceInTheList) {
    EXPECT_EQ(nodes(filter),
              (std::vector{volume_type, mute_type, tone_type, demux_type, automation_set}));
    EXPECT_EQ(node_property(NODE_COUNT, 0, KSPROPERTY_TYPE_GET, room(4)).status, unknown_node);
}

TEST_P(FilterTopology, I1_ANodesNameIsItsNamesOrItsTypes) {
    call(volume_type, "Volume");
    call(mute_type, "Mute");
    call(loudness_name, "Loud");
    const Answer size = name(NODE_AUTOMATED, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    ASSERT_EQ(size.information, 14u); // in UTF-16, with its zero
    EXPECT_EQ(name(NODE_AUTOMATED, 13).status, buffer_too_small);
    const Answer volume = name(NODE_AUTOMATED, 16);
    EXPECT_EQ(volume.status, success);
    EXPECT_EQ(volume.information, 14u);
    EXPECT_EQ(std::memcmp(volume.bytes.data(), u"Volume", 14), 0);
    const Answer loud = name(NODE_BARE, 10); // its type is mute, its Name is not
    EXPECT_EQ(loud.status, success);
    EXPECT_EQ(std::memcmp(loud.bytes.data(), u"Loud", 10), 0);
    EXPECT_EQ(name(NODE_AUTOMATED, 14, KSPROPERTY_TYPE_TOPOLOGY).status, success);
}

TEST_P(FilterTopology, I1_NodeTypesHaveTheSystemsNames) {
    const Answer tone = name(NODE_EXTENDED, 10);
    EXPECT_EQ(tone.status, success);
    EXPECT_EQ(std::memcmp(tone.bytes.data(), u"Tone", 10), 0);
}

TEST_P(FilterTopology, I1_WithoutANameOrANodeThereIsNone) {
    EXPECT_EQ(name(NODE_SHORT, 100).status, not_found);
    EXPECT_EQ(name(NODE_COUNT, 100).status, invalid_parameter);
    EXPECT_EQ(name(KSFILTER_NODE, 100).status, invalid_parameter);
    // The request is a KSP_NODE.
    EXPECT_EQ(topology(filter, KSPROPERTY_TOPOLOGY_NAME, 100).status, buffer_too_small);
}

TEST_P(FilterTopology, I1_TheTopologyIsReadOnly) {
    for (const std::uint32_t id : {KSPROPERTY_TOPOLOGY_CATEGORIES, KSPROPERTY_TOPOLOGY_NODES,
                                   KSPROPERTY_TOPOLOGY_CONNECTIONS, KSPROPERTY_TOPOLOGY_NAME}) {
        EXPECT_EQ(property(id, KSPROPERTY_TYPE_SET, room(64), guid_of(KSPROPSETID_Topology)).status,
                  not_found);
        EXPECT_EQ(property(id, KSPROPERTY_TYPE_BASICSUPPORT, room(4), guid_of(KSPROPSETID_Topology))
                      .as<std::uint32_t>(),
                  KSPROPERTY_TYPE_GET);
    }
}

TEST_P(FilterTopology, I2_TheFiltersOwnPinsAreOnNodeMinusOne) {
    const std::vector<Connection> all = connections(filter);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0], (Connection{KSFILTER_NODE, PIN_AUTOMATED, NODE_AUTOMATED, 1}));
    EXPECT_EQ(all[1], (Connection{NODE_AUTOMATED, 0, NODE_BARE, 1}));
    // From pin to pin, through no node.
    EXPECT_EQ(all[2], (Connection{KSFILTER_NODE, PIN_SUPERSEDING, KSFILTER_NODE, PIN_AUTOMATED}));
}

TEST_P(FilterTopology, I2_ANodeMadeLaterIsThisFiltersAlone) {
    const std::vector<Guid> before = nodes(filter);
    filter.set(control_set, CONTROL_ADD_NODE, bytes_of(guid_of(KSNODETYPE_SUM)));
    EXPECT_EQ(entries("node"), std::vector{entry("node", NODE_COUNT, success)});
    std::vector<Guid> after = before;
    after.push_back(guid_of(KSNODETYPE_SUM));
    EXPECT_EQ(nodes(filter), after);
    EXPECT_EQ(nodes(other), before);
    // It is there for requests, without any table.
    EXPECT_EQ(node_property(NODE_COUNT, 0, KSPROPERTY_TYPE_GET, room(4)).status, propset_not_found);
    EXPECT_EQ(node_property(NODE_COUNT + 1, 0, KSPROPERTY_TYPE_GET, room(4)).status, unknown_node);
    // The others stay what they were.
    EXPECT_EQ(node_property(NODE_AUTOMATED, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET, room(4)).status,
              success);
}

TEST_P(FilterTopology, I2_ConnectionsMadeLaterFollowTheOthers) {
    const std::vector<Connection> before = connections(filter);
    const Connection more[2] = {{NODE_BARE, 0, NODE_EXTENDED, 1},
                                {NODE_EXTENDED, 0, KSFILTER_NODE, PIN_SUPERSEDING}};
    filter.set(control_set, CONTROL_CONNECT, bytes_of(more));
    std::vector<Connection> after = before;
    after.insert(after.end(), std::begin(more), std::end(more));
    EXPECT_EQ(connections(filter), after);
    EXPECT_EQ(connections(other), before);
    EXPECT_EQ(filter.facts().connections.size(), 5u);
    EXPECT_EQ(filter.facts().connections[4].to_node, -1);
}

} // namespace
} // namespace ksbox::testing
