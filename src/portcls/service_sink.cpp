// Service sinks of ports and streams.
#include "portcls/service_sink.h"

namespace ksbox::portcls {

/// What the group holds. A DPC of the group may call it once more after it was removed.
class ServiceMembership::Sink final : public ComObject<IServiceSink> {
  public:
    Sink(Kernel &kernel, const std::function<void()> &serve) : ComObject(kernel), serve_(serve) {
        ExInitializeRundownProtection(&calls_);
    }
    STDMETHODIMP_(void) RequestService() noexcept override {
        if (!ExAcquireRundownProtection(&calls_))
            return;
        serve_();
        ExReleaseRundownProtection(&calls_);
    }
    void stop() { ExWaitForRundownProtectionRelease(&calls_); }

  private:
    IUnknown *interface_of(const GUID &id) override {
        return id == IID_IServiceSink ? static_cast<IServiceSink *>(this) : nullptr;
    }
    EX_RUNDOWN_REF calls_{};
    const std::function<void()> &serve_; ///< the membership's; not touched after stop()
};

ServiceMembership::ServiceMembership(Kernel &kernel, std::function<void()> serve)
    : kernel_(kernel), serve_(std::move(serve)) {}

ServiceMembership::~ServiceMembership() {
    leave();
}

NTSTATUS ServiceMembership::join(IServiceGroup *group) {
    if (!group)
        return STATUS_SUCCESS;
    sink_ = make_com<Sink>(kernel_, serve_);
    if (!sink_)
        return STATUS_INSUFFICIENT_RESOURCES;
    const NTSTATUS status = call_method("IServiceGroup.AddMember", group, &IServiceGroup::AddMember,
                                        static_cast<IServiceSink *>(sink_));
    if (!NT_SUCCESS(status)) {
        std::exchange(sink_, nullptr)->Release();
        return status;
    }
    group_ = ComPtr<IServiceGroup>::share(group);
    return status;
}

void ServiceMembership::leave() {
    Sink *const sink = std::exchange(sink_, nullptr);
    if (!sink || !runs_driver_code())
        return;
    call_method("IServiceGroup.RemoveMember", group_.get(), &IServiceGroup::RemoveMember,
                static_cast<IServiceSink *>(sink));
    sink->stop();
    sink->Release();
    group_.reset();
}

void request_service(IServiceGroup *group) {
    if (group)
        call_method("IServiceGroup.RequestService", group, &IServiceGroup::RequestService);
}

} // namespace ksbox::portcls
