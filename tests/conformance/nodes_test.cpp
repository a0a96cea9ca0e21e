// Section I3: handles of topology nodes.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Nodes : public AutomationFilter {
  protected:
    Created create_node2(std::uint32_t id, std::uint32_t flags = 0) {
        const KSNODE_CREATE request{flags, id};
        HRESULT result = 0;
        HANDLE node = nullptr;
        client.run([&] {
            result = KsCreateTopologyNode2(as_handle(filter.handle()), &request,
                                           GENERIC_READ | GENERIC_WRITE, &node);
        });
        return {client, std::uint32_t(result), node};
    }
    Created create_node(std::uint32_t id, std::uint32_t flags = 0) {
        const KSNODE_CREATE request{flags, id};
        DWORD result = 0;
        HANDLE node = nullptr;
        client.run([&] {
            result = KsCreateTopologyNode(as_handle(filter.handle()), &request,
                                          GENERIC_READ | GENERIC_WRITE, &node);
        });
        return {client, result, node};
    }
    Answer on(const Created &node, std::uint32_t code, const std::vector<std::byte> &request,
              std::vector<std::byte> data) {
        return send(client, as_handle(node.handle), code, request, std::move(data));
    }
    Answer value_of(const Created &node) {
        return on(node, IOCTL_KS_PROPERTY,
                  identifier(automation_set, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET), room(4));
    }
};
KSBOX_IN_BOTH_MODES(Nodes);

TEST_P(Nodes, I3_ANodesHandleIsOneCreate) {
    traced.mark();
    const Created node = create_node2(NODE_AUTOMATED);
    EXPECT_EQ(node.error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
    traced.mark();
    EXPECT_EQ(create_node(NODE_AUTOMATED).error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLEANUP"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
}

TEST_P(Nodes, I3_ThroughTheHandleTheNodeAnswersAPlainRequest) {
    const Created node = create_node2(NODE_AUTOMATED);
    ASSERT_EQ(node.error, 0u);
    const Answer answer = value_of(node);
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(), 17u);
    const auto seen = entries("node get");
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].values[2], std::uint64_t(NODE_AUTOMATED)); // KsGetNodeIdFromIrp
    // And so does the filter for a KSP_NODE: it is the same node.
    EXPECT_EQ(on(node, IOCTL_KS_PROPERTY,
                 identifier(automation_set, AUTOMATION_VALUE, KSPROPERTY_TYPE_SET),
                 bytes_of(std::uint32_t(99)))
                  .status,
              success);
    EXPECT_EQ(node_property(NODE_AUTOMATED, AUTOMATION_VALUE, KSPROPERTY_TYPE_GET, room(4))
                  .as<std::uint32_t>(),
              99u);
}

TEST_P(Nodes, I3_TheHandleHasOnlyTheNodesSets) {
    const Created node = create_node2(NODE_AUTOMATED);
    const Answer sets =
        on(node, IOCTL_KS_PROPERTY, identifier({}, 0, KSPROPERTY_TYPE_SETSUPPORT), room(100));
    EXPECT_EQ(sets.status, success);
    EXPECT_EQ(sets.information, sizeof(Guid));
    EXPECT_EQ(sets.as<Guid>(), automation_set);
    EXPECT_EQ(
        on(node, IOCTL_KS_PROPERTY, identifier(serial_set, 0, KSPROPERTY_TYPE_GET), room(4)).status,
        propset_not_found);
    // The filter's has more properties of the set, the node only this one.
    EXPECT_EQ(on(node, IOCTL_KS_PROPERTY,
                 identifier(automation_set, AUTOMATION_READ_ONLY, KSPROPERTY_TYPE_GET), room(4))
                  .status,
              not_found);
    const Created bare = create_node2(NODE_BARE);
    ASSERT_EQ(bare.error, 0u);
    EXPECT_EQ(value_of(bare).status, propset_not_found);
    EXPECT_EQ(value_of(create_node2(NODE_EXTENDED)).as<std::uint32_t>(), 100u);
    EXPECT_EQ(value_of(create_node2(NODE_UNALIGNED)).status, invalid_parameter);
}

