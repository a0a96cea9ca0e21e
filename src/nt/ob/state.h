// The object manager's private state: types, the name space's root, the kernel's handle table.
#pragma once

#include <array>

#include "nt/ob/handle_table.h"
#include "nt/ob/namespace.h"

namespace ksbox::ob {

struct ObjectManager::State {
    std::array<TypeOperations, object_type_count> types;
    std::uint64_t next_id = 1;
    KSPIN_LOCK name_lock = 0;
    Directory *root = nullptr;
    mutable KSPIN_LOCK handle_lock = 0;
    HandleTable kernel_handles;
};

} // namespace ksbox::ob
