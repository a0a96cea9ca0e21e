// PoFx as a machine of small steps: each makes one callback, and the driver's answers lead to the
// next. Whoever causes a step makes the callbacks, one thread at a time.
#include "nt/io/power_framework.h"

#include <algorithm>
#include <utility>

#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/trace.h"

namespace ksbox::io {
namespace {

constexpr std::uint32_t internal_power_error = 0xa0;

} // namespace

struct PowerDevice::Step {
    enum class What : std::uint8_t { active, idle, state, required, not_required } what;
    ULONG component;
    ULONG state;
};

PowerDevice::PowerDevice(PDEVICE_OBJECT physical, PowerRegistration registration)
    : physical_(physical), facts_(std::move(registration)) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, timer_fired, this);
    ExInitializeWorkItem(&work_, work, this);
    KeInitializeEvent(&changed_, NotificationEvent, FALSE);
    // Every component is active, and so are those it depends on.
    for (const PowerComponent &component : facts_.components)
        for (ULONG provider : component.providers)
            ++facts_.components[provider].references;
}

bool PowerDevice::wants_active(const PowerComponent &component) const {
    return component.references != 0 || !started_;
}

bool PowerDevice::providers_active(const PowerComponent &component) const {
    return std::ranges::all_of(component.providers, [&](ULONG provider) {
        return facts_.components[provider].condition == PowerComponent::Condition::active;
    });
}

/// The deepest state that the driver's hints allow.
ULONG PowerDevice::wanted_state(const PowerComponent &component) const {
    if (wants_active(component))
        return 0;
    ULONG last = static_cast<ULONG>(component.states.size()) - 1;
    if (component.wake)
        last = std::min(last, component.deepest_wakeable);
    for (ULONG state = last; state > 0; --state)
        if (component.states[state].TransitionLatency <= component.latency &&
            component.states[state].ResidencyRequirement <= component.residency)
            return state;
    return 0;
}

/// A component that is in use, or about to be, keeps those active that it depends on.
void PowerDevice::hold_providers(PowerComponent &component, bool hold) {
    if (component.holds_providers == hold || component.providers.empty())
        return;
    component.holds_providers = hold;
    for (ULONG provider : component.providers)
        facts_.components[provider].references += hold ? 1u : ~0u;
    look_again_ = true;
}

bool PowerDevice::component_step(ULONG index, Step &step) {
    using Condition = PowerComponent::Condition;
    PowerComponent &component = facts_.components[index];
    if (component.state_asked || component.condition == Condition::leaving)
        return false;
    const bool wanted = wants_active(component);
    if (component.condition == Condition::active) {
        if (wanted)
            return false;
        component.condition = facts_.idle ? Condition::leaving : Condition::idle;
        step = {Step::What::idle, index, 0};
        return true;
    }
    hold_providers(component, wanted);
    if (power_ != Power::on)
        return false;
    const ULONG state = wanted_state(component);
    if (state != component.state) {
        // Never from one low-power state to another: over F0.
        component.state = component.state == 0 ? state : 0;
        component.state_asked = facts_.idle_state != nullptr;
        step = {Step::What::state, index, component.state};
        return true;
    }
    if (!wanted || !providers_active(component))
        return false;
    component.condition = Condition::active;
    step = {Step::What::active, index, 0};
    return true;
}

bool PowerDevice::power_step(Step &step) {
    using Condition = PowerComponent::Condition;
    const auto &all = facts_.components;
    const bool idle = started_ && std::ranges::all_of(all, [&](const PowerComponent &component) {
                          return component.condition == Condition::idle && !component.state_asked &&
                                 !wants_active(component);
                      });
    if (!idle) {
        timing_ = expired_ = false;
        const bool wanted = std::ranges::any_of(
            all, [&](const PowerComponent &component) { return wants_active(component); });
        if (power_ != Power::off || !wanted)
            return false;
        power_ = facts_.required ? Power::wanted : Power::on;
        step = {Step::What::required, 0, 0};
        return true;
    }
    if (power_ != Power::on)
        return false;
    if (idle_timeout_ != 0 && !expired_) {
        if (!std::exchange(timing_, true)) {
            LARGE_INTEGER due;
            due.QuadPart = -static_cast<LONGLONG>(idle_timeout_);
            KeSetTimer(&timer_, due, &dpc_);
        }
        return false;
    }
    timing_ = false;
    power_ = facts_.not_required ? Power::leaving : Power::off;
    step = {Step::What::not_required, 0, 0};
    return true;
}

