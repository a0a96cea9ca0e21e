// Section K: adapters, their subdevices, physical connections and power.
#include "conformance/subdevices_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Adapters : public Subdevices {};
KSBOX_IN_BOTH_MODES(Adapters);

TEST_P(Adapters, K1_ElevenMajorFunctionsAndAddDeviceAreInstalled) {
    std::vector<std::uint64_t> majors;
    for (const JournalEntry &entry : entries("major"))
        majors.push_back(entry.values[0]);
    // CREATE, CLOSE, READ, WRITE, FLUSH_BUFFERS, DEVICE_CONTROL, QUERY_ and SET_SECURITY, POWER,
    // SYSTEM_CONTROL, PNP
    for (std::uint64_t major : {0x00, 0x02, 0x03, 0x04, 0x09, 0x0e, 0x14, 0x15, 0x16, 0x17, 0x1b})
        EXPECT_THAT(majors, ::testing::Contains(major));
    EXPECT_EQ(entries("add device").at(0).values[0], 1u);
}

TEST_P(Adapters, K2_TheExtensionIsPortClssOwnOrLonger) {
    constexpr std::uint32_t own = 64 * 8;
    for (std::uint32_t bytes : {1u, 8u, own - 1})
        EXPECT_EQ(command(SUBDEVICES_ADD_ADAPTER, {bytes}), invalid_parameter) << bytes;
    EXPECT_THAT(driver.findings(), ::testing::Contains(HasSubstr("device extension of 511 bytes")));
}

TEST_P(Adapters, K2_TheFdoIsAttachedToItsPdo) {
    EXPECT_EQ(entries("pdo").at(0).values[0], 1u);
}

TEST_P(Adapters, K3_ASubdevicesNameIsItsReferenceString) {
    EXPECT_THAT(references(), ElementsAre("Control"));
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"Speaker"), success);
    EXPECT_THAT(references(), ElementsAre("Control", "Speaker"));
    Filter speaker = open("Speaker");
    EXPECT_EQ(speaker.pin_count(), std::uint32_t(SUBDEVICES_BRIDGE_PINS));
}

TEST_P(Adapters, K3_NamesAreUnique) {
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"Control"), object_name_collision);
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"CONTROL"), object_name_collision);
    EXPECT_THAT(references(), ElementsAre("Control"));
    EXPECT_THAT(driver.findings(),
                ::testing::Contains(HasSubstr("there is a subdevice \"Control\" already")));
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"A"), success);
}

TEST_P(Adapters, K3_NoMoreThanMaxObjects) {
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"A"), success);
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_b}, u"B"), success);
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_c}, u"C"), allotted_space_exceeded);
    EXPECT_THAT(references(), ElementsAre("A", "B", "Control"));
    EXPECT_THAT(driver.findings(),
                ::testing::Contains(HasSubstr("\"C\" is one more than the 3 objects")));
    EXPECT_EQ(command(SUBDEVICES_UNREGISTER, {port_a}), success);
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_c}, u"C"), success);
}

TEST_P(Adapters, K3_inferred_APortIsRegisteredOnce) {
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"A"), success);
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_a}, u"Another"), invalid_parameter);
    EXPECT_THAT(driver.findings(), ::testing::Contains(HasSubstr("registered already, as \"A\"")));
    EXPECT_THAT(references(), ElementsAre("A", "Control"));
}

TEST_P(Adapters, K4_StartDeviceRunsAtPassiveWithTheResourceList) {
    const auto start = entries("start");
    ASSERT_EQ(start.size(), 1u);
    EXPECT_EQ(start[0].values[0], 0u); // PASSIVE_LEVEL
    EXPECT_EQ(start[0].values[1], 0u); // the root bus gives it none
    // Each miniport's Init has the list too.
    EXPECT_EQ(entries("init").size(), 4u);
    for (const JournalEntry &init : entries("init"))
        EXPECT_EQ(init.values[1], 1u);
}

TEST_P(Adapters, K4_inferred_APortIsInitializedOnce) {
    EXPECT_EQ(command(SUBDEVICES_REINIT, {port_a}), invalid_parameter);
}

