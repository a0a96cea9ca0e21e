// Sections H9 to H11: IOCTL_KS_ENABLE_EVENT, IOCTL_KS_DISABLE_EVENT, and generating events.
#include <gmock/gmock.h>

#include "conformance/automation_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EventSets : public AutomationFilter {
  protected:
    /// A client's event and the KSEVENTDATA whose address names what it was enabled for.
    class Watch {
      public:
        explicit Watch(Client &client)
            : client_(client), event_(client.create_event(false)),
              place_(client, sizeof(AUTOMATION_EVENT_DATA)) {
            data().NotificationType = KSEVENTF_EVENT_HANDLE;
            data().EventHandle.Event = as_handle(event_);
        }
        ~Watch() { client_.close(event_); }
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;

        KSEVENTDATA &data() { return *reinterpret_cast<KSEVENTDATA *>(place_.data()); }
        AUTOMATION_EVENT_DATA &extended() {
            return *reinterpret_cast<AUTOMATION_EVENT_DATA *>(place_.data());
        }
        Handle event() const { return event_; }
        /// Whether there was a notification since the last question.
        bool told() { return client_.wait(event_, 0); }

        std::uint32_t enable(Handle object, const std::vector<std::byte> &request,
                             std::size_t bytes = sizeof(KSEVENTDATA)) {
            const IoResult result = client_.control(object, IOCTL_KS_ENABLE_EVENT, request,
                                                    place_.bytes().first(bytes));
            EXPECT_EQ(result.information, 0u);
            return std::uint32_t(result.status);
        }
        std::uint32_t enable(Handle object, std::uint32_t id,
                             std::uint32_t flags = KSEVENT_TYPE_ENABLE,
                             std::size_t bytes = sizeof(KSEVENTDATA)) {
            return enable(object, identifier(automation_set, id, flags), bytes);
        }
        std::uint32_t disable(Handle object, std::size_t bytes = sizeof(KSEVENTDATA)) {
            const IoResult result =
                client_.control(object, IOCTL_KS_DISABLE_EVENT, place_.bytes().first(bytes), {});
            EXPECT_EQ(result.information, 0u);
            return std::uint32_t(result.status);
        }
        std::vector<std::byte> query_request() {
            KSQUERYBUFFER request{};
            const std::vector<std::byte> event =
                identifier(automation_set, EVENT_PLAIN, KSEVENT_TYPE_QUERYBUFFER);
            std::memcpy(&request.Event, event.data(), event.size());
            request.EventData = &data();
            return bytes_of(request);
        }

      private:
        Client &client_;
        Handle event_;
        Buffer place_;
    };

    /// Has the driver generate events of the filter.
    void fire(std::uint32_t id, std::uint32_t flags = 0, std::uint32_t number = 0) {
        const CONTROL_FIRING firing{id, flags, number};
        filter.set(control_set, CONTROL_FIRE, bytes_of(firing));
    }
    Answer event(std::uint32_t id, std::uint32_t flags, std::vector<std::byte> data = {},
                 const Guid &set = automation_set) {
        return send(client, filter.handle(), IOCTL_KS_ENABLE_EVENT, identifier(set, id, flags),
                    std::move(data));
    }
    std::uint32_t disable_all(Handle object) {
        return send(client, object, IOCTL_KS_DISABLE_EVENT, {}, {}).status;
    }
    /// KSEVENT_TYPE_QUERYBUFFER.
    Answer next(Watch &watch, std::size_t bytes = 4) {
        return send(client, filter.handle(), IOCTL_KS_ENABLE_EVENT, watch.query_request(),
                    room(bytes));
    }
    const Handle object = filter.handle();
};
KSBOX_IN_BOTH_MODES(EventSets);

TEST_P(EventSets, H9_AnEnabledEventTellsTheClientEachTime) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    EXPECT_FALSE(watch.told());
    for (int round = 0; round < 3; ++round) {
        fire(EVENT_PLAIN);
        EXPECT_TRUE(watch.told());
        EXPECT_FALSE(watch.told());
    }
}

TEST_P(EventSets, H9_AOneShotEventTellsOnce) {
    for (const std::uint32_t flags :
         {KSEVENT_TYPE_ONESHOT, KSEVENT_TYPE_ENABLE | KSEVENT_TYPE_ONESHOT}) {
        Watch watch(client);
        ASSERT_EQ(watch.enable(object, EVENT_PLAIN, flags), success);
        fire(EVENT_PLAIN);
        EXPECT_TRUE(watch.told());
        fire(EVENT_PLAIN);
        EXPECT_FALSE(watch.told());
        EXPECT_EQ(watch.disable(object), unsuccessful); // gone
    }
}

