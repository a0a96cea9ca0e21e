// Clocks: the default clock by itself, a pin's clock opened by a client, and the same clock as the
// master of another pin.
#include "ks/stream/stream_fixture.h"

namespace ksbox::ks::test {
namespace {

class Clock : public StreamTest {
  protected:
    HANDLE create_clock(HANDLE pin, ULONG flags = 0, NTSTATUS *status = nullptr) {
        std::u16string name = u"{53172480-4791-11D0-A5D6-28DB04C10000}\\";
        const KSCLOCK_CREATE create{flags};
        name.append(reinterpret_cast<const char16_t *>(&create), sizeof create / sizeof(char16_t));
        return open_below(pin, name, status);
    }
    template <typename T> T get(HANDLE clock, ULONG id) {
        T value{};
        EXPECT_EQ(property(clock, KSPROPSETID_Clock, id, KSPROPERTY_TYPE_GET, &value, sizeof value),
                  STATUS_SUCCESS);
        return value;
    }
    LONGLONG time(HANDLE clock) { return get<LONGLONG>(clock, KSPROPERTY_CLOCK_TIME); }
};

TEST_P(Clock, I4_ADefaultClockRunsInRun) {
    kernel->scheduler().call([&] {
        PKSDEFAULTCLOCK clock;
        ASSERT_EQ(KsAllocateDefaultClock(&clock), STATUS_SUCCESS);
        EXPECT_EQ(KsGetDefaultClockState(clock), KSSTATE_STOP);
        EXPECT_EQ(KsGetDefaultClockTime(clock), 0);
        sleep_ms(50);
        EXPECT_EQ(KsGetDefaultClockTime(clock), 0);
        KsSetDefaultClockState(clock, KSSTATE_RUN);
        EXPECT_EQ(KsGetDefaultClockState(clock), KSSTATE_RUN);
        sleep_ms(50);
        const LONGLONG running = KsGetDefaultClockTime(clock);
        EXPECT_GE(running, 400'000);
        EXPECT_LT(running, 5'000'000);
        KsSetDefaultClockState(clock, KSSTATE_PAUSE);
        const LONGLONG paused = KsGetDefaultClockTime(clock);
        sleep_ms(50);
        EXPECT_EQ(KsGetDefaultClockTime(clock), paused);
        // It goes on from where it stood, or from where it is set.
        KsSetDefaultClockState(clock, KSSTATE_RUN);
        EXPECT_GE(KsGetDefaultClockTime(clock), paused);
        KsSetDefaultClockTime(clock, 70'000'000);
        EXPECT_GE(KsGetDefaultClockTime(clock), 70'000'000);
        EXPECT_LT(KsGetDefaultClockTime(clock), 75'000'000);
        KsFreeDefaultClock(clock);
    });
}

LONGLONG FASTCALL own_correlated_time(PVOID context, PLONGLONG system_time) {
    *system_time = 5;
    return *static_cast<LONGLONG *>(context);
}
BOOLEAN NTAPI own_set_timer(PVOID, PKTIMER, LARGE_INTEGER, PKDPC) {
    return FALSE;
}

TEST_P(Clock, AnOwnersTimeIsTheTime) {
    kernel->scheduler().call([&] {
        PKSDEFAULTCLOCK clock;
        LONGLONG now = 42;
        ASSERT_EQ(KsAllocateDefaultClockEx(&clock, &now, nullptr, nullptr, own_correlated_time,
                                           nullptr, 0),
                  STATUS_SUCCESS);
        EXPECT_EQ(KsGetDefaultClockTime(clock), 42);
        now = 43;
        EXPECT_EQ(KsGetDefaultClockTime(clock), 43);
        KsFreeDefaultClock(clock);
        // A timer function without its counterpart, functions without a context.
        EXPECT_EQ(
            KsAllocateDefaultClockEx(&clock, &now, own_set_timer, nullptr, nullptr, nullptr, 0),
            STATUS_INVALID_PARAMETER);
        EXPECT_EQ(KsAllocateDefaultClockEx(&clock, nullptr, nullptr, nullptr, own_correlated_time,
                                           nullptr, 0),
                  STATUS_INVALID_PARAMETER);
    });
}

TEST_P(Clock, I8_APinsClockFollowsThePin) {
    driver.pin_flags = KSPIN_FLAG_IMPLEMENT_CLOCK;
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        HANDLE const clock = create_clock(pin);
        ASSERT_NE(clock, nullptr);
        EXPECT_EQ(time(clock), 0);
        EXPECT_EQ(get<KSSTATE>(clock, KSPROPERTY_CLOCK_STATE), KSSTATE_STOP);
        set_state(pin, KSSTATE_RUN);
        EXPECT_EQ(get<KSSTATE>(clock, KSPROPERTY_CLOCK_STATE), KSSTATE_RUN);
        sleep_ms(50);
        EXPECT_GE(time(clock), 400'000);
        const auto both = get<KSCORRELATED_TIME>(clock, KSPROPERTY_CLOCK_CORRELATEDTIME);
        EXPECT_GE(both.Time, 400'000);
        EXPECT_GT(both.SystemTime, 0);
        EXPECT_GE(get<LONGLONG>(clock, KSPROPERTY_CLOCK_PHYSICALTIME), both.Time);
        EXPECT_GT(get<KSRESOLUTION>(clock, KSPROPERTY_CLOCK_RESOLUTION).Granularity, 0);
        // The entry points are kernel addresses.
        KSCLOCK_FUNCTIONTABLE table;
        EXPECT_EQ(property(clock, KSPROPSETID_Clock, KSPROPERTY_CLOCK_FUNCTIONTABLE,
                           KSPROPERTY_TYPE_GET, &table, sizeof table),
                  STATUS_INVALID_DEVICE_REQUEST);
        // I7: the clock outlives its pin, standing still.
        EXPECT_EQ(io::user::close(pin), STATUS_SUCCESS);
        EXPECT_EQ(io::user::close(clock), STATUS_SUCCESS);
    });
}

TEST_P(Clock, I5_CreateFlagsMustBeZero) {
    driver.pin_flags = KSPIN_FLAG_IMPLEMENT_CLOCK;
    start();
    run([&] {
        NTSTATUS status;
        EXPECT_EQ(create_clock(create_pin(filter, sink_pin), 1, &status), nullptr);
        EXPECT_EQ(status, STATUS_INVALID_PARAMETER);
    });
}

TEST_P(Clock, I6_I8_AMasterClockIsWhatTheMinidriverReads) {
    driver.pin_flags = KSPIN_FLAG_IMPLEMENT_CLOCK;
    start();
    run([&] {
        HANDLE const owner = create_pin(filter, sink_pin);
        HANDLE clock = create_clock(owner);
        HANDLE const user = create_pin(filter, capture_pin);
        HANDLE none = owner;
        EXPECT_EQ(property(user, KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK,
                           KSPROPERTY_TYPE_GET, &none, sizeof none),
                  STATUS_SUCCESS);
        EXPECT_EQ(none, nullptr);
        EXPECT_EQ(property(user, KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK,
                           KSPROPERTY_TYPE_SET, &clock, sizeof clock),
                  STATUS_SUCCESS);
        set_state(owner, KSSTATE_RUN);
        KsPinSetPinClockTime(driver.pins[0], 90'000'000);
        PIKSREFERENCECLOCK reference = nullptr;
        ASSERT_EQ(KsPinGetReferenceClockInterface(driver.pins[1], &reference), STATUS_SUCCESS);
        const KIRQL old = KeRaiseIrqlToDpcLevel();
        EXPECT_GE(reference->GetTime(), 90'000'000);
        LONGLONG system_time = 0;
        EXPECT_GE(reference->GetCorrelatedTime(&system_time), 90'000'000);
        EXPECT_GT(system_time, 0);
        KeLowerIrql(old);
        KSSTATE state;
        EXPECT_EQ(reference->GetState(&state), STATUS_SUCCESS);
        EXPECT_EQ(state, KSSTATE_RUN);
        PVOID unknown = nullptr;
        EXPECT_EQ(reference->QueryInterface(IID_IKsControl, &unknown), STATUS_NOINTERFACE);
        EXPECT_EQ(reference->Release(), 0u);
        // Only in STOP.
        set_state(user, KSSTATE_ACQUIRE);
        EXPECT_EQ(property(user, KSPROPSETID_Stream, KSPROPERTY_STREAM_MASTERCLOCK,
                           KSPROPERTY_TYPE_SET, &clock, sizeof clock),
                  STATUS_INVALID_DEVICE_STATE);
    });
}

TEST_P(Clock, I8_WithoutAnyClockThereIsNoInterface) {
    start();
    run([&] {
        HANDLE const pin = create_pin(filter, sink_pin);
        PIKSREFERENCECLOCK reference;
        EXPECT_EQ(KsPinGetReferenceClockInterface(driver.pins[0], &reference),
                  STATUS_DEVICE_NOT_READY);
        NTSTATUS status;
        EXPECT_EQ(create_clock(pin, 0, &status), nullptr);
        EXPECT_FALSE(NT_SUCCESS(status));
    });
}

INSTANTIATE_TEST_SUITE_P(Time, Clock, testing::Values(TimeMode::simulated, TimeMode::realtime),
                         [](const auto &info) {
                             return info.param == TimeMode::simulated ? "simulated" : "realtime";
                         });

} // namespace
} // namespace ksbox::ks::test
