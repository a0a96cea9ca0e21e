// The object manager's names: what the tree offers to callers, locked.
#include "nt/kernel.h"
#include "nt/ob/object_header.h"
#include "nt/ob/state.h"

namespace ksbox::ob {

Result<void> ObjectManager::insert_name(std::u16string_view path, void *body, bool permanent,
                                        void *root) {
    auto *header = header_of(body);
    reference(body);
    const auto inserted = [&]() -> Result<void> {
        ke::HostLockGuard guard(state_->name_lock);
        if (header->name)
            return fail(STATUS_OBJECT_NAME_COLLISION);
        auto found = KS_TRY(Namespace(*this).walk(path, root, false));
        if (found.body) // also when the path continues below an object that is no directory
            return fail(found.remaining.empty() ? STATUS_OBJECT_NAME_COLLISION
                                                : STATUS_OBJECT_PATH_NOT_FOUND);
        header->permanent = permanent;
        Namespace(*this).add(*found.parent, found.leaf, body);
        return {};
    }();
    if (!inserted)
        dereference(body);
    return inserted;
}

Result<void> ObjectManager::remove_name(void *body) {
    {
        ke::HostLockGuard guard(state_->name_lock);
        auto *header = header_of(body);
        if (!header->name)
            return fail(STATUS_OBJECT_NAME_NOT_FOUND);
        header->permanent = false;
        Namespace(*this).take(header->name);
    }
    dereference(body);
    return {};
}

void ObjectManager::make_temporary(void *body) {
    bool taken = false;
    {
        ke::HostLockGuard guard(state_->name_lock);
        auto *header = header_of(body);
        header->permanent = false;
        if (header->name && handle_count(body) == 0) {
            Namespace(*this).take(header->name);
            taken = true;
        }
    }
    if (taken)
        dereference(body);
}

Result<ObjectManager::Lookup> ObjectManager::lookup(std::u16string_view path, void *root,
                                                    bool follow_last) {
    Namespace::Found found;
    std::int64_t before;
    {
        ke::HostLockGuard guard(state_->name_lock);
        found = KS_TRY(Namespace(*this).walk(path, root, follow_last));
        if (!found.body)
            return fail(STATUS_OBJECT_NAME_NOT_FOUND);
        before = add_reference(found.body);
    }
    check_reference(found.body, before);
    return Lookup{found.body, std::move(found.remaining)};
}

Result<void *> ObjectManager::open(std::u16string_view path, ObjectType type, void *root) {
    auto found = KS_TRY(lookup(path, root, type != ObjectType::symbolic_link));
    if (!found.remaining.empty()) {
        dereference(found.body);
        return fail(STATUS_OBJECT_PATH_NOT_FOUND);
    }
    if (type_of(found.body) != type) {
        dereference(found.body);
        return fail(STATUS_OBJECT_TYPE_MISMATCH);
    }
    return found.body;
}

std::u16string ObjectManager::name_of(const void *body) const {
    if (auto name = operations(type_of(body)).name)
        return name(kernel_, body);
    ke::HostLockGuard guard(state_->name_lock);
    return Namespace(const_cast<ObjectManager &>(*this)).path_of(body);
}

Result<void> ObjectManager::create_directory(std::u16string_view path, bool permanent) {
    void *body = KS_TRY(allocate(ObjectType::directory, sizeof(Directory)));
    static_cast<Directory *>(body)->names = new Names;
    if (!state_->root && path == u"\\") {
        state_->root = static_cast<Directory *>(body);
        return {};
    }
    auto inserted = insert_name(path, body, permanent);
    dereference(body);
    return inserted;
}

Result<void> ObjectManager::create_link(std::u16string_view path, std::u16string_view target) {
    void *body = KS_TRY(allocate(ObjectType::symbolic_link, sizeof(SymbolicLink)));
    static_cast<SymbolicLink *>(body)->target = new std::u16string(target);
    auto inserted = insert_name(path, body, true);
    dereference(body);
    return inserted;
}

Result<void> ObjectManager::delete_link(std::u16string_view path) {
    void *body = KS_TRY(open(path, ObjectType::symbolic_link));
    make_temporary(body);
    dereference(body);
    return {};
}

Result<std::u16string> ObjectManager::link_target(const void *body) const {
    if (type_of(body) != ObjectType::symbolic_link)
        return fail(STATUS_OBJECT_TYPE_MISMATCH);
    return *static_cast<const SymbolicLink *>(body)->target;
}

} // namespace ksbox::ob
