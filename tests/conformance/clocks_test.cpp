// Sections I4 to I8: clocks of pins, and master clocks.
#include <gmock/gmock.h>

#include "conformance/clocks_filter.h"

namespace ksbox::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Clocks : public ClocksFilter {
  protected:
    template <typename T> T of(const Created &clock, std::uint32_t id) {
        return get_as<T>(clock, guid_of(KSPROPSETID_Clock), id);
    }
    std::int64_t time(const Created &clock) {
        return of<std::int64_t>(clock, KSPROPERTY_CLOCK_TIME);
    }
    CLOCKS_TIMES functions(const Created &clock) {
        return ask<CLOCKS_TIMES>(CLOCKS_FUNCTIONS, clock.handle);
    }
    std::uint32_t set_master(const Created &pin, HANDLE clock) {
        return set_stream(pin, KSPROPERTY_STREAM_MASTERCLOCK, clock);
    }
    /// A mark with an event of its own, enabled until it is disabled or its clock goes.
    struct Mark {
        Mark(Client &owner, bool interval, std::int64_t first, std::int64_t every)
            : client(owner), event(owner.create_semaphore(0, 1000)),
              place(owner, sizeof(KSEVENT_TIME_INTERVAL)), is_interval(interval) {
            KSEVENT_TIME_INTERVAL mark{};
            mark.EventData.NotificationType = KSEVENTF_SEMAPHORE_HANDLE;
            mark.EventData.SemaphoreHandle.Semaphore = as_handle(event);
            mark.EventData.SemaphoreHandle.Adjustment = 1;
            mark.TimeBase = first; // MarkTime is at the same place
            mark.Interval = every;
            std::memcpy(place.data(), &mark, sizeof mark);
        }
        ~Mark() { client.close(event); }
        Mark(const Mark &) = delete;
        Mark &operator=(const Mark &) = delete;
        std::uint32_t enable(const Created &clock, std::uint32_t flags = KSEVENT_TYPE_ENABLE) {
            return std::uint32_t(client
                                     .control(as_handle(clock.handle), IOCTL_KS_ENABLE_EVENT,
                                              identifier(guid_of(KSEVENTSETID_Clock),
                                                         is_interval ? KSEVENT_CLOCK_INTERVAL_MARK
                                                                     : KSEVENT_CLOCK_POSITION_MARK,
                                                         flags),
                                              place.bytes())
                                     .status);
        }
        std::uint32_t disable(const Created &clock) {
            return std::uint32_t(client
                                     .control(as_handle(clock.handle), IOCTL_KS_DISABLE_EVENT,
                                              place.bytes().first(sizeof(KSEVENTDATA)), {})
                                     .status);
        }
        /// How many notifications there were since the last question.
        int told() {
            int count = 0;
            while (client.wait(event, 0))
                ++count;
            return count;
        }
        Client &client;
        Handle event;
        Buffer place;
        bool is_interval;
    };
};
KSBOX_IN_BOTH_MODES(Clocks);

TEST_P(Clocks, I4_AClockIsAFileObjectBelowItsPin) {
    const Created owner = pin(CLOCKS_DEFAULT);
    ASSERT_EQ(owner.error, 0u);
    traced.mark();
    Created one = clock(owner);
    EXPECT_EQ(one.error, 0u);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 1u);
    one.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
}

TEST_P(Clocks, I4_KsCreateClockAnswersInWin32Codes) {
    const Created owner = pin(CLOCKS_DEFAULT), none = pin(CLOCKS_NONE);
    const KSCLOCK_CREATE request{0}, flagged{1};
    HANDLE handle = nullptr;
    client.run([&] {
        EXPECT_EQ(KsCreateClock(owner.handle, &request, &handle), DWORD(ERROR_SUCCESS));
        client.close(as_handle(handle));
        EXPECT_EQ(KsCreateClock(owner.handle, &flagged, &handle), 87u); // ERROR_INVALID_PARAMETER
        EXPECT_EQ(handle, INVALID_HANDLE_VALUE);
        EXPECT_EQ(KsCreateClock(none.handle, &request, &handle), 50u); // ERROR_NOT_SUPPORTED
    });
}

