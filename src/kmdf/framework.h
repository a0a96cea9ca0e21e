// The framework of one box: the drivers bound to it, and every handle it has given out.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "kmdf/client.h"
#include "kmdf/object.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"

namespace ksbox::kmdf {

class Framework final : public KernelExtension {
  public:
    explicit Framework(Kernel &kernel) : kernel_(kernel) {}
    ~Framework() override;
    static Framework &current() { return current_kernel().extension<Framework>(); }

    Kernel &kernel() const { return kernel_; }
    /// Guards the tree, the references and the tables below; a leaf.
    ke::HostLock &lock() { return lock_; }

    /// The table of functions that the loader made for the image that holds the address; set by the
    /// box. Empty: the image does not bind.
    std::function<std::span<const void *const>(const void *address)> table_of;

    Client &add(std::unique_ptr<Client> client);
    /// Bug check for globals that no driver is bound by.
    Client &client_of(Globals globals, const char *function);
    Client *find_client(PDRIVER_OBJECT driver);
    void remove(Client &client);
    /// An image was unloaded: what it left bound goes. The pool's blocks stay leaks.
    void forget(const void *image, std::size_t bytes);

    /// Gives the object its handle and its first context, and lists it where it was placed. The
    /// attributes were checked. `caller`: in the driver. STATUS_INSUFFICIENT_RESOURCES,
    /// STATUS_DELETE_PENDING: the object goes, with what was put below it, and calls nothing.
    NTSTATUS install(std::unique_ptr<Object> object, const WDF_OBJECT_ATTRIBUTES *attributes,
                     const void *caller, WDFOBJECT *handle);
    /// Null: no such handle. IRQL: any.
    Object *find(const void *handle);
    /// The object whose context lies at the address; null: none.
    Object *find_by_context(const void *memory);
    /// "a deleted WDFTIMER", "no handle": of an address that find() does not know.
    std::string describe(const void *handle);

    /// Why the framework refused something that keeps a driver from running, by an address in its
    /// image; taken once.
    void refuse(const void *in_image, std::string reason);
    std::string take_refusal(const void *image, std::size_t bytes);

  private:
    friend class Object;
    static std::uintptr_t key(const void *address) {
        return reinterpret_cast<std::uintptr_t>(address);
    }
    void erase(Object &object); ///< destroys it
    void keep_leftovers(std::unique_ptr<Client> client);

    Kernel &kernel_;
    ke::HostLock lock_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::unordered_map<std::uintptr_t, std::unique_ptr<Object>> objects_; ///< by handle
    std::unordered_map<std::uintptr_t, Object *> contexts_;               ///< by memory
    struct Deleted {
        const void *handle;
        Type type;
    };
    std::array<Deleted, 64> deleted_{}; ///< the last ones, in a ring
    std::size_t deletions_ = 0;
    std::vector<std::pair<const void *, std::string>> refusals_;
    std::vector<std::unique_ptr<Client>> left_clients_; ///< of drivers that are gone
    std::vector<std::unique_ptr<Object>> left_objects_;
};

/// The handle's object, which is one of type T; else bug check WDF_VIOLATION.
Object &object_of(WDFOBJECT handle, const char *function);
Object &typed_object_of(WDFOBJECT handle, Type type, const char *function);
template <typename T> T &object_of(const void *handle, const char *function) {
    return static_cast<T &>(typed_object_of(const_cast<void *>(handle), T::handle_type, function));
}

} // namespace ksbox::kmdf
