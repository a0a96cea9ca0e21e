// The power management framework (PoFx): which components of a device are in use, the Fx states of
// those that are not, and whether the device has to stay in D0.
#pragma once

#include <memory>
#include <vector>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"

namespace ksbox::io {

/// A component, as registered and as it is now. Times in 100 ns units.
struct PowerComponent {
    enum class Condition : std::uint8_t {
        active,
        leaving,
        idle
    }; ///< leaving: callback not answered
    std::vector<PO_FX_COMPONENT_IDLE_STATE> states;
    std::vector<ULONG> providers;
    ULONG deepest_wakeable = 0;
    ULONG references = 0; ///< PoFxActivateComponent's and those of dependants
    Condition condition = Condition::active;
    ULONG state = 0;          ///< F0, F1 …
    bool state_asked = false; ///< ComponentIdleStateCallback not answered yet
    bool holds_providers = true;
    ULONGLONG latency = ~ULONGLONG(0);
    ULONGLONG residency = ~ULONGLONG(0);
    bool wake = false;
};

/// What the driver gave, of any version.
struct PowerRegistration {
    PPO_FX_COMPONENT_ACTIVE_CONDITION_CALLBACK active;
    PPO_FX_COMPONENT_IDLE_CONDITION_CALLBACK idle;
    PPO_FX_COMPONENT_IDLE_STATE_CALLBACK idle_state;
    PPO_FX_DEVICE_POWER_REQUIRED_CALLBACK required;
    PPO_FX_DEVICE_POWER_NOT_REQUIRED_CALLBACK not_required;
    PVOID context;
    std::vector<PowerComponent> components;
};

/// A registered device: what a POHANDLE points at. IRQL <= DISPATCH_LEVEL but where said.
class PowerDevice {
  public:
    PowerDevice(PDEVICE_OBJECT physical, PowerRegistration registration);
    PowerDevice(const PowerDevice &) = delete;
    PowerDevice &operator=(const PowerDevice &) = delete;

    PDEVICE_OBJECT physical() const { return physical_; }
    std::size_t components() const { return facts_.components.size(); }

    /// Components without references become idle from now on. PASSIVE_LEVEL.
    void start();
    /// Waits for callbacks under way, and makes none any more. PASSIVE_LEVEL.
    void stop();
    /// `flags`: PO_FX_FLAG_*. Blocking ones below DISPATCH_LEVEL.
    void activate(ULONG component, ULONG flags);
    void idle(ULONG component, ULONG flags);
    void idle_condition_done(ULONG component);
    void idle_state_done(ULONG component);
    void not_required_done();
    void powered_on();
    /// Hints for the choice of Fx states; null keeps what is set.
    void hint(ULONG component, const ULONGLONG *latency, const ULONGLONG *residency,
              const bool *wake);
    void set_idle_timeout(ULONGLONG timeout_100ns);

  private:
    enum class Power : std::uint8_t { on, leaving, off, wanted }; ///< leaving, wanted: not answered
    struct Step;
    bool next_step(Step &step);
    void hold_providers(PowerComponent &component, bool hold);
    bool component_step(ULONG index, Step &step);
    bool power_step(Step &step);
    ULONG wanted_state(const PowerComponent &component) const;
    bool wants_active(const PowerComponent &component) const;
    bool providers_active(const PowerComponent &component) const;
    void call(const Step &step);
    void pump();
    void pump_later();
    void proceed(ULONG flags);
    bool settled(ULONG component);
    void wait_until_settled(ULONG component);
    static void NTAPI work(PVOID self);
    static void NTAPI timer_fired(PKDPC dpc, PVOID self, PVOID, PVOID);

    PDEVICE_OBJECT physical_;
    PowerRegistration facts_;
    KSPIN_LOCK lock_ = 0; // of what follows, and of facts_.components
    bool started_ = false;
    bool stopped_ = false;
    bool pumping_ = false;    ///< somebody makes callbacks, and looks again before it leaves
    bool queued_ = false;     ///< work_ is
    bool again_ = false;      ///< and has something to do
    bool look_again_ = false; ///< references of a provider changed
    Power power_ = Power::on;
    ULONGLONG idle_timeout_ = 0;
    bool timing_ = false;  ///< the idle timeout runs
    bool expired_ = false; ///< and is over
    KTIMER timer_;
    KDPC dpc_;
    WORK_QUEUE_ITEM work_;
    KEVENT changed_; ///< pulsed by each step
};

/// The registered devices of one box: kernel.extension<PowerFramework>().
class PowerFramework : public KernelExtension {
  public:
    explicit PowerFramework(Kernel &) {}

    /// Bug check INTERNAL_POWER_ERROR for a device that is registered already.
    PowerDevice &add(PDEVICE_OBJECT physical, PowerRegistration registration);
    /// Bug check INTERNAL_POWER_ERROR for a handle that is none.
    PowerDevice &device(POHANDLE handle);
    void remove(POHANDLE handle);

  private:
    ke::HostLock lock_;
    std::vector<std::unique_ptr<PowerDevice>> devices_;
};

} // namespace ksbox::io
