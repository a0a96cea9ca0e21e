#include "nt/cm/query_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "nt/call_driver.h"
#include "nt/cm/environment.h"
#include "nt/cm/registry.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

#ifndef RTL_QUERY_REGISTRY_TYPECHECK
#define RTL_QUERY_REGISTRY_TYPECHECK 0x00000100
#endif

namespace ksbox::cm {
namespace {

constexpr ULONG tag = 0x7152'6D43; // "CmRq"
constexpr std::uint32_t kernel_security_check_failure = 0x139;
constexpr std::uint64_t corruption_untrusted = 9; // its first parameter for this mistake
constexpr ULONG type_check_shift = 24;

bool is_string(ULONG type) {
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

/// Only these are trusted to hold the types a driver expects.
bool is_system_hive(std::u16string_view path) {
    constexpr std::array hives{u"Hardware", u"Software", u"System", u"Security", u"Sam"};
    take_name(path);
    const auto machine = take_name(path), hive = take_name(path);
    return equal_ignoring_case(machine, u"Machine") &&
           std::ranges::any_of(hives,
                               [&](const auto *name) { return equal_ignoring_case(name, hive); });
}

std::u16string text_of(std::span<const std::byte> data) {
    std::u16string text(data.size() / sizeof(WCHAR), u'\0');
    std::memcpy(text.data(), data.data(), text.size() * sizeof(WCHAR));
    return text;
}

std::vector<std::byte> bytes_of(std::u16string_view text) {
    const auto *begin = reinterpret_cast<const std::byte *>(text.data());
    return {begin, begin + text.size() * sizeof(WCHAR)};
}

/// A block of pool that a callback reads and that is gone afterwards. Pool, not the host's heap, so
/// that the addresses a driver sees are those its seed gives.
class Lent {
  public:
    Lent(mm::Pool &pool, std::span<const std::byte> bytes) : pool_(pool) {
        // Two units more: text that was stored without its terminator gets one.
        address_ = pool.allocate(mm::PoolKind::paged, bytes.size() + 2 * sizeof(WCHAR), tag,
                                 nullptr, true);
        if (address_)
            std::memcpy(address_, bytes.data(), bytes.size());
    }
    ~Lent() {
        if (address_)
            pool_.free(address_, tag, nullptr);
    }
    Lent(const Lent &) = delete;
    Lent &operator=(const Lent &) = delete;
    void *get() const { return address_; }

  private:
    mm::Pool &pool_;
    void *address_;
};

/// One entry at work on the current key.
class Entry {
  public:
    Entry(const TableQuery &query, const RTL_QUERY_REGISTRY_TABLE &entry, const KeyPointer &key)
        : query_(query), registry_(query.kernel.registry()), entry_(entry), key_(key) {}

    Result<void> run() {
        if (entry_.Flags & RTL_QUERY_REGISTRY_DIRECT) {
            if (entry_.QueryRoutine || !entry_.Name || (entry_.Flags & RTL_QUERY_REGISTRY_SUBKEY))
                return fail(STATUS_INVALID_PARAMETER);
            return named(entry_.Name);
        }
        if (!entry_.QueryRoutine)
            return fail(STATUS_INVALID_PARAMETER);
        if (entry_.Flags & RTL_QUERY_REGISTRY_NOVALUE)
            return call(entry_.Name, REG_NONE, nullptr, 0);
        return entry_.Name ? named(entry_.Name) : all();
    }

    /// Every value of the key, to the callback.
    Result<void> all() {
        std::vector<Value> values;
        if (key_) {
            const Registry::Locked locked(registry_);
            values = key_->values;
        }
        if (values.empty())
            return entry_.Flags & RTL_QUERY_REGISTRY_REQUIRED ? fail(STATUS_OBJECT_NAME_NOT_FOUND)
                                                              : Result<void>();
        for (const Value &value : values) {
            KS_CHECK(present(value.name, value.type, value.data));
            KS_CHECK(delete_if_asked(value.name));
        }
        return {};
    }

  private:
    Result<void> named(std::u16string_view name) {
        const std::u16string copy(name); // outlives what the callback may do to its table
        std::optional<Value> found;
        if (key_) {
            const Registry::Locked locked(registry_);
            if (const Value *value = key_->find_value(copy))
                found = *value;
        }
        if (!found)
            return use_default(copy);
        KS_CHECK(check_type(found->type));
        KS_CHECK(present(copy, found->type, found->data));
        return delete_if_asked(copy);
    }

    Result<void> use_default(std::u16string_view name) {
        if (entry_.Flags & RTL_QUERY_REGISTRY_REQUIRED)
            return fail(STATUS_OBJECT_NAME_NOT_FOUND);
        const ULONG type = entry_.DefaultType & 0xFF;
        if (type == REG_NONE)
            return {};
        const auto *data = static_cast<const std::byte *>(entry_.DefaultData);
        return present(name, type, {data, data + default_bytes(type)});
    }

    /// DefaultLength; zero for a string means: measure it.
    std::size_t default_bytes(ULONG type) const {
        const auto *text = static_cast<const WCHAR *>(entry_.DefaultData);
        if (!text)
            return 0;
        if (entry_.DefaultLength != 0 || !is_string(type))
            return entry_.DefaultLength;
        std::size_t units = std::u16string_view(text).size() + 1;
        if (type == REG_MULTI_SZ)
            while (units == 1 ? false : text[units] != 0)
                units += std::u16string_view(text + units).size() + 1;
        if (type == REG_MULTI_SZ && units > 1)
            ++units;
        return units * sizeof(WCHAR);
    }

    Result<void> check_type(ULONG type) {
        if (!(entry_.Flags & RTL_QUERY_REGISTRY_DIRECT))
            return {};
        if (entry_.Flags & RTL_QUERY_REGISTRY_TYPECHECK)
            return entry_.DefaultType >> type_check_shift == type
                       ? Result<void>()
                       : fail(STATUS_OBJECT_TYPE_MISMATCH);
        std::u16string path;
        {
            const Registry::Locked locked(registry_);
            path = registry_.tree().path_of(key_);
        }
        if (!is_system_hive(path))
            bug_check(kernel_security_check_failure, corruption_untrusted, 0, 0, 0,
                      "RtlQueryRegistryValues with RTL_QUERY_REGISTRY_DIRECT and without "
                      "RTL_QUERY_REGISTRY_TYPECHECK on " +
                          to_utf8(path) + ", which is no system hive");
        return {};
    }

    /// A value on its way to the driver, strings expanded and split unless told otherwise.
    Result<void> present(std::u16string_view name, ULONG type, std::vector<std::byte> data) {
        const bool raw = entry_.Flags & RTL_QUERY_REGISTRY_NOEXPAND;
        if (type == REG_EXPAND_SZ && !raw) {
            std::u16string text = text_of(data);
            text.resize(std::min(text.find(u'\0'), text.size()));
            text = expand_environment(text, static_cast<const WCHAR *>(query_.environment));
            return hand_over(name, REG_SZ, bytes_of({text.c_str(), text.size() + 1}));
        }
        if (type == REG_MULTI_SZ && !raw) {
            if (entry_.Flags & RTL_QUERY_REGISTRY_DIRECT)
                return fail(STATUS_INVALID_PARAMETER); // the page demands NOEXPAND
            const std::u16string text = text_of(data);
            for (std::size_t at = 0; at < text.size() && text[at] != 0;) {
                const std::u16string one = text.c_str() + at;
                KS_CHECK(hand_over(name, REG_SZ, bytes_of({one.c_str(), one.size() + 1})));
                at += one.size() + 1;
            }
            return {};
        }
        return hand_over(name, type, data);
    }

    Result<void> hand_over(std::u16string_view name, ULONG type, std::span<const std::byte> data) {
        if (entry_.Flags & RTL_QUERY_REGISTRY_DIRECT)
            return is_string(type) ? store_string(data) : store_bytes(type, data);
        const std::u16string terminated(name);
        const Lent lent_name(query_.kernel.pool(),
                             bytes_of({terminated.c_str(), terminated.size() + 1}));
        const Lent lent_data(query_.kernel.pool(), data);
        if (!lent_name.get() || !lent_data.get())
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        return call(static_cast<PWSTR>(lent_name.get()), type, lent_data.get(),
                    static_cast<ULONG>(data.size()));
    }

    Result<void> call(PCWSTR name, ULONG type, void *data, ULONG length) {
        const NTSTATUS status = call_driver("RTL_QUERY_REGISTRY_ROUTINE", key_.get(),
                                            entry_.QueryRoutine, const_cast<PWSTR>(name), type,
                                            data, length, query_.context, entry_.EntryContext);
        // The page's one exception.
        if (status < 0 && status != STATUS_BUFFER_TOO_SMALL)
            return fail(status);
        return {};
    }

    /// Into the UNICODE_STRING at EntryContext, in the driver's buffer or one allocated for it.
    Result<void> store_string(std::span<const std::byte> data) {
        auto *string = static_cast<UNICODE_STRING *>(entry_.EntryContext);
        std::u16string text = text_of(data);
        if (text.empty() || text.back() != 0)
            text += u'\0';
        const std::size_t bytes = text.size() * sizeof(WCHAR);
        if (bytes > 0xFFFE)
            return fail(STATUS_BUFFER_TOO_SMALL); // no UNICODE_STRING is that long
        if (!string->Buffer) {
            void *buffer = query_.kernel.pool().allocate(mm::PoolKind::paged, bytes, tag,
                                                         query_.caller, false);
            if (!buffer)
                return fail(STATUS_INSUFFICIENT_RESOURCES);
            string->Buffer = static_cast<PWSTR>(buffer);
            string->MaximumLength = static_cast<USHORT>(bytes);
        } else if (string->MaximumLength < bytes) {
            return fail(STATUS_BUFFER_TOO_SMALL);
        }
        std::memcpy(string->Buffer, text.data(), bytes);
        string->Length = static_cast<USHORT>(bytes - sizeof(WCHAR));
        return {};
    }

    /// Up to a ULONG: as it is. More: the buffer's first LONG says how long it is, and by its sign
    /// whether length and type are wanted before the data.
    Result<void> store_bytes(ULONG type, std::span<const std::byte> data) {
        auto *out = static_cast<std::byte *>(entry_.EntryContext);
        if (data.size() <= sizeof(ULONG)) {
            std::memcpy(out, data.data(), data.size());
            return {};
        }
        LONG size;
        std::memcpy(&size, out, sizeof size);
        const bool with_header = size >= 0;
        const auto capacity =
            with_header ? static_cast<std::size_t>(size) : -static_cast<std::int64_t>(size);
        const ULONG header[] = {static_cast<ULONG>(data.size()), type};
        const std::size_t header_bytes = with_header ? sizeof header : 0;
        if (capacity < data.size() + header_bytes)
            return fail(STATUS_BUFFER_TOO_SMALL);
        std::memcpy(out, header, header_bytes);
        std::memcpy(out + header_bytes, data.data(), data.size());
        return {};
    }

    Result<void> delete_if_asked(std::u16string_view name) {
        if (!(entry_.Flags & RTL_QUERY_REGISTRY_DELETE) || !key_)
            return {};
        const Registry::Locked locked(registry_);
        (void)registry_.tree().delete_value(*key_, name); // the callback may have done it
        return {};
    }

    const TableQuery &query_;
    Registry &registry_;
    const RTL_QUERY_REGISTRY_TABLE &entry_;
    const KeyPointer &key_;
};

/// The key that a SUBKEY entry turns to; null when it is missing and need not be there: then the
/// entries that follow get their defaults (inferred).
Result<KeyPointer> subkey_of(const TableQuery &query, const RTL_QUERY_REGISTRY_TABLE &entry) {
    if (!entry.Name)
        return fail(STATUS_INVALID_PARAMETER);
    const std::u16string name = entry.Name;
    auto &registry = query.kernel.registry();
    const Registry::Locked locked(registry);
    auto key = query.top ? registry.tree().open(query.top, name)
                         : Result<KeyPointer>(fail(STATUS_OBJECT_NAME_NOT_FOUND));
    if (key || (entry.Flags & RTL_QUERY_REGISTRY_REQUIRED))
        return key;
    return KeyPointer();
}

} // namespace

Result<void> run_query_table(const TableQuery &query, RTL_QUERY_REGISTRY_TABLE *entry) {
    KeyPointer current = query.top;
    for (; entry->QueryRoutine || entry->Name; ++entry) {
        if (entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_TOPKEY))
            current = query.top;
        if (entry->Flags & RTL_QUERY_REGISTRY_SUBKEY) {
            if (entry->Flags & RTL_QUERY_REGISTRY_DIRECT)
                return fail(STATUS_INVALID_PARAMETER);
            current = KS_TRY(subkey_of(query, *entry));
            // Its name is the key's; with a callback it asks for all values there (inferred).
            if (entry->QueryRoutine && !(entry->Flags & RTL_QUERY_REGISTRY_NOVALUE))
                KS_CHECK(Entry(query, *entry, current).all());
            else if (entry->QueryRoutine)
                KS_CHECK(Entry(query, *entry, current).run());
            continue;
        }
        KS_CHECK(Entry(query, *entry, current).run());
    }
    return {};
}

} // namespace ksbox::cm
