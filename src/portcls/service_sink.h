// A member of a miniport's service group: what the port has done when the group is served.
// @doc audio/service-sink-and-service-group-objects
#pragma once

#include <functional>

#include "portcls/com.h"

namespace ksbox::portcls {

/// Membership of one group at a time.
class ServiceMembership {
  public:
    /// `serve` is called at DISPATCH_LEVEL, by several processors at once if the group is.
    ServiceMembership(Kernel &kernel, std::function<void()> serve);
    /// As leave().
    ~ServiceMembership();
    ServiceMembership(const ServiceMembership &) = delete;
    ServiceMembership &operator=(const ServiceMembership &) = delete;

    /// STATUS_INSUFFICIENT_RESOURCES; what AddMember answers. Null: no group, nothing is served.
    /// Precondition: no member. PASSIVE.
    NTSTATUS join(IServiceGroup *group);
    /// When it returns, `serve` neither runs nor will. PASSIVE.
    void leave();
    IServiceGroup *group() const { return group_.get(); }

  private:
    class Sink;
    Kernel &kernel_;
    const std::function<void()> serve_;
    ComPtr<IServiceGroup> group_;
    Sink *sink_ = nullptr; ///< referenced; the group has its own reference
};

/// IPortXxx.Notify: asks the group for service; any IRQL. Null is ignored.
void request_service(IServiceGroup *group);

} // namespace ksbox::portcls