TEST_P(EventSets, H9_ThePointerThatEnabledDisables) {
    Watch watch(client), stranger(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    EXPECT_EQ(stranger.disable(object), unsuccessful);
    fire(EVENT_PLAIN);
    EXPECT_TRUE(watch.told());
    watch.data() = {}; // only the address counts
    EXPECT_EQ(watch.disable(object), success);
    fire(EVENT_PLAIN);
    EXPECT_FALSE(watch.told());
    EXPECT_EQ(watch.disable(object), unsuccessful);
}

TEST_P(EventSets, H9_AShortPointerDisablesNothing) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    EXPECT_EQ(watch.disable(object, sizeof(KSEVENTDATA) - 1), invalid_buffer_size);
    fire(EVENT_PLAIN);
    EXPECT_TRUE(watch.told());
}

TEST_P(EventSets, H9_AnotherFileDoesNotDisableIt) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    EXPECT_EQ(watch.disable(other.handle()), unsuccessful);
    EXPECT_EQ(disable_all(other.handle()), success);
    fire(EVENT_PLAIN);
    EXPECT_TRUE(watch.told());
}

TEST_P(EventSets, H9_NoPointerDisablesAllOfThisClient) {
    Watch one(client), two(client), others(client);
    ASSERT_EQ(one.enable(object, EVENT_PLAIN), success);
    ASSERT_EQ(two.enable(object, EVENT_DEFAULT), success);
    const Created pin = create_pin(PIN_AUTOMATED);
    ASSERT_EQ(pin.error, 0u);
    ASSERT_EQ(others.enable(as_handle(pin.handle), EVENT_PLAIN), success);
    forget();
    EXPECT_EQ(disable_all(object), success);
    EXPECT_THAT(entries("remove"), ElementsAre(entry("remove", EVENT_DEFAULT, 1)));
    fire(EVENT_PLAIN);
    fire(EVENT_DEFAULT);
    fire(EVENT_PLAIN, FIRE_PINS);
    EXPECT_FALSE(one.told());
    EXPECT_FALSE(two.told());
    EXPECT_TRUE(others.told());
    EXPECT_EQ(disable_all(object), success); // there is none left: still a success
}

TEST_P(EventSets, H9_EventsGoWithTheirHandle) {
    Watch watch(client);
    Created pin = create_pin(PIN_AUTOMATED);
    ASSERT_EQ(pin.error, 0u);
    ASSERT_EQ(watch.enable(as_handle(pin.handle), EVENT_DEFAULT), success);
    forget();
    pin.object.close();
    EXPECT_THAT(entries("remove"), ElementsAre(entry("remove", EVENT_DEFAULT, 1)));
}

TEST_P(EventSets, H9_AllSetsSupportBasicSupport) {
    const Answer plain = event(EVENT_PLAIN, KSEVENT_TYPE_BASICSUPPORT);
    EXPECT_EQ(plain.status, success);
    EXPECT_EQ(plain.information, 0u);
    EXPECT_EQ(event(EVENT_MISSING, KSEVENT_TYPE_BASICSUPPORT).status, not_found);
    EXPECT_EQ(event(0, KSEVENT_TYPE_BASICSUPPORT, {}, no_set).status, propset_not_found);
    EXPECT_EQ(event(EVENT_SUPPORT, KSEVENT_TYPE_BASICSUPPORT).status, success);
    answer(filter, "event support", 0xC00000BB, 1);
    EXPECT_EQ(event(EVENT_SUPPORT, KSEVENT_TYPE_BASICSUPPORT).status, 0xC00000BBu);
    EXPECT_THAT(entries("event support"), ::testing::SizeIs(2));
}

TEST_P(EventSets, H9_SetSupport) {
    EXPECT_EQ(event(EVENT_MISSING, KSEVENT_TYPE_SETSUPPORT).status, success);
    EXPECT_EQ(event(0, KSEVENT_TYPE_SETSUPPORT, {}, no_set).status, propset_not_found);
    const Answer list = event(0, KSEVENT_TYPE_SETSUPPORT, room(16), Guid{});
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.information, 16u);
    EXPECT_EQ(list.as<Guid>(), automation_set);
}

