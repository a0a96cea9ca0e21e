// What a client has open, for the broker's questions: which device interface a handle belongs to.
// Pins, clocks and the like belong to the interface of the filter they were created on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/transport.h"
#include "ksbox/guid.h"
#include "nt/ke/host_lock.h"

namespace ksbox::box {

class OpenedFiles {
  public:
    struct Origin {
        std::string path;
        Guid category;
    };
    void add(broker::Handle handle, Origin origin) {
        ke::HostLockGuard guard(lock_);
        origins_[handle] = std::move(origin);
    }
    void add_child(broker::Handle parent, broker::Handle child) {
        if (std::optional<Origin> origin = find(parent))
            add(child, std::move(*origin));
    }
    std::optional<Origin> find(broker::Handle handle) const {
        ke::HostLockGuard guard(lock_);
        auto found = origins_.find(handle);
        return found == origins_.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<broker::Handle> handles() const {
        ke::HostLockGuard guard(lock_);
        std::vector<broker::Handle> all;
        for (const auto &[handle, origin] : origins_)
            all.push_back(handle);
        return all;
    }
    void remove(broker::Handle handle) {
        ke::HostLockGuard guard(lock_);
        origins_.erase(handle);
    }

  private:
    mutable ke::HostLock lock_;
    std::map<broker::Handle, Origin> origins_;
};

} // namespace ksbox::box