TEST_P(Clocks, I4_TheTimeStandsBeforeRunAndAfterIt) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    ASSERT_EQ(watch.error, 0u);
    EXPECT_EQ(time(watch), 0);
    EXPECT_EQ(of<ULONG>(watch, KSPROPERTY_CLOCK_STATE), ULONG(KSSTATE_STOP));
    pass(20 * millisecond);
    EXPECT_EQ(time(watch), 0);
    state(owner, PinState::run);
    EXPECT_EQ(of<ULONG>(watch, KSPROPERTY_CLOCK_STATE), ULONG(KSSTATE_RUN));
    pass(50 * millisecond);
    const std::int64_t running = time(watch);
    EXPECT_GE(running, 50 * millisecond);
    if (!GetParam()) {
        EXPECT_LT(running, 80 * millisecond);
    }
    set_state(client, as_handle(owner.handle), PinState::pause);
    EXPECT_EQ(of<ULONG>(watch, KSPROPERTY_CLOCK_STATE), ULONG(KSSTATE_PAUSE));
    const std::int64_t paused = time(watch);
    EXPECT_GE(paused, running);
    pass(20 * millisecond);
    EXPECT_EQ(time(watch), paused);
    set_state(client, as_handle(owner.handle), PinState::run); // and goes on from there
    pass(20 * millisecond);
    EXPECT_GE(time(watch), paused + 20 * millisecond);
}

TEST_P(Clocks, I4_ThePhysicalTimeNeverStands) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    const auto first = of<std::int64_t>(watch, KSPROPERTY_CLOCK_PHYSICALTIME);
    pass(20 * millisecond);
    EXPECT_GE(of<std::int64_t>(watch, KSPROPERTY_CLOCK_PHYSICALTIME), first + 20 * millisecond);
}

TEST_P(Clocks, I4_CorrelatedTimesComeWithTheSystemTime) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    state(owner, PinState::run);
    const auto before = of<KSCORRELATED_TIME>(watch, KSPROPERTY_CLOCK_CORRELATEDTIME);
    const auto physical = of<KSCORRELATED_TIME>(watch, KSPROPERTY_CLOCK_CORRELATEDPHYSICALTIME);
    pass(100 * millisecond);
    const auto after = of<KSCORRELATED_TIME>(watch, KSPROPERTY_CLOCK_CORRELATEDTIME);
    EXPECT_GE(after.Time - before.Time, 100 * millisecond);
    // KeQueryInterruptTime moves by clock interrupts, 15.625 ms.
    EXPECT_GE(after.SystemTime - before.SystemTime, 84 * millisecond);
    EXPECT_GE(physical.SystemTime, before.SystemTime);
    EXPECT_GE(of<KSCORRELATED_TIME>(watch, KSPROPERTY_CLOCK_CORRELATEDPHYSICALTIME).Time,
              physical.Time + 100 * millisecond);
    if (!GetParam()) { // in virtual time they agree to a tick
        EXPECT_NEAR(double(after.Time - before.Time), double(after.SystemTime - before.SystemTime),
                    16.0 * millisecond);
    }
}

TEST_P(Clocks, I4_TheResolutionOfTheDefaultClock) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    const auto resolution = of<KSRESOLUTION>(watch, KSPROPERTY_CLOCK_RESOLUTION);
    EXPECT_EQ(resolution.Granularity, 1); // a performance counter of 10 MHz
    EXPECT_EQ(resolution.Error, 156'250); // a notification waits for the clock interrupt
}