TEST_P(EventSets, H9_WithoutARequestTheSetsAreListed) {
    const Answer size = send(client, object, IOCTL_KS_ENABLE_EVENT, {}, {});
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, sizeof(Guid));
    const Answer list = send(client, object, IOCTL_KS_ENABLE_EVENT, {}, room(16));
    EXPECT_EQ(list.status, success);
    EXPECT_EQ(list.as<Guid>(), automation_set);
}

TEST_P(EventSets, H9_MalformedRequestsAreRefused) {
    Watch watch(client);
    EXPECT_EQ(watch.enable(object, EVENT_MISSING), not_found);
    EXPECT_EQ(watch.enable(object, identifier(no_set, 0, KSEVENT_TYPE_ENABLE)), propset_not_found);
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN, KSEVENT_TYPE_ENABLE, sizeof(KSEVENTDATA) - 1),
              invalid_buffer_size);
    EXPECT_EQ(watch.enable(object, EVENT_EXTRA), invalid_buffer_size); // DataInput is more
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN, 0), invalid_parameter);
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN, 0x800), invalid_parameter);
    EXPECT_EQ(watch.enable(object, std::vector<std::byte>(23)), invalid_buffer_size);
    fire(EVENT_PLAIN, FIRE_NOBODY);
    EXPECT_THAT(entries("choose"), IsEmpty()); // nothing got onto the list
}

TEST_P(EventSets, H9_BufferedEventsKeepTheirData) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN, KSEVENT_TYPE_ENABLEBUFFERED), success);
    EXPECT_EQ(next(watch).status, no_more_entries);
    fire(EVENT_PLAIN, FIRE_WITH_DATA, 111);
    fire(EVENT_PLAIN, FIRE_WITH_DATA, 222);
    const Answer size = next(watch, 0);
    EXPECT_EQ(size.status, buffer_overflow);
    EXPECT_EQ(size.information, 4u);
    EXPECT_EQ(next(watch, 3).status, buffer_too_small);
    const Answer first = next(watch);
    EXPECT_EQ(first.status, success);
    EXPECT_EQ(first.information, 4u);
    EXPECT_EQ(first.as<std::uint32_t>(), 111u);
    EXPECT_EQ(next(watch).as<std::uint32_t>(), 222u);
    EXPECT_EQ(next(watch).status, no_more_entries);
    EXPECT_EQ(watch.disable(object), success);
    EXPECT_EQ(next(watch).status, not_found);
}

TEST_P(EventSets, H9_AnOrdinaryEventHasNothingToQuery) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    EXPECT_EQ(next(watch).status, not_found);
}

TEST_P(EventSets, H9_ByNode) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, node_identifier(automation_set, EVENT_PLAIN, KSEVENT_TYPE_ENABLE,
                                                   NODE_AUTOMATED)),
              success);
    fire(EVENT_PLAIN);
    EXPECT_TRUE(watch.told());
    EXPECT_EQ(watch.enable(object, node_identifier(automation_set, EVENT_PLAIN, KSEVENT_TYPE_ENABLE,
                                                   NODE_BARE)),
              propset_not_found);
    EXPECT_EQ(watch.disable(object), success);
}

TEST_P(EventSets, H10_ASemaphoreIsReleasedByTheAdjustment) {
    const Handle semaphore = client.create_semaphore(0, 5);
    Watch watch(client);
    watch.data() = {};
    watch.data().NotificationType = KSEVENTF_SEMAPHORE_HANDLE;
    watch.data().SemaphoreHandle.Semaphore = as_handle(semaphore);
    watch.data().SemaphoreHandle.Adjustment = 2;
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    fire(EVENT_PLAIN);
    for (const bool there : {true, true, false})
        EXPECT_EQ(client.wait(semaphore, 0), there);
    // Three times two do not fit: the third is lost, the semaphore stays whole.
    for (int round = 0; round < 3; ++round)
        fire(EVENT_PLAIN);
    for (const bool there : {true, true, true, true, false})
        EXPECT_EQ(client.wait(semaphore, 0), there);
    EXPECT_EQ(watch.disable(object), success);
    client.close(semaphore);
}

