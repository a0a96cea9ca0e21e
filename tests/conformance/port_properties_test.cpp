// Section K: properties and events of PortCls filters and nodes, as miniports' handlers get them.
#include "conformance/subdevices_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t get = KSPROPERTY_TYPE_GET, set = KSPROPERTY_TYPE_SET,
                        basic = KSPROPERTY_TYPE_BASICSUPPORT;
constexpr std::uint32_t no_node = 0xffffffff;

class PortProperties : public Subdevices {
  protected:
    PortProperties() {
        EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"A"), success);
        filter = std::make_unique<Filter>(open("A"));
        forget_journal(control);
    }
    Answer ask(std::uint32_t id, std::uint32_t flags, std::vector<std::byte> data,
               const std::vector<std::byte> &instance = {}) {
        return send(client, filter->handle(), IOCTL_KS_PROPERTY,
                    joined(identifier(probe_set, id, flags), instance), std::move(data));
    }
    Answer ask_node(std::uint32_t id, std::uint32_t flags, std::vector<std::byte> data,
                    const std::vector<std::byte> &instance = {}) {
        return send(client, filter->handle(), IOCTL_KS_PROPERTY,
                    joined(node_identifier(probe_set, id, flags, 0), instance), std::move(data));
    }
    /// {"property", verb, node, instance bytes | value bytes << 32}
    static JournalEntry asked(std::uint32_t verb, std::uint32_t node, std::uint64_t instance,
                              std::uint64_t value) {
        return {"property", {verb, node, instance | value << 32}, 0};
    }
    std::unique_ptr<Filter> filter;
};
KSBOX_IN_BOTH_MODES(PortProperties);

TEST_P(PortProperties, K8_AFilterPropertyHasNoNodeAndNoInstance) {
    const Answer answer = ask(SUBDEVICE_PROBE_VALUE, get, room(16));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.information, 12u); // ValueSize as the handler left it
    EXPECT_EQ(answer.as<std::uint32_t>(0), 0u);
    EXPECT_EQ(answer.as<std::uint32_t>(4), no_node);
    EXPECT_EQ(answer.as<std::uint32_t>(12), 0xcdcdcdcdu);
    EXPECT_THAT(entries("property"), ElementsAre(asked(get, no_node, 0, 16)));
    // MajorTarget, no MinorTarget; Instance null, Value not.
    EXPECT_THAT(entries("targets"), ElementsAre(JournalEntry{"targets", {1, 0, 2}, 0}));
}

TEST_P(PortProperties, K8_WhatFollowsTheHeadIsTheInstance) {
    const std::uint32_t more[2] = {41, 0};
    const Answer answer = ask(SUBDEVICE_PROBE_VALUE, get, room(12), bytes_of(more));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 42u);
    EXPECT_THAT(entries("property"), ElementsAre(asked(get, no_node, 8, 12)));
    EXPECT_THAT(entries("targets"), ElementsAre(JournalEntry{"targets", {1, 0, 3}, 0}));
}

TEST_P(PortProperties, K8_ANodesPropertyGoesToTheNodesHandlerWithItsNumber) {
    const std::uint32_t channel[2] = {1, 0}; // as in KSNODEPROPERTY_AUDIO_CHANNEL
    const Answer answer = ask_node(SUBDEVICE_PROBE_VALUE, get, room(12), bytes_of(channel));
    EXPECT_EQ(answer.status, success);
    EXPECT_EQ(answer.as<std::uint32_t>(0), 2u);
    EXPECT_EQ(answer.as<std::uint32_t>(4), 0u);
    EXPECT_THAT(entries("property"), ElementsAre(asked(get, 0, 8, 12)));
    // The filter's table has this one, the node's has not.
    EXPECT_EQ(ask_node(SUBDEVICE_PROBE_READONLY, get, room(12)).status, not_found);
}