TEST_P(Clocks, I4_ClockPropertiesAreReadOnlyAndSized) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    const Guid set = guid_of(KSPROPSETID_Clock);
    for (const std::uint32_t id : {KSPROPERTY_CLOCK_TIME, KSPROPERTY_CLOCK_PHYSICALTIME,
                                   KSPROPERTY_CLOCK_CORRELATEDTIME, KSPROPERTY_CLOCK_STATE}) {
        EXPECT_EQ(send(client, as_handle(watch.handle), IOCTL_KS_PROPERTY,
                       identifier(set, id, KSPROPERTY_TYPE_SET), room(16))
                      .status,
                  not_found);
        EXPECT_EQ(get(watch, set, id, 3).status, buffer_too_small);
        EXPECT_EQ(send(client, as_handle(watch.handle), IOCTL_KS_PROPERTY,
                       identifier(set, id, KSPROPERTY_TYPE_BASICSUPPORT), room(4))
                      .as<std::uint32_t>(),
                  KSPROPERTY_TYPE_GET);
    }
    EXPECT_EQ(get(watch, set, KSPROPERTY_CLOCK_CORRELATEDTIME, 15).status, buffer_too_small);
    EXPECT_EQ(get(watch, no_set, 0, 8).status, propset_not_found);
    EXPECT_EQ(get(watch, set, 99, 8).status, not_found);
}

TEST_P(Clocks, I4_TheFunctionTableIsForTheKernel) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    EXPECT_EQ(get(watch, guid_of(KSPROPSETID_Clock), KSPROPERTY_CLOCK_FUNCTIONTABLE, 64).status,
              invalid_device_request);
    state(owner, PinState::run);
    pass(30 * millisecond);
    const std::int64_t before = time(watch);
    const CLOCKS_TIMES times = functions(watch); // called at DISPATCH_LEVEL
    EXPECT_EQ(std::uint32_t(times.Status), success);
    EXPECT_GE(times.Time, before);
    EXPECT_GE(times.CorrelatedTime, times.Time);
    EXPECT_GE(time(watch), times.CorrelatedTime);
    EXPECT_GE(times.SystemTime, times.InterruptTime);
    EXPECT_GE(times.CorrelatedPhysicalTime, times.PhysicalTime);
    EXPECT_GE(times.PhysicalSystemTime, times.SystemTime);
}

TEST_P(Clocks, I4_APositionMarkTellsWhenItsTimeIsReached) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    Mark mark(client, false, 100 * millisecond, 0);
    ASSERT_EQ(mark.enable(watch), success);
    pass(200 * millisecond);
    EXPECT_EQ(mark.told(), 0); // the clock stands
    state(owner, PinState::run);
    if (!GetParam()) {
        pass(60 * millisecond);
        EXPECT_EQ(mark.told(), 0);
    }
    EXPECT_TRUE(client.wait(mark.event, 5'000 * millisecond));
    EXPECT_GE(time(watch), 100 * millisecond);
    pass(100 * millisecond);
    EXPECT_EQ(mark.told(), 0); // once
    // One that has passed already tells at once.
    Mark passed(client, false, 50 * millisecond, 0);
    ASSERT_EQ(passed.enable(watch), success);
    EXPECT_EQ(passed.told(), 1);
}

TEST_P(Clocks, I4_AnIntervalMarkTellsAgainAndAgain) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    Mark mark(client, true, 100 * millisecond, 50 * millisecond);
    ASSERT_EQ(mark.enable(watch), success);
    state(owner, PinState::run);
    pass(420 * millisecond);
    const int told = mark.told();
    if (!GetParam()) { // 100, 150 … 400, each within a clock interrupt
        EXPECT_EQ(told, 7);
    } else {
        EXPECT_GE(told, 1);
    }
    set_state(client, as_handle(owner.handle), PinState::pause);
    mark.told();
    pass(200 * millisecond);
    EXPECT_EQ(mark.told(), 0);
    EXPECT_EQ(mark.disable(watch), success);
    EXPECT_EQ(mark.disable(watch), unsuccessful);
    Mark never(client, true, 0, 0);
    EXPECT_EQ(never.enable(watch), invalid_parameter); // no interval
}

