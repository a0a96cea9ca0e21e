// Device interfaces: what IoRegisterDeviceInterface names and clients find by class. The symbolic
// link is there while the interface is enabled.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "base/guid.h"
#include "nt/io/pnp.h"

namespace ksbox::io {

struct Interface {
    Guid category;                                  ///< the interface class
    std::atomic<PDEVICE_OBJECT> physical = nullptr; ///< null once the device is removed
    std::u16string instance;                        ///< the device's instance path
    std::u16string reference;                       ///< reference string; may be empty
    std::u16string link;                            ///< "\??\ROOT#MEDIA#0000#{…}\reference"
    std::u16string key; ///< registry key of the interface, "…\Device Parameters" below it
    std::atomic<bool> enabled = false;
    std::map<PropertyKey, PropertyValue> properties;
};

/// PASSIVE_LEVEL. An Interface, once made, stays for the life of the box, as on Windows.
class Interfaces {
  public:
    explicit Interfaces(IoManager &io) : io_(io) {}

    struct Added {
        Interface *interface;
        bool is_new;
    };
    /// STATUS_INVALID_DEVICE_REQUEST: `physical` is no PDO, or a path separator in the reference
    /// string. A known interface of a device that came back is taken up again.
    Result<Added> add(PDEVICE_OBJECT physical, const Guid &category, std::u16string_view reference);
    /// STATUS_OBJECT_NAME_EXISTS (a success) when enabled already; STATUS_OBJECT_NAME_NOT_FOUND for
    /// an unknown one, and for disabling one that is not enabled.
    Result<NTSTATUS> set_state(std::u16string_view link, bool enable);
    /// By symbolic link, in either spelling (\??\ or \\?\), case ignored; null: none.
    Interface *find(std::u16string_view link);
    /// Enabled ones (all of them with `disabled_too`), in the order of registration. `physical`
    /// restricts to a device.
    std::vector<Interface *> list(const Guid &category, PDEVICE_OBJECT physical, bool disabled_too);
    std::vector<Interface *> all();
    /// The device goes: its interfaces are disabled.
    void device_removed(PDEVICE_OBJECT physical);

  private:
    std::size_t enabled_links(const Interface &interface) const;
    IoManager &io_;
    ke::HostLock lock_;
    std::vector<std::unique_ptr<Interface>> interfaces_;
};

/// "\??\" spelling as the user-mode "\\?\" one.
std::u16string user_link(std::u16string_view link);
/// And back; other paths stay as they are.
std::u16string kernel_link(std::u16string_view path);

} // namespace ksbox::io
