// An adapter's idle detection: a device that nobody uses goes to a low-power state and comes back
// with the next access. Off unless the INF has written PowerSettings.
// @doc audio/audio-device-class-inactivity-timer-implementation,
// audio/immediate-idle-timeout-opt-in, NF:portcls.IPortClsPower.SetIdlePowerManagement
#pragma once

#include <memory>

#include "abi/windows.h"

namespace ksbox::portcls {

class Adapter;

class AdapterIdle {
  public:
    explicit AdapterIdle(Adapter &adapter);
    AdapterIdle(const AdapterIdle &) = delete;
    AdapterIdle &operator=(const AdapterIdle &) = delete;

    /// The device has started: reads the settings of its driver's key. PASSIVE.
    void start();
    /// It stops or goes.
    void stop();
    /// The driver's wish, which counts more than the registry, unless that says ImmediateIdle.
    /// PASSIVE.
    void set_enabled(bool enabled);

    /// An access of a client's, from before the driver sees it until the driver returns. Counts the
    /// idle time from now, and has the device in D0 first. Holds no mutex; PASSIVE, waits.
    class Access {
      public:
        explicit Access(PDEVICE_OBJECT fdo);
        ~Access();
        Access(const Access &) = delete;
        Access &operator=(const Access &) = delete;

      private:
        const std::shared_ptr<Adapter> adapter_; ///< null: none of ours
        ULONG fx_use_ = 0;
    };

    /// A stream runs, or does no longer. PASSIVE.
    void stream_runs(bool runs);

    /// True when the device is up, as far as idle detection is concerned; else it comes.
    /// IRQL <= DISPATCH_LEVEL.
    bool bring_up();

    /// The driver asks for a state itself: down there the device stays until the next access.
    void driver_asks(DEVICE_POWER_STATE state);
    /// A set-power IRP is done. Who came while the device went down is not left waiting. PASSIVE.
    void device_is_in(DEVICE_POWER_STATE state);

  private:
    /// Of the key; seconds, 3 for D3, a Boolean.
    struct Settings {
        ULONG conservation_time = 0, performance_time = 0, power_state = 3, immediate = 0;
    };
    static Settings read_settings(PDEVICE_OBJECT pdo);
    void apply();
    void use(bool begins);
    bool sleeps() const;
    void power_up();
    void request_later(DEVICE_POWER_STATE state);
    static void NTAPI request(PDEVICE_OBJECT fdo, PVOID context);

    Adapter &adapter_;
    KEVENT turn_;                 ///< who changes the settings, or powers the device up, takes it
    mutable KSPIN_LOCK lock_ = 0; ///< guards what follows; a leaf
    Settings settings_;
    bool started_ = false, enabled_ = true;
    bool asked_by_driver_ = false;
    ULONG users_ = 0;          ///< accesses and running streams
    PULONG counter_ = nullptr; ///< the power manager's; null: it does not count
    bool immediate_ = false;   ///< down as soon as there are no users
    bool marked_busy_ = false; ///< PoStartDeviceBusy
};

} // namespace ksbox::portcls