TEST_P(Clocks, I4_AOneShotIntervalTellsOnce) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    Mark mark(client, true, 50 * millisecond, 20 * millisecond);
    ASSERT_EQ(mark.enable(watch, KSEVENT_TYPE_ONESHOT), success);
    state(owner, PinState::run);
    EXPECT_TRUE(client.wait(mark.event, 5'000 * millisecond));
    pass(200 * millisecond);
    EXPECT_EQ(mark.told(), 0);
}

TEST_P(Clocks, I5_CreateFlagsMustBeZero) {
    const Created owner = pin(CLOCKS_DEFAULT);
    for (const std::uint32_t flags : {1u, 0x80000000u, 0xffffffffu}) {
        const Created refused = clock(owner, flags);
        EXPECT_EQ(refused.error, 0x80070057u); // E_INVALIDARG
        EXPECT_EQ(refused.handle, INVALID_HANDLE_VALUE);
    }
    EXPECT_EQ(clock(owner, 0).error, 0u);
}

TEST_P(Clocks, I6_GetAnswersANullHandleWhereItIsSupported) {
    for (const std::uint32_t id : {CLOCKS_OWN, CLOCKS_NONE, CLOCKS_SINK}) {
        const Created owner = pin(id);
        const Answer answer = stream(owner, KSPROPERTY_STREAM_MASTERCLOCK);
        EXPECT_EQ(answer.status, success);
        EXPECT_EQ(answer.information, sizeof(HANDLE));
        EXPECT_EQ(answer.as<std::uint64_t>(), 0u);
    }
    EXPECT_EQ(stream(pin(CLOCKS_RAW), KSPROPERTY_STREAM_MASTERCLOCK).status, not_found);
    // It stays null when there is a master clock.
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    EXPECT_EQ(set_master(owner, watch.handle), success);
    EXPECT_EQ(stream(owner, KSPROPERTY_STREAM_MASTERCLOCK).as<std::uint64_t>(), 0u);
}

TEST_P(Clocks, I6_inferred_APinThatIsItsOwnMasterCloses) {
    Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    ASSERT_EQ(set_master(owner, watch.handle), success);
    traced.mark();
    watch.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 0u);
    owner.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 2u);
}

TEST_P(Clocks, I6_inferred_PinsThatAreEachOthersMastersClose) {
    Created first = pin(CLOCKS_DEFAULT), second = pin(CLOCKS_DEFAULT);
    Created of_first = clock(first), of_second = clock(second);
    ASSERT_EQ(set_master(first, of_second.handle), success);
    ASSERT_EQ(set_master(second, of_first.handle), success);
    traced.mark();
    for (Created *one : {&of_first, &of_second, &first, &second})
        one->object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 4u);
}

TEST_P(Clocks, I6_ThePinReferencesTheFileObject) {
    const Created owner = pin(CLOCKS_DEFAULT), user = pin(CLOCKS_NONE);
    Created watch = clock(owner);
    ASSERT_EQ(set_master(user, watch.handle), success);
    traced.mark();
    watch.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLEANUP"), 1u);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 0u); // the pin has it still
    EXPECT_EQ(std::uint32_t(reference_clock(CLOCKS_NONE).Status), success);
    // "If the filter already had a master clock, it dereferences the file object."
    const Created second = clock(owner);
    EXPECT_EQ(set_master(user, second.handle), success);
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 1u);
    EXPECT_EQ(set_master(user, nullptr), success);
    EXPECT_EQ(std::uint32_t(reference_clock(CLOCKS_NONE).Status), 0xC00000A3u); // DEVICE_NOT_READY
}

TEST_P(Clocks, I6_APinThatGoesLetsGoOfItsMasterClock) {
    const Created owner = pin(CLOCKS_DEFAULT);
    Created user = pin(CLOCKS_NONE), watch = clock(owner);
    ASSERT_EQ(set_master(user, watch.handle), success);
    watch.object.close();
    traced.mark();
    user.object.close();
    EXPECT_EQ(traced.irps("IRP_MJ_CLOSE"), 2u); // the pin's and the clock's
}