TEST_P(Adapters, K5_PortsAreMadeByTheirClass) {
    for (std::uint32_t port_class : {SUBDEVICES_CLASS_TOPOLOGY}) {
        forget_journal(control);
        EXPECT_EQ(command(SUBDEVICES_NEW_PORT, {port_class}), success) << port_class;
        // The other interface is the same object's, and with its last reference it is gone.
        EXPECT_THAT(entries("port"), ElementsAre(JournalEntry{"port", {1, 1, 0}, 0}));
        EXPECT_THAT(entries("port gone"), ElementsAre(JournalEntry{"port gone", {0, 0, 0}, 0}));
    }
    EXPECT_EQ(command(SUBDEVICES_NEW_PORT, {SUBDEVICES_CLASS_UNKNOWN}), invalid_parameter);
}

TEST_P(Adapters, K5_inferred_EventsForEtwAreInTheTrace) {
    forget_journal(control);
    traced.mark();
    EXPECT_EQ(command(SUBDEVICES_NEW_PORT, {SUBDEVICES_CLASS_TOPOLOGY}), success);
    EXPECT_THAT(entries("etw"), IsEmpty());
    EXPECT_EQ(command(SUBDEVICES_NEW_PORT, {SUBDEVICES_CLASS_WAVE_RT}), success);
    EXPECT_THAT(entries("etw"), ElementsAre(JournalEntry{"etw", {0, 0, 0}, 0}));
    const Events written = matching(traced.events(), "portcls.etw");
    ASSERT_EQ(written.size(), 1u);
    for (int i = 1; i <= 4; ++i)
        EXPECT_EQ(written[0].value("data" + std::to_string(i), 0), 11 * i);
}

class PhysicalConnections : public Subdevices {
  protected:
    Filter registered(std::uint32_t port, std::u16string_view name, const std::string &reference) {
        EXPECT_EQ(command(SUBDEVICES_REGISTER, {port}, name), success);
        return open(reference);
    }
    Answer ask(Filter &filter, std::uint32_t pin, std::size_t bytes) {
        const std::uint32_t which[2] = {pin, 0};
        return send(
            client, filter.handle(), IOCTL_KS_PROPERTY,
            joined(identifier(pin_set, KSPROPERTY_PIN_PHYSICALCONNECTION, KSPROPERTY_TYPE_GET),
                   bytes_of(which)),
            room(bytes));
    }
    /// "pin link", as the filter answers; its status as a number if it does not.
    std::string other_end(Filter &filter, std::uint32_t pin) {
        const Answer size = ask(filter, pin, 0);
        if (size.status != buffer_overflow)
            return std::to_string(size.status);
        const Answer all = ask(filter, pin, size.information);
        EXPECT_EQ(all.status, success);
        EXPECT_EQ(all.information, size.information);
        EXPECT_EQ(all.as<std::uint32_t>(0), size.information);
        std::string link;
        for (std::size_t at = 8; all.as<char16_t>(at); at += 2)
            link += char(all.as<char16_t>(at));
        EXPECT_EQ(size.information, 8 + 2 * (link.size() + 1));
        return std::to_string(all.as<std::uint32_t>(4)) + " " + link;
    }
    Filter a = registered(port_a, u"A", "A"), b = registered(port_b, u"B", "B");
    const std::string none = std::to_string(not_found);
};
KSBOX_IN_BOTH_MODES(PhysicalConnections);

TEST_P(PhysicalConnections, K6_BothEndsReportEachOther) {
    EXPECT_EQ(other_end(a, 1), none);
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 0}), success);
    EXPECT_EQ(other_end(a, 1), "0 " + path_of("B"));
    EXPECT_EQ(other_end(b, 0), "1 " + path_of("A"));
    EXPECT_EQ(other_end(a, 0), none);
    EXPECT_EQ(other_end(b, 1), none);
    EXPECT_EQ(ask(a, SUBDEVICES_BRIDGE_PINS, 0).status, invalid_parameter);
    EXPECT_EQ(ask(a, 1, 10).status, buffer_too_small);
}

TEST_P(PhysicalConnections, K6_ExternalFiltersAreKnownByTheirLink) {
    EXPECT_EQ(command(SUBDEVICES_CONNECT_TO, {port_a, 1, 0, 7}, u"\\\\?\\elsewhere"), success);
    EXPECT_EQ(other_end(a, 1), "7 \\\\?\\elsewhere");
    EXPECT_EQ(command(SUBDEVICES_CONNECT_FROM, {0, 3, port_b, 0}, u"\\\\?\\source"), success);
    EXPECT_EQ(other_end(b, 0), "3 \\\\?\\source");
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT_TO, {port_a, 1, 0, 7}, u"\\\\?\\elsewhere"), success);
    EXPECT_EQ(other_end(a, 1), none);
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT_FROM, {0, 3, port_b, 0}, u"\\\\?\\source"), success);
    EXPECT_EQ(other_end(b, 0), none);
}

