// Events, methods and automation tables of a minidriver (section H).
#include <gtest/gtest.h>

#include "ks/testing/host_driver.h"

namespace ksbox::ks::testing {
namespace {

const GUID event_set = {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}};
const GUID method_set = {0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 9}};

struct Seen {
    int added = 0;
    int removed = 0;
    int method_calls = 0;
    int component_calls = 0;
    ULONG node = 0;
};
Seen *seen = nullptr;

NTSTATUS NTAPI add_event(PIRP irp, PKSEVENTDATA data, PKSEVENT_ENTRY entry) {
    ++seen->added;
    return KsDefaultAddEventHandler(irp, data, entry);
}
void NTAPI remove_event(PFILE_OBJECT, PKSEVENT_ENTRY entry) {
    ++seen->removed;
    RemoveEntryList(&entry->ListEntry);
}
NTSTATUS NTAPI double_it(PIRP irp, PKSIDENTIFIER, PVOID data) {
    ++seen->method_calls;
    *static_cast<ULONG *>(data) *= 2;
    irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI get_component(PIRP irp, PKSIDENTIFIER, PVOID data) {
    ++seen->component_calls;
    static_cast<KSCOMPONENTID *>(data)->Version = 77;
    irp->IoStatus.Information = sizeof(KSCOMPONENTID);
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI get_node_value(PIRP irp, PKSIDENTIFIER, PVOID data) {
    seen->node = KsGetNodeIdFromIrp(irp);
    *static_cast<ULONG *>(data) = 42;
    return STATUS_SUCCESS; // leaves Information to the class driver
}

struct Tables {
    KSEVENT_ITEM events[2] = {{1, sizeof(KSEVENTDATA), 0, nullptr, nullptr, nullptr},
                              {2, sizeof(KSEVENTDATA), 16, add_event, remove_event, nullptr}};
    KSEVENT_SET event_sets[1] = {{&event_set, 2, events}};
    KSMETHOD_ITEM methods[1] = {};
    KSMETHOD_SET method_sets[1] = {{&method_set, 1, methods, 0, nullptr}};
    KSPROPERTY_ITEM general[1] = {};
    KSPROPERTY_ITEM node_items[1] = {};
    KSPROPERTY_SET property_sets[1] = {{&KSPROPSETID_General, 1, general, 0, nullptr}};
    KSPROPERTY_SET node_sets[1] = {{&event_set, 1, node_items, 0, nullptr}};
    KSAUTOMATION_TABLE table{};
    KSAUTOMATION_TABLE node_table{};
    KSNODE_DESCRIPTOR nodes[2] = {};
    KSCOMPONENTID component{};
    KSFILTER_DESCRIPTOR filter{};
    const KSFILTER_DESCRIPTOR *filters[1] = {&filter};
    KSDEVICE_DESCRIPTOR device{};

    Tables() {
        methods[0].MethodId = 5;
        methods[0].MethodHandler = double_it;
        methods[0].MinMethod = sizeof(KSMETHOD);
        methods[0].MinData = sizeof(ULONG);
        methods[0].Flags = KSMETHOD_TYPE_MODIFY;
        general[0].PropertyId = KSPROPERTY_GENERAL_COMPONENTID;
        general[0].GetPropertyHandler = get_component;
        general[0].MinProperty = sizeof(KSPROPERTY);
        general[0].MinData = sizeof(KSCOMPONENTID);
        node_items[0].PropertyId = 3;
        node_items[0].GetPropertyHandler = get_node_value;
        node_items[0].MinProperty = sizeof(KSPROPERTY);
        node_items[0].MinData = sizeof(ULONG);
        table = {1, sizeof(KSPROPERTY_ITEM), property_sets, 1, sizeof(KSMETHOD_ITEM), method_sets,
                 1, sizeof(KSEVENT_ITEM),    event_sets};
        node_table.PropertySetsCount = 1;
        node_table.PropertyItemSize = sizeof(KSPROPERTY_ITEM);
        node_table.PropertySets = node_sets;
        nodes[1].AutomationTable = &node_table;
        filter.AutomationTable = &table;
        filter.ReferenceGuid = &KSNAME_Filter;
        filter.CategoriesCount = 1;
        filter.Categories = &KSCATEGORY_CAPTURE;
        filter.NodeDescriptorsCount = 2;
        filter.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
        filter.NodeDescriptors = nodes;
        filter.ComponentId = &component;
        device.FilterDescriptorsCount = 1;
        device.FilterDescriptors = filters;
        device.Version = KSDEVICE_DESCRIPTOR_VERSION;
    }
};

class Automation : public ::testing::Test {
  protected:
    Automation() {
        seen = &seen_;
        driver_ = std::make_unique<HostDriver>(tables_.device);
    }
    ~Automation() override {
        driver_.reset();
        seen = nullptr;
    }
    void with_filter(const std::function<void(HANDLE)> &work) {
        driver_->run([&] {
            filter_ = driver_->open_filter();
            ASSERT_TRUE(filter_);
            work(filter_);
            ZwClose(filter_);
        });
    }
    NTSTATUS enable(HANDLE file, ULONG id, ULONG flags, KSEVENTDATA &data) {
        KSEVENT event{};
        event.Set = event_set;
        event.Id = id;
        event.Flags = flags;
        return control(file, IOCTL_KS_ENABLE_EVENT, std::as_bytes(std::span(&event, 1)),
                       std::as_writable_bytes(std::span(&data, 1)));
    }
    NTSTATUS disable(HANDLE file, KSEVENTDATA &data) {
        return control(file, IOCTL_KS_DISABLE_EVENT, std::as_bytes(std::span(&data, 1)), {});
    }
    KSEVENTDATA object_event(KEVENT &event) {
        KeInitializeEvent(&event, SynchronizationEvent, FALSE);
        KSEVENTDATA data{};
        data.NotificationType = KSEVENTF_EVENT_OBJECT;
        data.EventObject.Event = &event;
        return data;
    }
    void generate(HANDLE file, ULONG id) {
        // pin_of() works for every AVStream object.
        KsGenerateEvents(pin_of(file), &event_set, id, 0, nullptr, nullptr, nullptr);
    }
    static bool signalled(KEVENT &event) {
        LARGE_INTEGER zero{};
        return KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS;
    }

    Tables tables_;
    Seen seen_;
    std::unique_ptr<HostDriver> driver_;
    HANDLE filter_ = nullptr;
};

TEST_F(Automation, H9H11ANEnabledEventIsSignalledUntilDisabledByItsPointer) {
    with_filter([&](HANDLE filter) {
        KEVENT event;
        KSEVENTDATA data = object_event(event);
        ASSERT_EQ(enable(filter, 1, KSEVENT_TYPE_ENABLE, data), STATUS_SUCCESS);
        EXPECT_FALSE(signalled(event));
        generate(filter, 2);
        EXPECT_FALSE(signalled(event));
        generate(filter, 1);
        EXPECT_TRUE(signalled(event));
        generate(filter, 1);
        EXPECT_TRUE(signalled(event));
        KSEVENTDATA other = data;
        EXPECT_EQ(disable(filter, other), STATUS_UNSUCCESSFUL);
        EXPECT_EQ(disable(filter, data), STATUS_SUCCESS);
        generate(filter, 1);
        EXPECT_FALSE(signalled(event));
    });
}

TEST_F(Automation, H9AOneShotEventGoesAfterItsFirstSignal) {
    with_filter([&](HANDLE filter) {
        KEVENT event;
        KSEVENTDATA data = object_event(event);
        ASSERT_EQ(enable(filter, 2, KSEVENT_TYPE_ONESHOT, data), STATUS_SUCCESS);
        EXPECT_EQ(seen_.added, 1);
        generate(filter, 2);
        EXPECT_TRUE(signalled(event));
        EXPECT_EQ(seen_.removed, 1);
        generate(filter, 2);
        EXPECT_FALSE(signalled(event));
    });
}

TEST_F(Automation, H9AZeroLengthDisableAndTheCloseFreeAllEvents) {
    with_filter([&](HANDLE filter) {
        KEVENT events[2];
        KSEVENTDATA data[2] = {object_event(events[0]), object_event(events[1])};
        ASSERT_EQ(enable(filter, 1, KSEVENT_TYPE_ENABLE, data[0]), STATUS_SUCCESS);
        ASSERT_EQ(enable(filter, 2, KSEVENT_TYPE_ENABLE, data[1]), STATUS_SUCCESS);
        EXPECT_EQ(control(filter, IOCTL_KS_DISABLE_EVENT, {}, {}), STATUS_SUCCESS);
        EXPECT_EQ(seen_.removed, 1);
        ASSERT_EQ(enable(filter, 2, KSEVENT_TYPE_ENABLE, data[1]), STATUS_SUCCESS);
    });
    EXPECT_EQ(seen_.removed, 2);
}

TEST_F(Automation, H5UnknownEventsAndUnknownWaysOfTelling) {
    with_filter([&](HANDLE filter) {
        KEVENT event;
        KSEVENTDATA data = object_event(event);
        EXPECT_EQ(enable(filter, 9, KSEVENT_TYPE_ENABLE, data), STATUS_NOT_FOUND);
        data.NotificationType = 0x40;
        EXPECT_EQ(enable(filter, 1, KSEVENT_TYPE_ENABLE, data), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(enable(filter, 1, KSEVENT_TYPE_BASICSUPPORT, data), STATUS_SUCCESS);
    });
}

TEST_F(Automation, H12AMethodGetsItsDataInAndOut) {
    with_filter([&](HANDLE filter) {
        KSMETHOD method{};
        method.Set = method_set;
        method.Id = 5;
        method.Flags = KSMETHOD_TYPE_SEND;
        ULONG value = 21, returned = 0;
        EXPECT_EQ(control(filter, IOCTL_KS_METHOD, std::as_bytes(std::span(&method, 1)),
                          std::as_writable_bytes(std::span(&value, 1)), &returned),
                  STATUS_SUCCESS);
        EXPECT_EQ(value, 42u);
        EXPECT_EQ(returned, sizeof value);
        EXPECT_EQ(control(filter, IOCTL_KS_METHOD, std::as_bytes(std::span(&method, 1)), {}),
                  STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(seen_.method_calls, 1);
    });
}

TEST_F(Automation, H6TheMinidriversItemSupersedesAvstreams) {
    with_filter([&](HANDLE filter) {
        KSCOMPONENTID id{};
        EXPECT_EQ(property(filter,
                           make_property(KSPROPSETID_General, KSPROPERTY_GENERAL_COMPONENTID,
                                         KSPROPERTY_TYPE_GET),
                           std::as_writable_bytes(std::span(&id, 1))),
                  STATUS_SUCCESS);
        EXPECT_EQ(id.Version, 77u);
        EXPECT_EQ(seen_.component_calls, 1);
    });
}

TEST_F(Automation, I3NodesAreReachedByFlagAndByHandle) {
    with_filter([&](HANDLE filter) {
        KSP_NODE request{};
        request.Property =
            make_property(event_set, 3, KSPROPERTY_TYPE_GET | KSPROPERTY_TYPE_TOPOLOGY);
        request.NodeId = 1;
        ULONG value = 0, returned = 0;
        const auto out = std::as_writable_bytes(std::span(&value, 1));
        EXPECT_EQ(property(filter, request, out, &returned), STATUS_SUCCESS);
        EXPECT_EQ(value, 42u);
        EXPECT_EQ(returned, sizeof value);
        EXPECT_EQ(seen_.node, 1u);
        request.NodeId = 0; // has no automation table
        EXPECT_EQ(property(filter, request, out), STATUS_PROPSET_NOT_FOUND);
        request.NodeId = 2;
        EXPECT_EQ(property(filter, request, out), STATUS_INVALID_PARAMETER);

        HANDLE node = nullptr;
        KSNODE_CREATE create{0, 1};
        ASSERT_EQ(KsCreateTopologyNode(filter, &create, GENERIC_READ, &node), STATUS_SUCCESS);
        seen_.node = 0;
        EXPECT_EQ(property(node, make_property(event_set, 3, KSPROPERTY_TYPE_GET), out),
                  STATUS_SUCCESS);
        EXPECT_EQ(seen_.node, 1u);
        ZwClose(node);
        create.Node = 2;
        EXPECT_EQ(KsCreateTopologyNode(filter, &create, GENERIC_READ, &node),
                  STATUS_INVALID_PARAMETER);
        create = {1, 1};
        EXPECT_EQ(KsCreateTopologyNode(filter, &create, GENERIC_READ, &node),
                  STATUS_INVALID_PARAMETER);
    });
}

} // namespace
} // namespace ksbox::ks::testing