TEST_P(Clocks, I6_OnlyInStop) {
    const Created owner = pin(CLOCKS_DEFAULT), user = pin(CLOCKS_NONE), watch = clock(owner);
    for (const PinState to : {PinState::acquire, PinState::pause, PinState::run}) {
        set_state(client, as_handle(user.handle), to);
        EXPECT_EQ(set_master(user, watch.handle), invalid_device_state);
        EXPECT_EQ(set_master(user, nullptr), invalid_device_state);
    }
    EXPECT_EQ(std::uint32_t(reference_clock(CLOCKS_NONE).Status), 0xC00000A3u);
    set_state(client, as_handle(user.handle), PinState::pause);
    set_state(client, as_handle(user.handle), PinState::acquire);
    set_state(client, as_handle(user.handle), PinState::stop);
    EXPECT_EQ(set_master(user, watch.handle), success);
}

TEST_P(Clocks, I6_WhatIsNoClockIsRefused) {
    const Created owner = pin(CLOCKS_DEFAULT), user = pin(CLOCKS_NONE), watch = clock(owner);
    ASSERT_EQ(set_master(user, watch.handle), success);
    EXPECT_EQ(set_master(user, as_handle(Handle(0xdeadbeec))), 0xC0000008u);
    EXPECT_EQ(set_master(user, owner.handle), propset_not_found); // a pin
    const Handle event = client.create_event(true);
    EXPECT_EQ(set_master(user, as_handle(event)), 0xC0000024u);
    client.close(event);
    EXPECT_EQ(std::uint32_t(reference_clock(CLOCKS_NONE).Status), success); // the old one stays
}

/// A default clock that a driver allocates and frees by itself.
class OwnedClock : public Clocks {
  protected:
    void owner(std::uint32_t action) { filter.set(clocks_set, CLOCKS_OWNER, bytes_of(action)); }
    /// A file object on it; its parameters are a KSCLOCK_CREATE.
    Filter open(std::uint16_t flags = 0) {
        const std::string path = driver.filters().at(0).path;
        std::string name = path.substr(0, path.rfind('\\')) + "\\OwnClock\\";
        name += char(flags);
        name += '\0';
        return client.open_filter(name);
    }
    template <typename T> T of(Filter &clock, std::uint32_t id) {
        return clock.get_as<T>(guid_of(KSPROPSETID_Clock), id);
    }
    std::int64_t time(Filter &clock) { return of<std::int64_t>(clock, KSPROPERTY_CLOCK_TIME); }
};
KSBOX_IN_BOTH_MODES(OwnedClock);

TEST_P(OwnedClock, I5_TheDefaultClockRefusesFlagsToo) {
    owner(CLOCKS_ALLOCATE);
    try {
        open(1);
        ADD_FAILURE() << "a clock with flags";
    } catch (const Error &error) {
        EXPECT_EQ(error.code(), invalid_parameter);
    }
    owner(CLOCKS_FREE);
}

TEST_P(OwnedClock, I7_ItOutlivesWhatItsOwnerFrees) {
    owner(CLOCKS_ALLOCATE);
    Filter watch = open(), other = open();
    EXPECT_EQ(time(watch), 0);
    owner(CLOCKS_RUN);
    pass(30 * millisecond);
    const std::int64_t before = time(watch);
    EXPECT_GE(before, 30 * millisecond);
    owner(CLOCKS_FREE);
    const std::int64_t stopped = time(watch);
    EXPECT_GE(stopped, before);
    pass(30 * millisecond);
    EXPECT_EQ(time(watch), stopped); // nobody moves it any more
    EXPECT_EQ(of<std::uint32_t>(watch, KSPROPERTY_CLOCK_STATE), std::uint32_t(KSSTATE_STOP));
    const CLOCKS_TIMES times = ask<CLOCKS_TIMES>(CLOCKS_FUNCTIONS, watch.handle());
    EXPECT_EQ(std::uint32_t(times.Status), success);
    EXPECT_EQ(times.Time, stopped);
    watch.close();
    EXPECT_EQ(time(other), stopped); // until the last file object is closed
}

