// Collections: objects in the order they were added, each referenced. @doc
// wdf/framework-object-collections
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

class Collection final : public Object {
  public:
    static constexpr Type handle_type = Type::collection;
    explicit Collection(Client &client) : Object(client, handle_type) {}

    std::size_t count() {
        const ke::HostLockGuard guard(lock_);
        return items_.size();
    }
    void add(Object &object) {
        Reference item(&object);
        const ke::HostLockGuard guard(lock_);
        items_.push_back(std::move(item));
    }
    /// Null: there is none there.
    WDFOBJECT at(std::size_t index) {
        const ke::HostLockGuard guard(lock_);
        return index < items_.size() ? items_[index].get()->handle() : nullptr;
    }
    /// False: there is none there.
    bool remove_at(std::size_t index) {
        Reference removed; // given back when the lock is not held any more
        const ke::HostLockGuard guard(lock_);
        if (index >= items_.size())
            return false;
        removed = std::move(items_[index]);
        items_.erase(items_.begin() + std::ptrdiff_t(index));
        return true;
    }
    bool remove(const Object &object) {
        Reference removed;
        const ke::HostLockGuard guard(lock_);
        const auto found = std::ranges::find(items_, &object, &Reference::get);
        if (found == items_.end())
            return false;
        removed = std::move(*found);
        items_.erase(found);
        return true;
    }

  protected:
    void on_cleanup() override {
        while (remove_at(0)) {
        }
    }

  private:
    ke::HostLock lock_;
    std::vector<Reference> items_;
};

NTSTATUS NTAPI WdfCollectionCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
                                   WDFCOLLECTION *Collection) {
    constexpr const char *function = "WdfCollectionCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation = begin_creation(Globals, function, __builtin_return_address(0),
                                       CollectionAttributes, Collection);
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    return finish_creation<kmdf::Collection>(creation, Collection);
}

ULONG NTAPI WdfCollectionGetCount(Globals, WDFCOLLECTION Collection) {
    return ULONG(object_of<kmdf::Collection>(Collection, "WdfCollectionGetCount").count());
}

NTSTATUS NTAPI WdfCollectionAdd(Globals, WDFCOLLECTION Collection, WDFOBJECT Object) {
    constexpr const char *function = "WdfCollectionAdd";
    require_irql(DISPATCH_LEVEL, function);
    auto &collection = object_of<kmdf::Collection>(Collection, function);
    collection.add(object_of(Object, function));
    return STATUS_SUCCESS;
}

VOID NTAPI WdfCollectionRemove(Globals, WDFCOLLECTION Collection, WDFOBJECT Item) {
    constexpr const char *function = "WdfCollectionRemove";
    require_irql(DISPATCH_LEVEL, function);
    auto &collection = object_of<kmdf::Collection>(Collection, function);
    // An item that is not in it stays where it is. inferred
    collection.remove(object_of(Item, function));
}

VOID NTAPI WdfCollectionRemoveItem(Globals, WDFCOLLECTION Collection, ULONG Index) {
    constexpr const char *function = "WdfCollectionRemoveItem";
    require_irql(DISPATCH_LEVEL, function);
    object_of<kmdf::Collection>(Collection, function).remove_at(Index);
}

WDFOBJECT NTAPI WdfCollectionGetItem(Globals, WDFCOLLECTION Collection, ULONG Index) {
    return object_of<kmdf::Collection>(Collection, "WdfCollectionGetItem").at(Index);
}

WDFOBJECT NTAPI WdfCollectionGetFirstItem(Globals, WDFCOLLECTION Collection) {
    return object_of<kmdf::Collection>(Collection, "WdfCollectionGetFirstItem").at(0);
}

WDFOBJECT NTAPI WdfCollectionGetLastItem(Globals, WDFCOLLECTION Collection) {
    auto &collection = object_of<kmdf::Collection>(Collection, "WdfCollectionGetLastItem");
    return collection.at(collection.count() - 1); // of none: no such index
}

} // namespace

std::span<const Export> collection_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfcollection, WdfCollectionCreate),
        WDF_EXPORT(done, wdfcollection, WdfCollectionGetCount),
        WDF_EXPORT(done, wdfcollection, WdfCollectionAdd),
        WDF_EXPORT(done, wdfcollection, WdfCollectionRemove),
        WDF_EXPORT(done, wdfcollection, WdfCollectionRemoveItem),
        WDF_EXPORT(done, wdfcollection, WdfCollectionGetItem),
        WDF_EXPORT(done, wdfcollection, WdfCollectionGetFirstItem),
        WDF_EXPORT(done, wdfcollection, WdfCollectionGetLastItem),
    };
    return table;
}

} // namespace ksbox::kmdf
