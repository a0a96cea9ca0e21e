#include "kmdf/object.h"

#include <algorithm>

#include <fmt/format.h>

#include "kmdf/device.h"
#include "kmdf/framework.h"
#include "kmdf/violation.h"
#include "nt/call_driver.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"

namespace ksbox::kmdf {

const char *name_of(Type type) {
    constexpr const char *names[] = {"WDFDRIVER", "WDFDEVICE",   "WDFOBJECT",   "WDFCOLLECTION",
                                     "WDFMEMORY", "WDFREQUEST",  "WDFIOTARGET", "WDFWORKITEM",
                                     "WDFTIMER",  "WDFSPINLOCK", "WDFWAITLOCK"};
    return names[std::size_t(type)];
}

Reference::~Reference() {
    if (object_ && ke::current_thread_or_null())
        object_->release();
}

Device *Object::device() {
    for (Object *object = this; object; object = object->parent_)
        if (object->type_ == Type::device)
            return static_cast<Device *>(object);
    return nullptr;
}

void Object::place(Object *parent, const WDF_OBJECT_ATTRIBUTES *attributes) {
    parent_ = parent;
    if (parent) {
        level_ = parent->level();
        scope_ = parent->scope();
    }
    if (attributes && attributes->ExecutionLevel != WdfExecutionLevelInheritFromParent)
        level_ = attributes->ExecutionLevel;
    if (attributes && attributes->SynchronizationScope != WdfSynchronizationScopeInheritFromParent)
        scope_ = attributes->SynchronizationScope;
}

void Object::reference() {
    const ke::HostLockGuard guard(Framework::current().lock());
    ++references_;
}

void Object::release() {
    bool last = false, removed = false;
    {
        const ke::HostLockGuard guard(Framework::current().lock());
        last = references_ == 1;
        removed = removed_;
        if (!last || removed)
            --references_;
    }
    if (!last)
        return;
    if (!removed)
        violation(Violation::object, handle_,
                  fmt::format("a driver took back the last reference of a {} by "
                              "WdfObjectDereference; WdfObjectDelete is what deletes it",
                              name_of(type_)));
    if (is_passive() && KeGetCurrentIrql() != PASSIVE_LEVEL)
        client_.run_later([this] { destroy(); });
    else
        destroy();
}

// Children before parents, the youngest first.
std::vector<Object *> Object::mark_tree() {
    std::vector<Object *> tree;
    const auto visit = [&tree](const auto &self, Object &object) -> void {
        object.removed_ = true;
        while (!object.children_.empty()) {
            Object *const child = object.children_.back();
            object.children_.pop_back();
            self(self, *child);
        }
        tree.push_back(&object);
    };
    visit(visit, *this);
    return tree;
}

bool Object::must_wait(const std::vector<Object *> &tree) {
    const bool raised = KeGetCurrentIrql() != PASSIVE_LEVEL;
    return std::ranges::any_of(tree, [raised](const Object *object) {
        return (raised && object->is_passive()) || object->runs_here();
    });
}

void Object::remove(bool by_driver) {
    std::vector<Object *> tree;
    bool again = false;
    {
        const ke::HostLockGuard guard(Framework::current().lock());
        again = removed_;
        if (!again) {
            if (parent_)
                std::erase(parent_->children_, this);
            tree = mark_tree();
        }
    }
    if (again) {
        if (by_driver)
            violation(Violation::object, handle_,
                      fmt::format("WdfObjectDelete was called for a {} that is being deleted",
                                  name_of(type_)));
        return;
    }
    if (must_wait(tree))
        client_.run_later([tree = std::move(tree)] { clean_up(tree); });
    else
        clean_up(tree);
}

void Object::clean_up(const std::vector<Object *> &tree) {
    for (Object *object : tree) {
        object->on_cleanup();
        for (std::size_t i = 0; i < object->contexts_.size(); ++i)
            if (const auto callback = object->contexts_[i].cleanup)
                call_driver("EvtCleanupCallback", object->handle_, callback, object->handle_);
    }
    for (Object *object : tree)
        object->release();
}

void Object::destroy() {
    for (std::size_t i = 0; i < contexts_.size(); ++i)
        if (const auto callback = contexts_[i].destroy)
            call_driver("EvtDestroyCallback", handle_, callback, handle_);
    Object *const parent = parent_;
    Framework::current().erase(*this);
    if (parent)
        parent->release(); // every child holds one
}

void *Object::context(PCWDF_OBJECT_CONTEXT_TYPE_INFO type) const {
    const ke::HostLockGuard guard(Framework::current().lock());
    const auto found = std::ranges::find(contexts_, type, &Context::type);
    return found == contexts_.end() || type == nullptr ? nullptr : found->memory;
}

NTSTATUS Object::add_context(const WDF_OBJECT_ATTRIBUTES &attributes, const void *caller,
                             void **memory) {
    Framework &framework = Framework::current();
    const auto type = attributes.ContextTypeInfo->UniqueType;
    if (void *there = context(type)) {
        *memory = there;
        return STATUS_OBJECT_NAME_EXISTS;
    }
    const std::size_t bytes = std::max(attributes.ContextSizeOverride, type->ContextSize);
    mm::Pool &pool = framework.kernel().pool();
    void *block = pool.allocate(mm::PoolKind::nonpaged, bytes, client_.tag(), caller, true);
    if (block == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = STATUS_SUCCESS;
    {
        const ke::HostLockGuard guard(framework.lock());
        const auto found = std::ranges::find(contexts_, type, &Context::type);
        if (removed_) {
            status = STATUS_DELETE_PENDING;
        } else if (found != contexts_.end()) { // another thread was faster
            *memory = found->memory;
            status = STATUS_OBJECT_NAME_EXISTS;
        } else {
            contexts_.push_back(
                {type, block, block, attributes.EvtCleanupCallback, attributes.EvtDestroyCallback});
            framework.contexts_[Framework::key(block)] = this;
            *memory = block;
        }
    }
    if (status != STATUS_SUCCESS)
        pool.free(block, 0, nullptr);
    return status;
}

} // namespace ksbox::kmdf