TEST_P(PortProperties, K8_AZeroLengthQueryIsTheHandlersToAnswer) {
    const Answer size = ask(SUBDEVICE_PROBE_VALUE, get, {});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 12u);
    EXPECT_THAT(entries("property"), ElementsAre(asked(get, no_node, 0, 0)));
    EXPECT_THAT(entries("targets"), ElementsAre(JournalEntry{"targets", {1, 0, 0}, 0}));
    const Answer short_one = ask(SUBDEVICE_PROBE_VALUE, get, room(11));
    EXPECT_EQ(short_one.status, buffer_too_small);
    EXPECT_EQ(short_one.information, 0u);
}

TEST_P(PortProperties, K8_VerbsAreWhatTheItemsFlagsSay) {
    EXPECT_EQ(ask(SUBDEVICE_PROBE_VALUE, set, room(5)).status, success);
    EXPECT_EQ(ask(SUBDEVICE_PROBE_READONLY, get, room(12)).status, success);
    EXPECT_EQ(ask(SUBDEVICE_PROBE_READONLY, set, room(12)).status, not_found);
    EXPECT_THAT(entries("property"),
                ElementsAre(asked(set, no_node, 0, 5), asked(get, no_node, 0, 12)));
}

TEST_P(PortProperties, K8_BasicSupportIsTheHandlersIfItClaimsItElseThePorts) {
    const Answer own = ask(SUBDEVICE_PROBE_VALUE, basic, room(4));
    EXPECT_EQ(own.status, success);
    EXPECT_EQ(own.as<std::uint32_t>(), get | set | basic);
    EXPECT_THAT(entries("property"), ElementsAre(asked(basic, no_node, 0, 4)));
    forget_journal(control);
    const Answer ports = ask(SUBDEVICE_PROBE_READONLY, basic, room(4));
    EXPECT_EQ(ports.status, success);
    EXPECT_EQ(ports.as<std::uint32_t>() & (get | set), get);
    EXPECT_THAT(entries("property"), IsEmpty());
}

TEST_P(PortProperties, K8_AHandlersErrorIsTheRequests) {
    for (const std::uint32_t status : {device_busy, invalid_device_state, no_match}) {
        answer(control, "property", status, 1);
        const Answer failed = ask(SUBDEVICE_PROBE_VALUE, get, room(12));
        EXPECT_EQ(failed.status, status);
        if (status >> 30 == 3)
            EXPECT_EQ(failed.information, 0u);
    }
}

