// Create items of device and object headers.
#include "ks/create_items.h"

#include <algorithm>
#include <cstring>

#include "abi/export.h"
#include "ks/internal_code.h"
#include "nt/ke/thread.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSITEMFREECALLBACK);
constexpr ULONG item_tag = 0x6943734b; // 'KsCi'

std::u16string_view view(const UNICODE_STRING &string) {
    return {string.Buffer, string.Length / sizeof(WCHAR)};
}

} // namespace

bool same_name(std::u16string_view a, std::u16string_view b) {
    return std::ranges::equal(
        a, b, [](WCHAR x, WCHAR y) { return RtlUpcaseUnicodeChar(x) == RtlUpcaseUnicodeChar(y); });
}

CreateName CreateName::parse(std::u16string_view file_name) {
    if (file_name.starts_with(u'\\'))
        file_name.remove_prefix(1);
    const std::size_t end = file_name.find(u'\\');
    if (end == file_name.npos)
        return {file_name, {}, false};
    return {file_name.substr(0, end), file_name.substr(end + 1), true};
}

CreateItems::CreateItems(PKSOBJECT_CREATE_ITEM list, ULONG count) {
    for (ULONG i = 0; i < count; ++i)
        entries_.push_back(std::make_shared<Entry>(&list[i], false, nullptr));
}

CreateItems::~CreateItems() {
    clear();
}

void CreateItems::clear() {
    free_if([](const Entry &) { return true; });
}

Result<void> CreateItems::fill_slot(const KSOBJECT_CREATE_ITEM &item) {
    SpinGuard guard(lock_);
    for (const auto &entry : entries_) {
        if (entry->item->Create)
            continue;
        *entry->item = item;
        return {};
    }
    return fail(STATUS_ALLOTTED_SPACE_EXCEEDED);
}

Result<void> CreateItems::attach(PKSOBJECT_CREATE_ITEM item, bool copy,
                                 PFNKSITEMFREECALLBACK freed) {
    {
        SpinGuard guard(lock_);
        for (const auto &entry : entries_)
            if (entry->item->Create &&
                same_name(view(entry->item->ObjectClass), view(item->ObjectClass)))
                return fail(STATUS_OBJECT_NAME_COLLISION);
        if (!copy) {
            entries_.push_back(std::make_shared<Entry>(item, false, freed));
            return {};
        }
    }
    const std::size_t bytes = sizeof *item + item->ObjectClass.Length;
    auto *own =
        static_cast<PKSOBJECT_CREATE_ITEM>(ExAllocatePoolWithTag(NonPagedPool, bytes, item_tag));
    if (!own)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    *own = *item;
    own->ObjectClass.Buffer = reinterpret_cast<PWCH>(own + 1);
    own->ObjectClass.MaximumLength = item->ObjectClass.Length;
    if (item->ObjectClass.Length > 0) // the item of an empty name has no buffer
        std::memcpy(own->ObjectClass.Buffer, item->ObjectClass.Buffer, item->ObjectClass.Length);
    SpinGuard guard(lock_);
    entries_.push_back(std::make_shared<Entry>(own, true, freed));
    return {};
}

CreateItems::Entry::~Entry() {
    // Of a dead box nothing is left to give back, and no driver to tell.
    if (!ke::current_thread_or_null())
        return;
    if (freed)
        call_code("KStrItemFreeCallback", item, freed, item);
    if (owned)
        ExFreePoolWithTag(item, item_tag);
}

template <typename P> bool CreateItems::free_if(P predicate) {
    // Out of the list first: the callback may come back to it.
    std::vector<std::shared_ptr<Entry>> going;
    {
        SpinGuard guard(lock_);
        std::erase_if(entries_, [&](const std::shared_ptr<Entry> &entry) {
            if (!predicate(*entry))
                return false;
            going.push_back(entry);
            return true;
        });
    }
    const bool any = !going.empty();
    for (auto &entry : going)
        entry.reset(); // in order
    return any;
}

Result<void> CreateItems::free_by_name(std::u16string_view name) {
    if (!free_if([&](const Entry &e) { return same_name(view(e.item->ObjectClass), name); }))
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    return {};
}

Result<void> CreateItems::free_by_context(const void *context) {
    if (!free_if([&](const Entry &e) { return e.item->Context == context; }))
        return fail(STATUS_OBJECT_NAME_NOT_FOUND);
    return {};
}

void CreateItems::free_on_stop() {
    free_if([](const Entry &e) { return (e.item->Flags & KSCREATE_ITEM_FREEONSTOP) != 0; });
}

Result<CreateItems::Use> CreateItems::find(const CreateName &name) const {
    SpinGuard guard(lock_);
    const auto use = [](const std::shared_ptr<Entry> &entry) { return Use(entry, entry->item); };
    Use wildcard;
    for (const auto &entry : entries_) {
        if (!entry->item->Create)
            continue;
        if (entry->item->Flags & KSCREATE_ITEM_WILDCARD) {
            wildcard = use(entry);
            continue;
        }
        if (!same_name(view(entry->item->ObjectClass), name.object_class))
            continue;
        if ((entry->item->Flags & KSCREATE_ITEM_NOPARAMETERS) && !name.parameters.empty())
            return fail(STATUS_OBJECT_NAME_INVALID);
        return use(entry);
    }
    if (wildcard)
        return wildcard;
    return fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

} // namespace ksbox::ks