TEST_P(PhysicalConnections, K6_TheyAreUnregisteredAsTheyWereRegistered) {
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 0}), success);
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT, {port_a, 1, port_b, 1}), not_found);
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT, {port_b, 0, port_a, 1}), not_found);
    EXPECT_EQ(other_end(a, 1), "0 " + path_of("B"));
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT, {port_a, 1, port_b, 0}), success);
    EXPECT_EQ(other_end(a, 1), none);
    EXPECT_EQ(other_end(b, 0), none);
    EXPECT_EQ(command(SUBDEVICES_DISCONNECT, {port_a, 1, port_b, 0}), not_found);
}

TEST_P(PhysicalConnections, K6_inferred_BadEndsAreRefused) {
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 9, port_b, 0}), invalid_parameter);
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 9}), invalid_parameter);
    EXPECT_EQ(command(SUBDEVICES_CONNECT_TO, {port_a, 1, 0, 0}, u""), invalid_parameter);
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 0}), success);
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 0}), objectid_exists);
}

TEST_P(PhysicalConnections, K16_ASubdeviceComesAndGoesWithItsJack) {
    EXPECT_EQ(command(SUBDEVICES_CONNECT, {port_a, 1, port_b, 0}), success);
    forget_journal(control);
    EXPECT_EQ(command(SUBDEVICES_UNREGISTER, {port_b}), success);
    EXPECT_THAT(references(), ElementsAre("A", "Control"));
    EXPECT_EQ(other_end(a, 1), none); // there is no filter to name
    // A filter that is open stays until it is closed.
    EXPECT_EQ(b.pin_count(), std::uint32_t(SUBDEVICES_BRIDGE_PINS));
    EXPECT_EQ(command(SUBDEVICES_UNREGISTER, {port_b}), not_found);
    b.close();
    EXPECT_THAT(entries("miniport gone"), IsEmpty()); // the driver has the port still
    EXPECT_EQ(command(SUBDEVICES_REGISTER, {port_b}, u"B again"), success);
    EXPECT_THAT(references(), ElementsAre("A", "B again", "Control"));
    EXPECT_EQ(other_end(a, 1), "0 " + path_of("B again"));
}

class AdapterPower : public Subdevices {};
KSBOX_IN_BOTH_MODES(AdapterPower);

TEST_P(AdapterPower, K15_TheAdapterIsAskedAndTold) {
    EXPECT_EQ(command(SUBDEVICES_POWER, {0}), success);
    forget_journal(control);
    traced.box().suspend();
    traced.box().resume();
    traced.box().run_for(std::chrono::seconds(1));
    std::vector<std::string> story;
    for (const JournalEntry &entry : journal(control))
        story.push_back(entry.what + " " + std::to_string(entry.values[0]));
    EXPECT_THAT(story, ElementsAre("power query 4", "power change 4", "power change 1"));
}

TEST_P(AdapterPower, K15_TheAdapterMayRefuse) {
    EXPECT_EQ(command(SUBDEVICES_POWER, {0}), success);
    answer(control, "power query", device_busy);
    EXPECT_THROW(traced.box().suspend(), Error);
    EXPECT_THAT(entries("power change"), IsEmpty());
}

TEST_P(AdapterPower, K15_ItIsRegisteredOnceAndLetGoOf) {
    EXPECT_EQ(command(SUBDEVICES_POWER, {0}), success);
    EXPECT_EQ(command(SUBDEVICES_POWER, {0}), invalid_parameter);
    EXPECT_THAT(driver.findings(), ::testing::Contains(HasSubstr("called twice")));
    forget_journal(control);
    EXPECT_EQ(command(SUBDEVICES_POWER, {1}), success);
    EXPECT_EQ(entries("power object gone").size(), 1u);
    forget_journal(control);
    traced.box().suspend();
    traced.box().resume();
    EXPECT_THAT(journal(control), IsEmpty());
}

TEST_P(AdapterPower, K15_TheDriverAsksForAState) {
    EXPECT_EQ(command(SUBDEVICES_POWER, {0}), success);
    forget_journal(control);
    EXPECT_EQ(command(SUBDEVICES_NEW_STATE, {4}), success); // D3
    traced.box().run_for(std::chrono::seconds(1));
    EXPECT_EQ(entries("power change").at(0).values[0], 4u);
}

} // namespace
} // namespace ksbox::testing
