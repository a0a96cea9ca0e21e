#include "kmdf/framework.h"

#include <algorithm>

#include <fmt/format.h>

#include "kmdf/violation.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"

namespace ksbox::kmdf {

namespace {
/// In front of an object's first context: what makes its handle's address its own.
constexpr std::size_t handle_bytes = 16;
} // namespace

Framework::~Framework() = default;

Client &Framework::add(std::unique_ptr<Client> client) {
    const ke::HostLockGuard guard(lock_);
    return *clients_.emplace_back(std::move(client));
}

Client &Framework::client_of(Globals globals, const char *function) {
    {
        const ke::HostLockGuard guard(lock_);
        for (const auto &client : clients_)
            if (client->globals() == globals)
                return *client;
    }
    violation(
        Violation::api_unavailable, globals,
        fmt::format("{} was called by a driver that is not bound to the framework", function));
}

Client *Framework::find_client(PDRIVER_OBJECT driver) {
    const ke::HostLockGuard guard(lock_);
    for (const auto &client : clients_)
        if (client->driver_object() == driver)
            return client.get();
    return nullptr;
}

void Framework::remove(Client &client) {
    client.wait_for_later();
    std::unique_ptr<Client> removed;
    {
        const ke::HostLockGuard guard(lock_);
        const auto found = std::ranges::find(clients_, &client, &std::unique_ptr<Client>::get);
        removed = std::move(*found);
        clients_.erase(found);
    }
    removed->free_globals();
    const ke::HostLockGuard guard(lock_);
    keep_leftovers(std::move(removed));
}

// Objects that references keep alive are leaks of the driver: their blocks stay in the pool, their
// handles mean nothing any more.
void Framework::keep_leftovers(std::unique_ptr<Client> client) {
    std::erase_if(contexts_,
                  [&](const auto &one) { return &one.second->client() == client.get(); });
    for (auto one = objects_.begin(); one != objects_.end();) {
        const bool left = &one->second->client() == client.get();
        if (left)
            left_objects_.push_back(std::move(one->second));
        one = left ? objects_.erase(one) : std::next(one);
    }
    left_clients_.push_back(std::move(client));
}

void Framework::forget(const void *image, std::size_t bytes) {
    const auto inside = [&](const std::unique_ptr<Client> &client) {
        return reinterpret_cast<std::uintptr_t>(client->image()) -
                   reinterpret_cast<std::uintptr_t>(image) <
               bytes;
    };
    std::vector<std::unique_ptr<Client>> gone;
    {
        const ke::HostLockGuard guard(lock_);
        for (auto &client : clients_)
            if (inside(client))
                gone.push_back(std::move(client));
        std::erase(clients_, nullptr);
    }
    for (auto &client : gone) {
        client->wait_for_later();
        const ke::HostLockGuard guard(lock_);
        keep_leftovers(std::move(client));
    }
}

NTSTATUS Framework::install(std::unique_ptr<Object> object, const WDF_OBJECT_ATTRIBUTES *attributes,
                            const void *caller, WDFOBJECT *handle) {
    PCWDF_OBJECT_CONTEXT_TYPE_INFO type = nullptr;
    std::size_t bytes = 0;
    if (attributes && attributes->ContextTypeInfo) {
        type = attributes->ContextTypeInfo->UniqueType;
        bytes = std::max(attributes->ContextSizeOverride, type->ContextSize);
    }
    Object &made = *object;
    const auto drop_children = [&made] {
        while (!made.children_.empty())
            made.children_.back()->remove(false);
    };
    mm::Pool &pool = kernel_.pool();
    auto *const block = static_cast<std::byte *>(pool.allocate(
        mm::PoolKind::nonpaged, handle_bytes + bytes, made.client().tag(), caller, true));
    if (block == nullptr) {
        drop_children();
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    made.handle_ = block;
    void *const memory = type ? block + handle_bytes : nullptr;
    made.contexts_.push_back({type, block, memory,
                              attributes ? attributes->EvtCleanupCallback : nullptr,
                              attributes ? attributes->EvtDestroyCallback : nullptr});
    Object *const parent = made.parent();
    bool orphan = false;
    {
        const ke::HostLockGuard guard(lock_);
        orphan = parent && parent->removed_;
        if (!orphan) {
            objects_[key(block)] = std::move(object);
            if (memory)
                contexts_[key(memory)] = &made;
            if (parent) {
                parent->children_.push_back(&made);
                ++parent->references_;
            }
        }
    }
    if (orphan) {
        drop_children();
        pool.free(block, 0, nullptr);
        return STATUS_DELETE_PENDING;
    }
    *handle = block;
    return STATUS_SUCCESS;
}

void Framework::erase(Object &object) {
    std::unique_ptr<Object> erased;
    std::vector<void *> blocks;
    {
        const ke::HostLockGuard guard(lock_);
        for (const Context &context : object.contexts_) {
            blocks.push_back(context.block);
            contexts_.erase(key(context.memory));
        }
        deleted_[deletions_++ % deleted_.size()] = {object.handle_, object.type_};
        const auto found = objects_.find(key(object.handle_));
        erased = std::move(found->second);
        objects_.erase(found);
    }
    erased.reset(); // may give back references
    for (void *block : blocks)
        kernel_.pool().free(block, 0, nullptr);
}

Object *Framework::find(const void *handle) {
    const ke::HostLockGuard guard(lock_);
    const auto found = objects_.find(key(handle));
    return found == objects_.end() ? nullptr : found->second.get();
}

Object *Framework::find_by_context(const void *memory) {
    const ke::HostLockGuard guard(lock_);
    const auto found = contexts_.find(key(memory));
    return found == contexts_.end() ? nullptr : found->second;
}

std::string Framework::describe(const void *handle) {
    if (handle == nullptr)
        return "no handle (null)";
    const ke::HostLockGuard guard(lock_);
    for (std::size_t age = 1; age <= std::min(deletions_, deleted_.size()); ++age) {
        const Deleted &deleted = deleted_[(deletions_ - age) % deleted_.size()];
        if (deleted.handle == handle)
            return fmt::format("the handle of a {} that is deleted", name_of(deleted.type));
    }
    return fmt::format("{}, which is no handle", fmt::ptr(handle));
}

void Framework::refuse(const void *in_image, std::string reason) {
    const ke::HostLockGuard guard(lock_);
    refusals_.push_back({in_image, std::move(reason)});
}

std::string Framework::take_refusal(const void *image, std::size_t bytes) {
    std::string reason;
    const ke::HostLockGuard guard(lock_);
    std::erase_if(refusals_, [&](std::pair<const void *, std::string> &one) {
        if (reinterpret_cast<std::uintptr_t>(one.first) - reinterpret_cast<std::uintptr_t>(image) >=
            bytes)
            return false;
        if (reason.empty())
            reason = std::move(one.second);
        return true;
    });
    return reason;
}

Object &object_of(WDFOBJECT handle, const char *function) {
    Framework &framework = Framework::current();
    if (Object *object = framework.find(handle))
        return *object;
    violation(Violation::invalid_handle, handle,
              fmt::format("{} was given {}", function, framework.describe(handle)));
}

Object &typed_object_of(WDFOBJECT handle, Type type, const char *function) {
    Object &object = object_of(handle, function);
    if (object.type() != type)
        violation(Violation::invalid_handle, handle,
                  fmt::format("{} was given a {}; it wants a {}", function, name_of(object.type()),
                              name_of(type)));
    return object;
}

} // namespace ksbox::kmdf