TEST_P(EventSets, H10_AHandleMustBeOfItsKind) {
    const Handle semaphore = client.create_semaphore(0, 5);
    Watch watch(client);
    watch.data().EventHandle.Event = as_handle(semaphore);
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN), 0xC0000024u); // STATUS_OBJECT_TYPE_MISMATCH
    watch.data().EventHandle.Event = as_handle(Handle(0xdeadbeec));
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN), 0xC0000008u); // STATUS_INVALID_HANDLE
    watch.data().NotificationType = KSEVENTF_SEMAPHORE_HANDLE;
    watch.data().SemaphoreHandle.Semaphore = as_handle(watch.event());
    EXPECT_EQ(watch.enable(object, EVENT_PLAIN), 0xC0000024u);
    client.close(semaphore);
}

TEST_P(EventSets, H10_ObjectsDpcsAndWorkItemsAreNotForUserMode) {
    Watch watch(client);
    for (const std::uint32_t way :
         {KSEVENTF_EVENT_OBJECT, KSEVENTF_SEMAPHORE_OBJECT, KSEVENTF_DPC, KSEVENTF_WORKITEM,
          KSEVENTF_KSWORKITEM, 0x40u, 0u, KSEVENTF_EVENT_HANDLE | KSEVENTF_SEMAPHORE_HANDLE}) {
        SCOPED_TRACE(way);
        watch.data().NotificationType = way;
        EXPECT_EQ(watch.enable(object, EVENT_PLAIN), invalid_parameter);
    }
}

TEST_P(EventSets, H10_KernelClientsAreToldInEachWay) {
    for (const std::uint32_t way : {KSEVENTF_EVENT_OBJECT, KSEVENTF_SEMAPHORE_OBJECT, KSEVENTF_DPC,
                                    KSEVENTF_WORKITEM, KSEVENTF_KSWORKITEM}) {
        SCOPED_TRACE(way);
        forget();
        const std::uint32_t selector[2] = {way, 0};
        const std::vector<std::byte> told =
            filter.get(control_set, CONTROL_KERNEL, {}, bytes_of(selector));
        ASSERT_EQ(told.size(), 4u);
        EXPECT_EQ(told[0], std::byte(1));
        const auto seen = journal(filter);
        EXPECT_EQ(only(seen, "enabled"), std::vector{entry("enabled", success)});
        EXPECT_EQ(only(seen, "disabled"), std::vector{entry("disabled", success)});
        if (way == KSEVENTF_DPC) { // at DISPATCH_LEVEL, with the KSEVENTDATA
            EXPECT_EQ(only(seen, "dpc"), (std::vector<JournalEntry>{{"dpc", {1, 0, 0}, 2}}));
        } else if (way == KSEVENTF_WORKITEM || way == KSEVENTF_KSWORKITEM) {
            EXPECT_EQ(only(seen, "work item"), std::vector{entry("work item")});
        } else if (way == KSEVENTF_SEMAPHORE_OBJECT) {
            EXPECT_EQ(only(seen, "semaphore"), std::vector{entry("semaphore", 1)});
        }
    }
}

TEST_P(EventSets, H11_ByDefaultAnEventIsOnItsObjectsList) {
    Watch on_filter(client), on_pin(client);
    const Created pin = create_pin(PIN_AUTOMATED);
    ASSERT_EQ(pin.error, 0u);
    ASSERT_EQ(on_filter.enable(object, EVENT_PLAIN), success);
    ASSERT_EQ(on_pin.enable(as_handle(pin.handle), EVENT_PLAIN), success);
    fire(EVENT_PLAIN);
    EXPECT_TRUE(on_filter.told());
    EXPECT_FALSE(on_pin.told());
    fire(EVENT_PLAIN, FIRE_PINS);
    EXPECT_FALSE(on_filter.told());
    EXPECT_TRUE(on_pin.told());
    // Another filter is another object.
    Watch on_other(client);
    ASSERT_EQ(on_other.enable(other.handle(), EVENT_PLAIN), success);
    fire(EVENT_PLAIN);
    EXPECT_FALSE(on_other.told());
}

TEST_P(EventSets, H11_SetAndIdChooseTheEvents) {
    Watch plain(client), extra(client);
    ASSERT_EQ(plain.enable(object, EVENT_PLAIN), success);
    ASSERT_EQ(extra.enable(object, EVENT_EXTRA, KSEVENT_TYPE_ENABLE, sizeof(AUTOMATION_EVENT_DATA)),
              success);
    fire(EVENT_EXTRA);
    EXPECT_FALSE(plain.told());
    EXPECT_TRUE(extra.told());
    fire(EVENT_PLAIN, FIRE_OTHER_SET);
    EXPECT_FALSE(plain.told());
    fire(EVENT_PLAIN, FIRE_ANY_SET); // EventSet NULL: only the id counts
    EXPECT_TRUE(plain.told());
    fire(EVENT_MISSING, FIRE_ANY_SET);
    EXPECT_FALSE(plain.told());
}