TEST_P(OwnedClock, I7_AMarkOfAClockWithoutOwnerIsNotTold) {
    owner(CLOCKS_ALLOCATE);
    Filter watch = open();
    const Handle told = client.create_event(false);
    Buffer place(client, sizeof(KSEVENT_TIME_MARK));
    KSEVENT_TIME_MARK mark{};
    mark.EventData.NotificationType = KSEVENTF_EVENT_HANDLE;
    mark.EventData.EventHandle.Event = as_handle(told);
    mark.MarkTime = 1'000 * millisecond;
    std::memcpy(place.data(), &mark, sizeof mark);
    EXPECT_EQ(client
                  .control(watch.handle(), IOCTL_KS_ENABLE_EVENT,
                           identifier(guid_of(KSEVENTSETID_Clock), KSEVENT_CLOCK_POSITION_MARK,
                                      KSEVENT_TYPE_ENABLE),
                           place.bytes())
                  .status,
              0);
    owner(CLOCKS_RUN);
    owner(CLOCKS_FREE);
    pass(1'300 * millisecond);
    EXPECT_FALSE(client.wait(told, 0));
    client.close(told);
}

TEST_P(OwnedClock, I7_NothingIsLeftWhenAllAreClosed) {
    owner(CLOCKS_ALLOCATE);
    {
        const Filter watch = open();
        owner(CLOCKS_RUN);
        owner(CLOCKS_FREE);
    }
    filter.close();
    EXPECT_EQ(driver.unload(), std::vector<std::string>{});
}

TEST_P(Clocks, I8_APinWithoutTheFlagHasNoClock) {
    for (const std::uint32_t id : {CLOCKS_NONE, CLOCKS_SINK, CLOCKS_RAW}) {
        const Created owner = pin(id);
        EXPECT_EQ(clock(owner).error, 0x80070032u); // ERROR_NOT_SUPPORTED
    }
}

TEST_P(Clocks, I8_TheMinidriversTimeIsTheClocks) {
    const Created owner = pin(CLOCKS_OWN), watch = clock(owner);
    ASSERT_EQ(watch.error, 0u);
    EXPECT_THAT(entries("resolution"), ElementsAre(entry("resolution", CLOCKS_OWN)));
    forget();
    set_own_time(777);
    EXPECT_EQ(time(watch), 777);
    EXPECT_THAT(entries("time"), ElementsAre(entry("time", CLOCKS_OWN, 777)));
    const auto both = of<KSCORRELATED_TIME>(watch, KSPROPERTY_CLOCK_CORRELATEDTIME);
    EXPECT_EQ(both.Time, 777);
    EXPECT_EQ(both.SystemTime, 1'000'777);
    EXPECT_EQ(of<std::int64_t>(watch, KSPROPERTY_CLOCK_PHYSICALTIME), 777);
    const auto resolution = of<KSRESOLUTION>(watch, KSPROPERTY_CLOCK_RESOLUTION);
    EXPECT_EQ(resolution.Granularity, CLOCKS_GRANULARITY);
    EXPECT_EQ(resolution.Error, CLOCKS_ERROR);
    set_own_time(5); // a presentation time may go back
    EXPECT_EQ(time(watch), 5);
}

TEST_P(Clocks, I8_TheMinidriversTimerRunsTheMarks) {
    const Created owner = pin(CLOCKS_OWN), watch = clock(owner);
    set_own_time(1000);
    Mark mark(client, true, 1500, 300);
    ASSERT_EQ(mark.enable(watch), success);
    EXPECT_THAT(entries("set timer"), IsEmpty()); // it stands
    state(owner, PinState::run);
    EXPECT_THAT(entries("set timer"), ElementsAre(entry("set timer", CLOCKS_OWN, 500)));
    const auto reach = [&](std::int64_t to) {
        filter.set(clocks_set, CLOCKS_REACH, bytes_of(to));
        return mark.told();
    };
    EXPECT_EQ(reach(1500), 1);
    EXPECT_EQ(reach(1700), 0); // too early: it is set again
    EXPECT_EQ(reach(2500), 1); // 1800, 2100 and 2400 have passed: one notification
    const auto set = entries("set timer");
    ASSERT_THAT(set, SizeIs(4));
    EXPECT_EQ(set[1].values[1], 300u); // to 1800
    EXPECT_EQ(set[2].values[1], 100u);
    EXPECT_EQ(set[3].values[1], 200u); // to 2700
    EXPECT_EQ(mark.disable(watch), success);
    set_state(client, as_handle(owner.handle), PinState::pause);
    EXPECT_THAT(entries("cancel timer"), ElementsAre(entry("cancel timer", CLOCKS_OWN)));
}

TEST_P(Clocks, I8_TheReferenceClockIsTheMasterClockElseThePinsOwn) {
    const Created owner = pin(CLOCKS_OWN), user = pin(CLOCKS_NONE), watch = clock(owner);
    set_own_time(4242);
    const CLOCKS_TOLD own = reference_clock(CLOCKS_OWN); // it implements one
    EXPECT_EQ(std::uint32_t(own.Status), success);
    EXPECT_EQ(own.Time, 4242);
    EXPECT_EQ(own.SystemTime, 1'004'242);
    EXPECT_EQ(std::uint32_t(reference_clock(CLOCKS_NONE).Status), 0xC00000A3u);
    ASSERT_EQ(set_master(user, watch.handle), success);
    const CLOCKS_TOLD told = reference_clock(CLOCKS_NONE);
    EXPECT_EQ(std::uint32_t(told.Status), success);
    EXPECT_EQ(told.Time, 4242);
    EXPECT_EQ(told.PhysicalTime, 4242);
    EXPECT_EQ(told.CorrelatedTime, 4242);
    EXPECT_EQ(told.SystemTime, 1'004'242);
    EXPECT_EQ(std::uint32_t(told.ResolutionStatus), success);
    EXPECT_EQ(told.Granularity, CLOCKS_GRANULARITY);
    EXPECT_EQ(told.Error, CLOCKS_ERROR);
    EXPECT_EQ(std::uint32_t(told.StateStatus), success);
    EXPECT_EQ(told.State, ULONG(KSSTATE_STOP));
    EXPECT_EQ(told.Unknown, 1u);
    EXPECT_EQ(told.References, 0u); // the caller had the only one
    state(owner, PinState::pause);
    EXPECT_EQ(reference_clock(CLOCKS_NONE).State, ULONG(KSSTATE_PAUSE));
}

TEST_P(Clocks, I8_AMasterClockComesBeforeThePinsOwn) {
    const Created master = pin(CLOCKS_OWN), user = pin(CLOCKS_DEFAULT), watch = clock(master);
    set_own_time(999);
    EXPECT_EQ(reference_clock(CLOCKS_DEFAULT).Time, 0);
    ASSERT_EQ(set_master(user, watch.handle), success);
    EXPECT_EQ(reference_clock(CLOCKS_DEFAULT).Time, 999);
}

TEST_P(Clocks, I8_TheMinidriverSetsItsPinsTime) {
    const Created owner = pin(CLOCKS_DEFAULT), watch = clock(owner);
    const std::uint32_t selector[2] = {CLOCKS_DEFAULT, 0};
    filter.set(clocks_set, CLOCKS_SET_PIN_TIME, bytes_of(std::int64_t(12'345'678)), {},
               bytes_of(selector));
    EXPECT_EQ(time(watch), 12'345'678);
    state(owner, PinState::run);
    pass(20 * millisecond);
    EXPECT_GE(time(watch), 12'345'678 + 20 * millisecond);
}

} // namespace
} // namespace ksbox::testing
