// Several service sinks that one request serves, mostly an interrupt's.
// @doc NN:portcls.IServiceGroup, audio/service-sink-and-service-group-objects
#pragma once

#include <atomic>
#include <vector>

#include "portcls/call_lock.h"
#include "portcls/part_object.h"

namespace ksbox::portcls {

/// Members are called one after another, in the order in which they joined, at DISPATCH_LEVEL, by
/// one processor at a time. The last Release: PASSIVE.
class ServiceGroup final : public PartObject<IServiceGroup> {
  public:
    ServiceGroup(Kernel &kernel, IUnknown *outer);
    ~ServiceGroup() override;

    /// Any IRQL: a DPC serves. Requests before it runs are one.
    STDMETHODIMP_(void) RequestService() noexcept override;
    /// Up to DISPATCH_LEVEL. STATUS_INVALID_PARAMETER for null; a sink may join more than once.
    STDMETHODIMP_(NTSTATUS) AddMember(PSERVICESINK pServiceSink) noexcept override;
    /// Up to DISPATCH_LEVEL. When it returns the sink is not called any more, unless it is that
    /// call which removes it.
    STDMETHODIMP_(void) RemoveMember(PSERVICESINK pServiceSink) noexcept override;
    STDMETHODIMP_(void) SupportDelayedService() noexcept override;
    /// Up to DISPATCH_LEVEL. A time as KeSetTimer's, in 100 ns units; replaces the one before.
    STDMETHODIMP_(void) RequestDelayedService(ULONGLONG ullDelay) noexcept override;
    STDMETHODIMP_(void) CancelDelayedService() noexcept override;

  private:
    static void NTAPI serve(PKDPC, PVOID group, PVOID, PVOID);
    IUnknown *interface_of(const GUID &id) override;

    KDPC request_{};
    KDPC delayed_{};
    KTIMER timer_{};
    std::atomic<bool> delay_supported_ = false;
    CallLock lock_;                             ///< of the members
    std::vector<ComPtr<IServiceSink>> members_; ///< null: left while they were called
};

} // namespace ksbox::portcls
