// The registry as a tree of keys in memory, without locks, handles or a kernel: names ignore case,
// subkeys are kept sorted as Windows enumerates them, values in the order they were first written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unicode.h"

namespace ksbox::cm {

/// Longest name of a key, and of a value, in UTF-16 units (sysinfo/registry-element-size-limits).
inline constexpr std::size_t longest_key_name = 255;
inline constexpr std::size_t longest_value_name = 16'383;
/// How many levels a tree may have (the same page).
inline constexpr std::size_t deepest_key = 512;

struct Value {
    std::u16string name; ///< empty: the key's default value
    std::uint32_t type;  ///< REG_SZ …
    std::vector<std::byte> data;
};

struct Key;
using KeyPointer = std::shared_ptr<Key>;

struct Key {
    std::u16string name;
    std::u16string class_name;
    std::weak_ptr<Key> parent; ///< expired: the root, or deleted
    std::map<std::u16string, KeyPointer, LessIgnoringCase> subkeys;
    std::vector<Value> values;
    std::u16string link; ///< absolute path; set: opening this key opens that one
    std::uint64_t last_write_100ns = 0;
    bool is_volatile = false;
    bool is_deleted = false; ///< handles may outlive it; nothing else does

    Value *find_value(std::u16string_view value_name);
};

/// The tree under \Registry. Not synchronised: its owner is.
class KeyTree {
  public:
    /// `now` gives system time in 100 ns since 1601, for LastWriteTime.
    explicit KeyTree(std::function<std::uint64_t()> now);

    struct Created {
        KeyPointer key;
        bool is_new;
    };

    KeyPointer root() const { return root_; }

    /// Walks `path` (key names with backslashes between; "" is `from` itself).
    /// STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_INVALID (a name too long),
    /// STATUS_KEY_DELETED (`from` is).
    Result<KeyPointer> open(const KeyPointer &from, std::u16string_view path) const;
    /// As open(), from an absolute path. STATUS_OBJECT_PATH_SYNTAX_BAD without a leading
    /// backslash, STATUS_OBJECT_NAME_NOT_FOUND outside \Registry.
    Result<KeyPointer> open(std::u16string_view path) const;

    /// Opens, or adds as a direct subkey of an existing one: STATUS_OBJECT_NAME_NOT_FOUND when more
    /// than the last name is missing; STATUS_CHILD_MUST_BE_VOLATILE; STATUS_NAME_TOO_LONG below
    /// deepest_key (inferred: the page gives the limit, not the status).
    Result<Created> create(const KeyPointer &from, std::u16string_view path,
                           std::u16string_view class_name, bool is_volatile);
    /// As create(), with all that is missing on the way; new keys are as volatile as their parent.
    Result<KeyPointer> create_all(std::u16string_view path);

    void set_value(Key &key, std::u16string_view name, std::uint32_t type,
                   std::span<const std::byte> data);
    /// STATUS_OBJECT_NAME_NOT_FOUND.
    Result<void> delete_value(Key &key, std::u16string_view name);
    /// STATUS_CANNOT_DELETE while there are subkeys, or for \Registry and what stands directly
    /// below it.
    Result<void> delete_key(const KeyPointer &key);
    /// With all below it.
    Result<void> delete_tree(const KeyPointer &key);

    enum class Change { subkeys, values, deleted };
    /// Called when something has changed at a key; may be empty.
    std::function<void(const Key &key, Change change)> on_change;

    /// "\Registry\Machine\…", links resolved.
    std::u16string path_of(const KeyPointer &key) const;

  private:
    void tell(const Key &key, Change change) const {
        if (on_change)
            on_change(key, change);
    }
    Result<KeyPointer> follow(KeyPointer key) const;
    /// What is left of an absolute path below \Registry.
    Result<std::u16string_view> below_root(std::u16string_view path) const;
    void detach(KeyPointer key);

    std::function<std::uint64_t()> now_;
    KeyPointer root_;
};

/// Takes the first name off a path: skips the separators before it. Empty when none is left.
std::u16string_view take_name(std::u16string_view &path);

} // namespace ksbox::cm
