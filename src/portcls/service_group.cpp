// Service groups: a list of sinks, a DPC, a timer.
#include "portcls/service_group.h"

#include <algorithm>

#include "nt/irql_check.h"

namespace ksbox::portcls {

ServiceGroup::ServiceGroup(Kernel &kernel, IUnknown *outer) : PartObject(kernel, outer) {
    KeInitializeDpc(&request_, serve, this);
    KeInitializeDpc(&delayed_, serve, this);
    KeInitializeTimerEx(&timer_, NotificationTimer);
}

ServiceGroup::~ServiceGroup() {
    if (!runs_driver_code())
        return;
    require_irql(PASSIVE_LEVEL, "the last IServiceGroup.Release");
    KeCancelTimer(&timer_);
    KeRemoveQueueDpc(&request_);
    KeRemoveQueueDpc(&delayed_);
    KeFlushQueuedDpcs(); // one may have begun
}

void NTAPI ServiceGroup::serve(PKDPC, PVOID group, PVOID, PVOID) {
    auto &self = *static_cast<ServiceGroup *>(group);
    const CallLock::Calling calling(self.lock_);
    // One that joins meanwhile is served with the next request.
    const std::size_t count = self.members_.size();
    for (std::size_t i = 0; i < count; ++i)
        if (IServiceSink *member = self.members_[i].get())
            call_method("IServiceSink.RequestService", member, &IServiceSink::RequestService);
    std::erase_if(self.members_, [](const auto &member) { return !member; });
}

void ServiceGroup::RequestService() noexcept {
    KeInsertQueueDpc(&request_, nullptr, nullptr);
}

NTSTATUS ServiceGroup::AddMember(PSERVICESINK pServiceSink) noexcept {
    require_irql(DISPATCH_LEVEL, "IServiceGroup.AddMember");
    if (!pServiceSink)
        return STATUS_INVALID_PARAMETER;
    auto member = ComPtr<IServiceSink>::share(pServiceSink);
    const CallLock::Guard guard(lock_);
    members_.push_back(std::move(member));
    return STATUS_SUCCESS;
}

void ServiceGroup::RemoveMember(PSERVICESINK pServiceSink) noexcept {
    require_irql(DISPATCH_LEVEL, "IServiceGroup.RemoveMember");
    ComPtr<IServiceSink> removed; // released without the lock
    const CallLock::Guard guard(lock_);
    const auto found = std::ranges::find(members_, pServiceSink, &ComPtr<IServiceSink>::get);
    if (found == members_.end())
        return;
    removed = std::move(*found);
    if (!guard.within_call())
        members_.erase(found);
}

void ServiceGroup::SupportDelayedService() noexcept {
    delay_supported_ = true;
}

void ServiceGroup::RequestDelayedService(ULONGLONG ullDelay) noexcept {
    require_irql(DISPATCH_LEVEL, "IServiceGroup.RequestDelayedService");
    if (!delay_supported_)
        return; // there is no timer yet (inferred)
    LARGE_INTEGER due;
    due.QuadPart = static_cast<LONGLONG>(ullDelay);
    KeSetTimer(&timer_, due, &delayed_);
}

void ServiceGroup::CancelDelayedService() noexcept {
    KeCancelTimer(&timer_);
}

IUnknown *ServiceGroup::interface_of(const GUID &id) {
    if (id == IID_IServiceGroup)
        return static_cast<IServiceGroup *>(this);
    return id == IID_IServiceSink ? static_cast<IServiceSink *>(this) : nullptr;
}

} // namespace ksbox::portcls
