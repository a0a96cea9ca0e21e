// A list of interrupt service routines, and routines that exclude them.
// @doc NN:portcls.IInterruptSync, audio/interrupt-sync-objects
#pragma once

#include "portcls/part_object.h"

namespace ksbox::portcls {

/// Routines are called at the interrupt's IRQL with its lock held. The last Release: PASSIVE.
class InterruptSync final : public PartObject<IInterruptSync> {
  public:
    /// `interrupt` is a translated entry; copied.
    InterruptSync(Kernel &kernel, IUnknown *outer, const CM_PARTIAL_RESOURCE_DESCRIPTOR &interrupt,
                  INTERRUPTSYNCMODE mode);
    ~InterruptSync() override;

    /// Up to the interrupt's IRQL; connected or not. The routine's own status (inferred).
    STDMETHODIMP_(NTSTATUS)
    CallSynchronizedRoutine(PINTERRUPTSYNCROUTINE Routine, PVOID DynamicContext) noexcept override;
    /// Null while not connected.
    STDMETHODIMP_(PKINTERRUPT) GetKInterrupt() noexcept override { return interrupt_; }
    /// STATUS_UNSUCCESSFUL when it is connected (inferred); what IoConnectInterrupt answers.
    /// PASSIVE.
    STDMETHODIMP_(NTSTATUS) Connect() noexcept override;
    STDMETHODIMP_(void) Disconnect() noexcept override;
    /// STATUS_INVALID_PARAMETER for null, STATUS_INSUFFICIENT_RESOURCES. Up to DISPATCH_LEVEL.
    STDMETHODIMP_(NTSTATUS)
    RegisterServiceRoutine(PINTERRUPTSYNCROUTINE Routine, PVOID DynamicContext,
                           BOOLEAN First) noexcept override;

  private:
    struct Entry {
        PINTERRUPTSYNCROUTINE function;
        PVOID context;
        Entry *next;
    };
    static BOOLEAN NTAPI service(PKINTERRUPT, PVOID sync);
    BOOLEAN run_list();
    /// Whether any succeeded; up to and with the first one that does, or all.
    bool run_once(bool all);
    /// Runs `work` at the interrupt's IRQL with its lock held.
    template <typename Work> void exclusively(Work work);
    IUnknown *interface_of(const GUID &id) override;

    const CM_PARTIAL_RESOURCE_DESCRIPTOR resource_;
    const INTERRUPTSYNCMODE mode_;
    KSPIN_LOCK lock_ = 0;
    PKINTERRUPT interrupt_ = nullptr;
    Entry *routines_ = nullptr; ///< pool; guarded by the interrupt's lock
};

} // namespace ksbox::portcls
