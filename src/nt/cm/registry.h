// One box's registry: a key tree behind a lock, reached by drivers through the Zw and
// Rtl exports and by the runtime and the tools through the functions below. Nothing is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/windows.h"

#include "nt/cm/key.h"
#include "nt/cm/key_watch.h"
#include "nt/cm/reg_file.h"
#include "nt/ke/host_lock.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::cm {

/// Where the parameters of drivers live.
inline constexpr std::u16string_view services_path =
    u"\\Registry\\Machine\\System\\CurrentControlSet\\Services";

/// All functions: any thread of the host or the box; PASSIVE_LEVEL where handles are made. Paths
/// are absolute ("\Registry\Machine\…"), values' names may be empty (the default value).
class Registry {
  public:
    explicit Registry(Kernel &kernel);
    ~Registry();
    Registry(const Registry &) = delete;
    Registry &operator=(const Registry &) = delete;

    /// The key with all that is missing on the way.
    Result<void> create_key(std::u16string_view path);
    bool exists(std::u16string_view path) const;
    /// STATUS_OBJECT_NAME_NOT_FOUND, STATUS_CANNOT_DELETE. With all below it.
    Result<void> delete_tree(std::u16string_view path);
    std::vector<std::u16string> subkeys(std::u16string_view path) const;

    /// Creates the key too when it is missing.
    Result<void> set_value(std::u16string_view path, std::u16string_view name, std::uint32_t type,
                           std::span<const std::byte> data);
    Result<void> set_string(std::u16string_view path, std::u16string_view name,
                            std::u16string_view text);
    /// STATUS_OBJECT_NAME_NOT_FOUND for a missing key as for a missing value.
    Result<void> delete_value(std::u16string_view path, std::u16string_view name);
    Result<void> set_dword(std::u16string_view path, std::u16string_view name, std::uint32_t value);
    /// A copy. STATUS_OBJECT_NAME_NOT_FOUND for a missing key as for a missing value.
    Result<Value> value(std::u16string_view path, std::u16string_view name) const;

    /// A handle to the key, for IoOpenDeviceRegistryKey and its like. `process` as in
    /// ObjectManager::create_handle; generic rights in `access` are mapped. With `create` the key
    /// and what is missing above it is made. STATUS_OBJECT_NAME_NOT_FOUND.
    Result<HANDLE> open_handle(std::u16string_view path, ACCESS_MASK access, bool create,
                               void *process);

    /// What `ksbox --registry FILE.reg` does with the file's bytes.
    std::expected<void, RegFileError> import_file(std::string_view bytes);
    /// The bytes of a version 5.00 file. STATUS_OBJECT_NAME_NOT_FOUND, and as export_reg_file().
    Result<std::string> export_file(std::u16string_view path) const;
    /// What `ksbox --set KEY=VALUE` does: KEY is a value's name, perhaps behind subkeys
    /// ("Audio\Rate"), below the service's Parameters key, or an absolute path when it starts with
    /// \Registry. VALUE is a REG_DWORD if it is a decimal or 0x… number below 2^32, else REG_SZ.
    /// The error says what is wrong with the argument.
    std::expected<void, std::string> assign(std::string_view service, std::string_view assignment);

    // For the exports of this folder: the tree, and the lock that everything touching it holds.
    class Locked;
    KeyTree &tree() { return tree_; }
    KeyWatches &watches() { return watches_; }
    Result<HANDLE> create_handle(const KeyPointer &key, ACCESS_MASK access, void *process);
    /// The key behind a handle of the current process or the kernel. STATUS_INVALID_HANDLE,
    /// STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED without the `wanted` rights,
    /// STATUS_KEY_DELETED.
    Result<KeyPointer> key_of_handle(HANDLE handle, ACCESS_MASK wanted);

  private:
    void populate();
    /// Tells the watches that have ended, if a box thread is here to do it.
    void tell_ended() const;

    Kernel &kernel_;
    mutable ke::HostLock lock_;
    KeyTree tree_;
    mutable KeyWatches watches_;
};

/// Holds the registry's lock, a leaf: driver memory is never touched, and nobody called, meanwhile.
/// Watches that ended under it are told when it has been given back.
class Registry::Locked {
  public:
    explicit Locked(const Registry &registry) : registry_(registry) { registry_.lock_.lock(); }
    ~Locked() {
        const bool has_ended = registry_.watches_.has_ended();
        registry_.lock_.unlock();
        if (has_ended)
            registry_.tell_ended();
    }
    Locked(const Locked &) = delete;
    Locked &operator=(const Locked &) = delete;

  private:
    const Registry &registry_;
};

} // namespace ksbox::cm
