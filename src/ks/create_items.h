// Create items: the table by which IRP_MJ_CREATE finds, from the name asked for, who makes the
// object (filters below a device, pins and nodes below a filter, clocks below a pin).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// A create request's name in its two parts: "{146F1A80-…}\" + binary parameters. For an open
/// relative to the device the leading backslash is not part of the class.
struct CreateName {
    std::u16string_view object_class;
    std::u16string_view parameters; ///< behind the backslash that ends the class
    bool has_parameters;
    static CreateName parse(std::u16string_view file_name);
};

/// Whether two names are equal as the object manager compares them, without regard to case.
bool same_name(std::u16string_view a, std::u16string_view b);

class CreateItems {
  public:
    /// `list` stays the caller's, for as long as this object lives; its null entries are slots.
    CreateItems(PKSOBJECT_CREATE_ITEM list, ULONG count);
    ~CreateItems();
    CreateItems(const CreateItems &) = delete;
    CreateItems &operator=(const CreateItems &) = delete;

    /// Fills an empty slot of the list. STATUS_ALLOTTED_SPACE_EXCEEDED.
    /// @doc NF:ks.KsAddObjectCreateItemToDeviceHeader
    Result<void> fill_slot(const KSOBJECT_CREATE_ITEM &item);
    /// `copy`: item and name are copied into pool. `freed` is called when the item goes.
    /// STATUS_INSUFFICIENT_RESOURCES, STATUS_OBJECT_NAME_COLLISION [inferred].
    /// @doc NF:ks.KsAllocateObjectCreateItem
    Result<void> attach(PKSOBJECT_CREATE_ITEM item, bool copy, PFNKSITEMFREECALLBACK freed);
    /// STATUS_OBJECT_NAME_NOT_FOUND.
    Result<void> free_by_name(std::u16string_view name);
    Result<void> free_by_context(const void *context);
    void free_on_stop();
    /// Frees every entry, with its callback.
    void clear();

    /// An item in use: it is freed, with its callback, when it has been taken off the list and
    /// nobody uses it any more.
    using Use = std::shared_ptr<KSOBJECT_CREATE_ITEM>;

    /// The item for a request: by class without regard to case, else the wildcard.
    /// STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_NAME_INVALID [inferred] for parameters where
    /// the item takes none.
    Result<Use> find(const CreateName &name) const;

  private:
    struct Entry {
        Entry(PKSOBJECT_CREATE_ITEM which, bool ours, PFNKSITEMFREECALLBACK callback)
            : item(which), owned(ours), freed(callback) {}
        ~Entry();
        Entry(const Entry &) = delete;
        Entry &operator=(const Entry &) = delete;

        const PKSOBJECT_CREATE_ITEM item;
        const bool owned;
        const PFNKSITEMFREECALLBACK freed;
    };
    template <typename P> bool free_if(P predicate);

    mutable KSPIN_LOCK lock_ = 0;
    std::vector<std::shared_ptr<Entry>> entries_;
};

} // namespace ksbox::ks
