// The object manager's private state: types, the name space's root, the kernel's handle table.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <vector>

#include "nt/ke/host_lock.h"
#include "nt/ob/handle_table.h"
#include "nt/ob/namespace.h"

namespace ksbox::ob {

struct ObjectManager::State {
    std::array<TypeOperations, object_type_count> types;
    std::uint64_t next_id = 1;
    ke::HostLock name_lock;
    Directory *root = nullptr;
    ke::HostLock security_lock;
    /// Self-relative descriptors by id_of(), for the few objects that got one.
    std::map<std::uint64_t, std::vector<std::byte>> security;
    ke::HostLock handle_lock;
    HandleTable kernel_handles;
};

} // namespace ksbox::ob
