// The device broker: KsCreatePin2 and its family do not open a device by themselves, they ask it,
// and it decides by policy who may have what. In one process it is a function call; the handle
// comes back either way.
#pragma once

#include <functional>
#include <string_view>

#include "base/guid.h"

namespace ksbox::broker {

struct AccessQuestion {
    std::string_view client;
    std::string_view path; ///< of the device interface that the filter was opened by
    Guid category;         ///< its class
    bool writes = false;   ///< GENERIC_WRITE is asked: data flows in
};

class Broker {
  public:
    /// Empty allows everything, which is the default.
    void set_policy(std::function<bool(const AccessQuestion &)> policy) {
        policy_ = std::move(policy);
    }
    bool allows(const AccessQuestion &question) const { return !policy_ || policy_(question); }

  private:
    std::function<bool(const AccessQuestion &)> policy_;
};

} // namespace ksbox::broker