/// Decides what comes next, and notes it as begun. With the lock held.
bool PowerDevice::next_step(Step &step) {
    if (stopped_)
        return false;
    do {
        look_again_ = false;
        for (ULONG i = 0; i < facts_.components.size(); ++i)
            if (component_step(i, step))
                return true;
    } while (look_again_);
    return power_step(step);
}

void PowerDevice::call(const Step &step) {
    static constexpr const char *names[] = {"active", "idle", "state", "required", "not required"};
    current_kernel().trace().event("pofx", {{"device", TracedAddress{physical_}},
                                            {"step", names[static_cast<unsigned>(step.what)]},
                                            {"component", std::uint64_t(step.component)},
                                            {"state", std::uint64_t(step.state)}});
    switch (step.what) {
    case Step::What::active:
        if (facts_.active)
            call_driver("ComponentActiveConditionCallback", physical_, facts_.active,
                        facts_.context, step.component);
        break;
    case Step::What::idle:
        if (facts_.idle)
            call_driver("ComponentIdleConditionCallback", physical_, facts_.idle, facts_.context,
                        step.component);
        break;
    case Step::What::state:
        if (facts_.idle_state)
            call_driver("ComponentIdleStateCallback", physical_, facts_.idle_state, facts_.context,
                        step.component, step.state);
        break;
    case Step::What::required:
        if (facts_.required)
            call_driver("DevicePowerRequiredCallback", physical_, facts_.required, facts_.context);
        break;
    case Step::What::not_required:
        if (facts_.not_required)
            call_driver("DevicePowerNotRequiredCallback", physical_, facts_.not_required,
                        facts_.context);
        break;
    }
}

void PowerDevice::pump() {
    KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (pumping_) {
        // The other one looks again before it leaves.
        KeReleaseSpinLock(&lock_, irql);
        return;
    }
    pumping_ = true;
    for (Step step; next_step(step);) {
        KeReleaseSpinLock(&lock_, irql);
        call(step);
        KeSetEvent(&changed_, IO_NO_INCREMENT, FALSE);
        irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    }
    pumping_ = false;
    KeSetEvent(&changed_, IO_NO_INCREMENT, FALSE);
    KeReleaseSpinLock(&lock_, irql);
}

void NTAPI PowerDevice::work(PVOID self) {
    auto &device = *static_cast<PowerDevice *>(self);
    for (;;) {
        const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&device.lock_);
        const bool more = std::exchange(device.again_, false);
        if (!more) {
            device.queued_ = false;
            KeSetEvent(&device.changed_, IO_NO_INCREMENT, FALSE); // stop() may wait for this
        }
        KeReleaseSpinLock(&device.lock_, irql);
        if (!more)
            return;
        device.pump();
    }
}

void PowerDevice::pump_later() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    again_ = true;
    const bool queue = !stopped_ && !std::exchange(queued_, true);
    KeReleaseSpinLock(&lock_, irql);
    if (queue)
        ExQueueWorkItem(&work_, DelayedWorkQueue);
}

void NTAPI PowerDevice::timer_fired(PKDPC, PVOID self, PVOID, PVOID) {
    auto &device = *static_cast<PowerDevice *>(self);
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&device.lock_);
    device.expired_ = device.timing_;
    KeReleaseSpinLock(&device.lock_, irql);
    device.pump_later();
}

void PowerDevice::proceed(ULONG flags) {
    if (flags & PO_FX_FLAG_ASYNC_ONLY)
        pump_later();
    else
        pump();
}

/// Whether the component is where its references want it.
bool PowerDevice::settled(ULONG index) {
    using Condition = PowerComponent::Condition;
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    const PowerComponent &component = facts_.components[index];
    const bool there =
        stopped_ ||
        component.condition == (wants_active(component) ? Condition::active : Condition::idle);
    KeClearEvent(&changed_);
    KeReleaseSpinLock(&lock_, irql);
    return there;
}

void PowerDevice::wait_until_settled(ULONG component) {
    while (!settled(component))
        KeWaitForSingleObject(&changed_, Executive, KernelMode, FALSE, nullptr);
}

void PowerDevice::start() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    started_ = true;
    KeReleaseSpinLock(&lock_, irql);
    pump();
}

void PowerDevice::stop() {
    KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    stopped_ = true;
    KeReleaseSpinLock(&lock_, irql);
    KeCancelTimer(&timer_);
    KeFlushQueuedDpcs();
    for (;;) {
        irql = KeAcquireSpinLockRaiseToDpc(&lock_);
        const bool busy = pumping_ || queued_;
        KeClearEvent(&changed_);
        KeReleaseSpinLock(&lock_, irql);
        if (!busy)
            return;
        KeWaitForSingleObject(&changed_, Executive, KernelMode, FALSE, nullptr);
    }
}

