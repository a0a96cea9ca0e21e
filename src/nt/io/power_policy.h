// What the power manager decides by itself: devices that are idle for long go to a low-power
// state, and drivers hear of the system's power settings.
#pragma once

#include <vector>

#include "abi/windows.h"

#include "base/guid.h"
#include "nt/kernel.h"

namespace ksbox::io {

/// Idle detection of one device: what the driver's idle pointer leads to, in nonpaged pool.
struct IdleDetection {
    ULONG counter; ///< first: seconds since the device was busy; PoSetDeviceBusy clears it
    ULONG limit;   ///< seconds; 0: off
    ULONG busy;    ///< PoStartDeviceBusy without its end
    bool asked;    ///< the device was sent to its state and has not come back
    DEVICE_POWER_STATE state;
    PDEVICE_OBJECT device;   ///< as the driver named it
    PDEVICE_OBJECT physical; ///< at the bottom of its stack
};

/// kernel.extension<PowerPolicy>().
class PowerPolicy : public KernelExtension {
  public:
    explicit PowerPolicy(Kernel &kernel);
    ~PowerPolicy() override;

    /// Null: switched off (limit 0), or no memory. IRQL <= APC_LEVEL.
    PULONG detect_idle(PDEVICE_OBJECT device, PDEVICE_OBJECT physical, ULONG limit_seconds,
                       DEVICE_POWER_STATE state);
    /// The device is in D0 (again): counts from zero. IRQL <= DISPATCH_LEVEL.
    void powered_up(PDEVICE_OBJECT physical);
    /// The device goes for good.
    void forget(PDEVICE_OBJECT physical);

    /// Calls it with the setting's value if that is one that a box has. PASSIVE_LEVEL.
    void *add_setting(const GUID &setting, PPOWER_SETTING_CALLBACK callback, PVOID context);
    bool remove_setting(void *handle);

  private:
    struct Setting {
        void *handle;
        Guid setting;
        PPOWER_SETTING_CALLBACK callback;
        PVOID context;
    };
    void tick();
    void count();
    static void NTAPI second_over(PKDPC dpc, PVOID self, PVOID, PVOID);
    static void NTAPI send(PVOID self);

    Kernel &kernel_;
    KSPIN_LOCK lock_ = 0; // of what follows
    std::vector<IdleDetection *> idle_;
    std::vector<Setting> settings_;
    std::uint64_t next_setting_ = 1;
    bool ticking_ = false;
    bool sending_ = false; ///< work_ is queued
    KTIMER timer_;
    KDPC dpc_;
    WORK_QUEUE_ITEM work_;
};

} // namespace ksbox::io