TEST_P(EventSets, H11_TheCallbackChoosesAtDispatchLevel) {
    Watch five(client), six(client);
    for (auto &[watch, number] : {std::pair<Watch &, ULONG>(five, 5), {six, 6}}) {
        watch.extended().Number = number;
        ASSERT_EQ(
            watch.enable(object, EVENT_EXTRA, KSEVENT_TYPE_ENABLE, sizeof(AUTOMATION_EVENT_DATA)),
            success);
    }
    // ExtraEntryData is fresh memory behind the entry, the driver's own.
    EXPECT_THAT(entries("extra"), ElementsAre(entry("extra", 5), entry("extra", 6)));
    fire(EVENT_EXTRA, FIRE_ONLY_NUMBER, 6);
    EXPECT_FALSE(five.told());
    EXPECT_TRUE(six.told());
    const JournalEntry chosen{"choose", {EVENT_EXTRA, 0, 0}, 2};
    EXPECT_THAT(entries("choose"), ElementsAre(chosen, chosen));
    fire(EVENT_EXTRA, FIRE_NOBODY);
    EXPECT_FALSE(six.told());
    EXPECT_EQ(filter.get_as<std::uint32_t>(control_set, CONTROL_ENTRIES), 2u);
}

TEST_P(EventSets, H11_EventsMayBeGeneratedAtDispatchLevel) {
    Watch watch(client), once(client);
    ASSERT_EQ(watch.enable(object, EVENT_PLAIN), success);
    ASSERT_EQ(once.enable(object, EVENT_PLAIN, KSEVENT_TYPE_ONESHOT), success);
    for (const bool first : {true, false}) {
        fire(EVENT_PLAIN, FIRE_AT_DISPATCH);
        EXPECT_TRUE(watch.told());
        EXPECT_EQ(once.told(), first);
    }
}

TEST_P(EventSets, H11_AnAddHandlerDecidesWhereTheEventGoes) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_OWN), success);
    EXPECT_THAT(entries("add"), ElementsAre(entry("add", EVENT_OWN, KSEVENTF_EVENT_HANDLE)));
    fire(EVENT_OWN); // AVStream has not put it onto the filter's list
    EXPECT_FALSE(watch.told());
    fire(EVENT_OWN, FIRE_OWN_LIST);
    EXPECT_TRUE(watch.told());
}

TEST_P(EventSets, H11_WhatADriverKeepsItFreesItself) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(other.handle(), EVENT_OWN), success);
    ASSERT_EQ(watch.enable(other.handle(), EVENT_OWN), success);
    EXPECT_EQ(watch.disable(other.handle()), unsuccessful); // not on the filter's list
    other.close();                                          // KsFreeEventList in the driver's close
    const JournalEntry removed = entry("remove", EVENT_OWN, 1);
    EXPECT_THAT(entries("remove"), ElementsAre(removed, removed));
    fire(EVENT_OWN, FIRE_OWN_LIST);
    EXPECT_FALSE(watch.told());
}

TEST_P(EventSets, H11_TheDefaultHandlerPutsItOnTheObjectsList) {
    Watch watch(client);
    ASSERT_EQ(watch.enable(object, EVENT_DEFAULT), success);
    EXPECT_THAT(entries("add"), ElementsAre(entry("add", EVENT_DEFAULT, KSEVENTF_EVENT_HANDLE, 1)));
    fire(EVENT_DEFAULT);
    EXPECT_TRUE(watch.told());
    EXPECT_EQ(watch.disable(object), success);
    EXPECT_THAT(entries("remove"), ElementsAre(entry("remove", EVENT_DEFAULT, 1)));
    fire(EVENT_DEFAULT);
    EXPECT_FALSE(watch.told());
}

TEST_P(EventSets, H11_AnAddHandlersErrorRefusesTheEvent) {
    answer(filter, "add", 0xC0000022, 1);
    Watch watch(client);
    EXPECT_EQ(watch.enable(object, EVENT_DEFAULT), 0xC0000022u);
    EXPECT_EQ(watch.disable(object), unsuccessful);
    fire(EVENT_DEFAULT);
    EXPECT_FALSE(watch.told());
    EXPECT_THAT(entries("remove"), IsEmpty());
}

} // namespace
} // namespace ksbox::testing
