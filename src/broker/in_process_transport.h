// The transport of a driver in the same process: straight into the system services, on the calling
// box thread.
#pragma once

#include "broker/transport.h"

namespace ksbox::broker {

class InProcessTransport final : public Transport {
  public:
    Result<Handle> open(const Open &request) override;
    Status ioctl(const Control &request) override;
    Status cancel(Handle file, ClientAddress status_block) override;
    Status close(Handle handle) override;
    Reason take_reason(ClientAddress status_block) override;
    Result<ClientAddress> map(std::size_t bytes) override;
    Status unmap(ClientAddress address) override;
};

} // namespace ksbox::broker
