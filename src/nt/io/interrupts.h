// Interrupts that simulated hardware raises: service routines by vector, run at their device IRQL
// with their spin lock held.
#pragma once

#include <memory>
#include <vector>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"

/// What PKINTERRUPT points at; opaque to drivers.
struct _KINTERRUPT {
    PKSERVICE_ROUTINE routine; ///< null for a message-signalled one
    PKMESSAGE_SERVICE_ROUTINE message_routine;
    PVOID context;
    PKSPIN_LOCK lock; ///< the caller's, or `own_lock`
    KSPIN_LOCK own_lock;
    ULONG vector;
    KIRQL irql;             ///< the device's
    KIRQL synchronize_irql; ///< what the routine runs at
    bool shared;
    ULONG message; ///< number among the device's messages
    bool inactive; ///< IoReportInterruptInactive
};

namespace ksbox::io {

class Interrupts : public KernelExtension {
  public:
    explicit Interrupts(Kernel &kernel) : kernel_(kernel) {}
    ~Interrupts() override;

    /// STATUS_INVALID_PARAMETER: the vector is taken and one of the two does not share it.
    /// `facts` is copied.
    Result<PKINTERRUPT> connect(const _KINTERRUPT &facts);
    void disconnect(PKINTERRUPT interrupt);
    /// Connects each of the device's messages: STATUS_NOT_FOUND when it was assigned none. The
    /// table is in nonpaged pool, for disconnect() to free.
    Result<PIO_INTERRUPT_MESSAGE_INFO> connect_messages(PDEVICE_OBJECT physical,
                                                        const _KINTERRUPT &facts);
    void disconnect(PIO_INTERRUPT_MESSAGE_INFO table);

    /// The hardware's side: runs the service routines of the vector on the current processor, the
    /// first connected first, until one says that the interrupt was its own. False: none did.
    /// Any box thread, IRQL below the device's.
    bool raise(ULONG vector);

  private:
    Kernel &kernel_;
    ke::HostLock lock_;
    std::vector<PKINTERRUPT> connected_;
};

} // namespace ksbox::io