void PowerDevice::activate(ULONG index, ULONG flags) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    ++facts_.components[index].references;
    KeReleaseSpinLock(&lock_, irql);
    proceed(flags);
    if (flags & PO_FX_FLAG_BLOCKING)
        wait_until_settled(index);
}

void PowerDevice::idle(ULONG index, ULONG flags) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (facts_.components[index].references == 0)
        bug_check(internal_power_error, 0x613, reinterpret_cast<std::uint64_t>(this), index, 0,
                  "PoFxIdleComponent was called for a component without activation references");
    --facts_.components[index].references;
    KeReleaseSpinLock(&lock_, irql);
    proceed(flags);
    if (flags & PO_FX_FLAG_BLOCKING)
        wait_until_settled(index);
}

void PowerDevice::idle_condition_done(ULONG index) {
    KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    PowerComponent &component = facts_.components[index];
    if (component.condition != PowerComponent::Condition::leaving)
        bug_check(internal_power_error, 0x614, reinterpret_cast<std::uint64_t>(this), index, 0,
                  "PoFxCompleteIdleCondition was called for a component that was not asked to "
                  "become idle");
    component.condition = PowerComponent::Condition::idle;
    KeReleaseSpinLock(&lock_, irql);
    pump();
}

void PowerDevice::idle_state_done(ULONG index) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (!std::exchange(facts_.components[index].state_asked, false))
        bug_check(internal_power_error, 0x615, reinterpret_cast<std::uint64_t>(this), index, 0,
                  "PoFxCompleteIdleState was called for a component that was not asked to change "
                  "its state");
    KeReleaseSpinLock(&lock_, irql);
    pump();
}

void PowerDevice::not_required_done() {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (power_ != Power::leaving)
        bug_check(internal_power_error, 0x616, reinterpret_cast<std::uint64_t>(this), 0, 0,
                  "PoFxCompleteDevicePowerNotRequired was called without its callback");
    power_ = Power::off;
    KeReleaseSpinLock(&lock_, irql);
    pump();
}

void PowerDevice::powered_on() {
    // Also unasked: after the system's return to S0.
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    if (power_ != Power::leaving)
        power_ = Power::on;
    timing_ = expired_ = false;
    KeReleaseSpinLock(&lock_, irql);
    pump();
}

void PowerDevice::hint(ULONG index, const ULONGLONG *latency, const ULONGLONG *residency,
                       const bool *wake) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    PowerComponent &component = facts_.components[index];
    component.latency = latency ? *latency : component.latency;
    component.residency = residency ? *residency : component.residency;
    component.wake = wake ? *wake : component.wake;
    KeReleaseSpinLock(&lock_, irql);
    pump_later();
}

void PowerDevice::set_idle_timeout(ULONGLONG timeout_100ns) {
    const KIRQL irql = KeAcquireSpinLockRaiseToDpc(&lock_);
    idle_timeout_ = timeout_100ns;
    KeReleaseSpinLock(&lock_, irql);
}

PowerDevice &PowerFramework::add(PDEVICE_OBJECT physical, PowerRegistration registration) {
    auto made = std::make_unique<PowerDevice>(physical, std::move(registration));
    PowerDevice *added = made.get();
    bool again;
    {
        ke::HostLockGuard guard(lock_);
        again = std::ranges::any_of(
            devices_, [&](const auto &other) { return other->physical() == physical; });
        devices_.push_back(std::move(made));
    }
    if (again)
        bug_check(internal_power_error, 0x600, reinterpret_cast<std::uint64_t>(physical), 0, 0,
                  "PoFxRegisterDevice was called for a device that is registered already");
    return *added;
}

PowerDevice &PowerFramework::device(POHANDLE handle) {
    PowerDevice *found = nullptr;
    {
        ke::HostLockGuard guard(lock_);
        for (const auto &each : devices_)
            if (reinterpret_cast<POHANDLE>(each.get()) == handle)
                found = each.get();
    }
    if (!found)
        bug_check(internal_power_error, 0x601, reinterpret_cast<std::uint64_t>(handle), 0, 0,
                  "a PoFx function was given a handle that names no registered device");
    return *found;
}

void PowerFramework::remove(POHANDLE handle) {
    PowerDevice &gone = device(handle);
    gone.stop();
    ke::HostLockGuard guard(lock_);
    std::erase_if(devices_, [&](const auto &each) { return each.get() == &gone; });
}

} // namespace ksbox::io