TEST_P(PortProperties, K8_APendingRequestIsCompletedLater) {
    Buffer value(client, 4);
    Request request =
        client.start_control(filter->handle(), IOCTL_KS_PROPERTY,
                             identifier(probe_set, SUBDEVICE_PROBE_PENDING, get), value.bytes());
    EXPECT_FALSE(request.wait_for(200'000));
    // "Never call this function with an NtStatus value of STATUS_PENDING."
    EXPECT_EQ(command(SUBDEVICES_COMPLETE, {pending}), invalid_parameter);
    EXPECT_FALSE(request.wait_for(200'000));
    EXPECT_EQ(command(SUBDEVICES_COMPLETE, {success}), success);
    const IoResult result = request.wait();
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.information, 4u);
    EXPECT_EQ(*reinterpret_cast<const std::uint32_t *>(value.data()), 77u);
}

TEST_P(PortProperties, K8_APendingRequestMayFail) {
    Buffer value(client, 4);
    Request request =
        client.start_control(filter->handle(), IOCTL_KS_PROPERTY,
                             identifier(probe_set, SUBDEVICE_PROBE_PENDING, get), value.bytes());
    EXPECT_FALSE(request.wait_for(200'000));
    EXPECT_EQ(command(SUBDEVICES_COMPLETE, {io_device_error}), success);
    const IoResult result = request.wait();
    EXPECT_EQ(std::uint32_t(result.status), io_device_error);
    EXPECT_EQ(result.information, 0u);
}

TEST_P(PortProperties, K8_SetsAndItemsThatNobodyHas) {
    EXPECT_EQ(ask(99, get, room(12)).status, not_found);
    EXPECT_EQ(
        send(client, filter->handle(), IOCTL_KS_PROPERTY, identifier(Guid{0x1}, 0, get), room(12))
            .status,
        propset_not_found);
}

class PortEvents : public PortProperties {
  protected:
    /// An event of the client's, enabled on the filter or its node 0.
    struct Watch {
        explicit Watch(Client &client)
            : client(client), event(client.create_event(false)), data(client, sizeof(KSEVENTDATA)) {
            auto &value = *reinterpret_cast<KSEVENTDATA *>(data.data());
            value = {};
            value.NotificationType = KSEVENTF_EVENT_HANDLE;
            value.EventHandle.Event = reinterpret_cast<HANDLE>(event);
        }
        ~Watch() { client.close(event); }
        bool told() { return client.wait(event, 0); }
        Client &client;
        Handle event;
        Buffer data;
    };
    std::uint32_t enable(Watch &watch, std::vector<std::byte> request) {
        return std::uint32_t(
            client.control(filter->handle(), IOCTL_KS_ENABLE_EVENT, request, watch.data.bytes())
                .status);
    }
    std::uint32_t enable_on_filter(Watch &watch, std::uint32_t flags = KSEVENT_TYPE_ENABLE) {
        return enable(watch, identifier(probe_set, SUBDEVICE_EVENT, flags));
    }
    std::uint32_t enable_on_node(Watch &watch) {
        return enable(watch, node_identifier(probe_set, SUBDEVICE_EVENT, KSEVENT_TYPE_ENABLE, 0));
    }
    std::uint32_t disable(Watch &watch) {
        return std::uint32_t(
            client.control(filter->handle(), IOCTL_KS_DISABLE_EVENT, watch.data.bytes(), {})
                .status);
    }
    /// IPortEvents::GenerateEventList of A's port.
    void generate(std::uint32_t id, Values selection = {0, 0, 0, 0}, bool any_set = false) {
        selection.insert(selection.begin(), {port_a, id});
        EXPECT_EQ(command(SUBDEVICES_GENERATE, selection, any_set ? u"any" : u""), success);
    }
    std::vector<std::pair<std::uint64_t, std::uint64_t>> verbs() {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
        for (const JournalEntry &entry : entries("event"))
            found.emplace_back(entry.values[0], entry.values[1]);
        return found;
    }
    static constexpr std::uint64_t add = 1, remove = 2;
};
KSBOX_IN_BOTH_MODES(PortEvents);

using Verbs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

TEST_P(PortEvents, K18_AnEventIsAddedSignalledAndRemoved) {
    Watch watch(client);
    EXPECT_EQ(enable_on_filter(watch), success);
    EXPECT_FALSE(watch.told());
    generate(SUBDEVICE_EVENT);
    EXPECT_TRUE(watch.told());
    generate(SUBDEVICE_EVENT);
    EXPECT_TRUE(watch.told());
    EXPECT_EQ(disable(watch), success);
    generate(SUBDEVICE_EVENT);
    EXPECT_FALSE(watch.told());
    EXPECT_EQ(verbs(), (Verbs{{add, no_node}, {remove, no_node}}));
}

TEST_P(PortEvents, K18_OnlyThoseSelectedAreSignalled) {
    Watch on_filter(client), on_node(client);
    EXPECT_EQ(enable_on_filter(on_filter), success);
    EXPECT_EQ(enable_on_node(on_node), success);
    EXPECT_EQ(verbs(), (Verbs{{add, no_node}, {add, 0}}));
    const auto told = [&](std::uint32_t id, Values selection, bool any_set = false) {
        generate(id, std::move(selection), any_set);
        return std::pair(on_filter.told(), on_node.told());
    };
    EXPECT_EQ(told(SUBDEVICE_EVENT, {0, 0, 0, 0}), std::pair(true, true));
    EXPECT_EQ(told(SUBDEVICE_EVENT, {0, 0, 1, 0}), std::pair(false, true));
    EXPECT_EQ(told(SUBDEVICE_EVENT, {0, 0, 1, 5}), std::pair(false, false));
    EXPECT_EQ(told(SUBDEVICE_EVENT, {1, 0, 0, 0}), std::pair(false, false)); // a pin's
    EXPECT_EQ(told(SUBDEVICE_EVENT + 1, {0, 0, 0, 0}), std::pair(false, false));
    EXPECT_EQ(told(SUBDEVICE_EVENT, {0, 0, 0, 0}, true), std::pair(true, true));
}

TEST_P(PortEvents, K18_AnEventOfThePinThatItNames) {
    const auto enable_for = [&](Watch &watch, std::uint32_t pin) {
        const std::uint32_t which[2] = {pin, 0}; // KSE_PIN
        return enable(watch, joined(identifier(probe_set, SUBDEVICE_EVENT, KSEVENT_TYPE_ENABLE),
                                    bytes_of(which)));
    };
    Watch first(client), second(client), none(client), of_no_pin(client);
    EXPECT_EQ(enable_for(first, 0), success);
    EXPECT_EQ(enable_for(second, 1), success);
    EXPECT_EQ(enable_for(none, SUBDEVICES_BRIDGE_PINS), success); // inferred
    EXPECT_EQ(enable_on_filter(of_no_pin), success);
    const auto told = [&](Values selection) {
        generate(SUBDEVICE_EVENT, std::move(selection));
        return std::vector<bool>{first.told(), second.told(), none.told(), of_no_pin.told()};
    };
    EXPECT_EQ(told({1, 0, 0, 0}), (std::vector<bool>{true, false, false, false}));
    EXPECT_EQ(told({1, 1, 0, 0}), (std::vector<bool>{false, true, false, false}));
    EXPECT_EQ(told({1, SUBDEVICES_BRIDGE_PINS, 0, 0}), std::vector<bool>(4, false));
    EXPECT_EQ(told({0, 0, 0, 0}), std::vector<bool>(4, true)); // PinEvent FALSE: any
    EXPECT_EQ(verbs().size(), 4u);
}

TEST_P(PortEvents, K18_AOneShotEventIsSignalledOnce) {
    Watch watch(client);
    EXPECT_EQ(enable_on_filter(watch, KSEVENT_TYPE_ONESHOT), success);
    generate(SUBDEVICE_EVENT);
    EXPECT_TRUE(watch.told());
    generate(SUBDEVICE_EVENT);
    EXPECT_FALSE(watch.told());
}

TEST_P(PortEvents, K18_TheHandlerMayRefuse) {
    Watch watch(client);
    answer(control, "event", invalid_device_state);
    EXPECT_EQ(enable_on_filter(watch), invalid_device_state);
    generate(SUBDEVICE_EVENT);
    EXPECT_FALSE(watch.told());
    EXPECT_EQ(disable(watch), unsuccessful);
    EXPECT_EQ(enable_on_filter(watch, KSEVENT_TYPE_BASICSUPPORT), invalid_device_state);
    answer(control, "event", success);
    EXPECT_EQ(enable_on_filter(watch, KSEVENT_TYPE_BASICSUPPORT), success);
}

TEST_P(PortEvents, K18_ClosingTheFilterDisablesItsEventsOnly) {
    Watch mine(client), theirs(client);
    EXPECT_EQ(enable_on_filter(mine), success);
    Filter other = open("A");
    std::swap(*filter, other);
    EXPECT_EQ(enable_on_filter(theirs), success);
    other.close();
    EXPECT_EQ(verbs(), (Verbs{{add, no_node}, {add, no_node}, {remove, no_node}}));
    generate(SUBDEVICE_EVENT);
    EXPECT_FALSE(mine.told());
    EXPECT_TRUE(theirs.told());
}

} // namespace
} // namespace ksbox::testing