TEST_P(Nodes, I3_MethodsAndEventsGoThroughTheHandleToo) {
    const Created node = create_node2(NODE_AUTOMATED);
    EXPECT_EQ(on(node, IOCTL_KS_METHOD,
                 identifier(automation_set, METHOD_MODIFY, KSMETHOD_TYPE_SEND), room(4))
                  .as<std::uint32_t>(),
              0xcecececeu);
    const Handle event = client.create_event(false);
    const Buffer place(client, sizeof(KSEVENTDATA));
    auto &data = *reinterpret_cast<KSEVENTDATA *>(place.data());
    data.NotificationType = KSEVENTF_EVENT_HANDLE;
    data.EventHandle.Event = as_handle(event);
    const auto enable = [&] {
        return client
            .control(as_handle(node.handle), IOCTL_KS_ENABLE_EVENT,
                     identifier(automation_set, EVENT_DEFAULT, KSEVENT_TYPE_ENABLE), place.bytes())
            .status;
    };
    EXPECT_EQ(enable(), 0);
    const CONTROL_FIRING firing{EVENT_DEFAULT, 0, 0};
    filter.set(control_set, CONTROL_FIRE, bytes_of(firing)); // on the filter's list
    EXPECT_TRUE(client.wait(event, 0));
    // The filter's handle has not enabled it.
    EXPECT_EQ(client.control(filter.handle(), IOCTL_KS_DISABLE_EVENT, place.bytes(), {}).status,
              std::int32_t(unsuccessful));
    EXPECT_EQ(
        client.control(as_handle(node.handle), IOCTL_KS_DISABLE_EVENT, place.bytes(), {}).status,
        0);
    client.close(event);
}

TEST_P(Nodes, I3_ANodesEventsGoWithItsHandle) {
    Created node = create_node2(NODE_AUTOMATED);
    const Handle event = client.create_event(false);
    const Buffer place(client, sizeof(KSEVENTDATA));
    auto &data = *reinterpret_cast<KSEVENTDATA *>(place.data());
    data.NotificationType = KSEVENTF_EVENT_HANDLE;
    data.EventHandle.Event = as_handle(event);
    ASSERT_EQ(client
                  .control(as_handle(node.handle), IOCTL_KS_ENABLE_EVENT,
                           identifier(automation_set, EVENT_DEFAULT, KSEVENT_TYPE_ENABLE),
                           place.bytes())
                  .status,
              0);
    forget();
    node.object.close();
    EXPECT_THAT(entries("remove"), ElementsAre(entry("remove", EVENT_DEFAULT, 1)));
    client.close(event);
}

TEST_P(Nodes, I3_ThereMustBeSuchANode) {
    for (const std::uint32_t id : {std::uint32_t(NODE_COUNT), 1000u, KSFILTER_NODE}) {
        SCOPED_TRACE(id);
        const Created node = create_node2(id);
        EXPECT_EQ(node.error, 0x80070057u); // E_INVALIDARG
        EXPECT_EQ(node.handle, INVALID_HANDLE_VALUE);
        EXPECT_EQ(create_node(id).error, 87u); // ERROR_INVALID_PARAMETER
    }
}

TEST_P(Nodes, I3_CreateFlagsMustBeZero) {
    EXPECT_EQ(create_node2(NODE_AUTOMATED, 1).error, 0x80070057u);
    EXPECT_EQ(create_node(NODE_AUTOMATED, 0x80000000).error, 87u);
}

TEST_P(Nodes, I3_TheNodeKeepsItsFilter) {
    const Created node = create_node2(NODE_AUTOMATED);
    ASSERT_EQ(node.error, 0u);
    traced.mark();
    filter.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLEANUP"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 0u); // the node still refers to it
    EXPECT_EQ(value_of(node).as<std::uint32_t>(), 17u);
    client.close(as_handle(node.handle));
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 2u);
}

TEST_P(Nodes, I3_ANodeIsNoStream) {
    const Created node = create_node2(NODE_AUTOMATED);
    KSSTREAM_HEADER header{};
    header.Size = sizeof header;
    for (const std::uint32_t code : {IOCTL_KS_READ_STREAM, IOCTL_KS_WRITE_STREAM})
        EXPECT_EQ(on(node, code, {}, bytes_of(header)).status, invalid_device_request);
    EXPECT_THAT(journal(filter), IsEmpty());
}

} // namespace
} // namespace ksbox::testing
