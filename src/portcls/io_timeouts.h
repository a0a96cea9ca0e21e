// Routines that PortCls calls once per second for drivers that watch their hardware.
// @doc NF:portcls.PcRegisterIoTimeout
#pragma once

#include <vector>

#include "nt/kernel.h"
#include "portcls/call_lock.h"

namespace ksbox::portcls {

/// One timer for all of the box; it runs while there is a routine. All up to DISPATCH_LEVEL.
class IoTimeouts final : public KernelExtension {
  public:
    explicit IoTimeouts(Kernel &);
    static IoTimeouts &current() { return current_kernel().extension<IoTimeouts>(); }

    struct Routine {
        PDEVICE_OBJECT device;
        PIO_TIMER_ROUTINE function;
        PVOID context;
        bool operator==(const Routine &) const = default;
    };
    /// STATUS_UNSUCCESSFUL when it is registered.
    NTSTATUS add(const Routine &routine);
    /// STATUS_NOT_FOUND. When it returns, the routine is not called any more, unless it is that
    /// call which removes it.
    NTSTATUS remove(const Routine &routine);
    /// The device is stopped or removed: its routines go.
    void forget(PDEVICE_OBJECT device);

  private:
    static void NTAPI tick(PKDPC, PVOID timeouts, PVOID, PVOID);
    void sweep(); ///< erases what was removed, and stops the timer behind the last

    KDPC dpc_{};
    KTIMER timer_{};
    CallLock lock_; ///< of the list
    struct Entry {
        Routine routine;
        bool removed = false;
    };
    std::vector<Entry> list_;
};

} // namespace ksbox::portcls
