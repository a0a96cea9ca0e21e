// What setup would do with a driver before it is loaded: its .inf file read, and the registry
// values of service, device and interfaces written. @doc install/summary-of-inf-sections
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "inf/inf_device.h"
#include "nt/io/pnp.h"

namespace ksbox::box {

class Installation {
  public:
    /// By the file `inf`, or, when that is empty, the one beside the driver of the same name, or
    /// else any there that installs the driver; nothing when there is none. Throws Error with file,
    /// line, column and reason.
    static std::optional<Installation> find(const std::filesystem::path &driver,
                                            const std::filesystem::path &inf,
                                            unsigned windows_version);

    const std::filesystem::path &file() const { return file_; }
    const inf::InfDevice &device() const { return device_; }

    using Written = std::expected<void, inf::InfError>;
    /// Before DriverEntry.
    Written write_service(Kernel &kernel, const std::u16string &service_key) const;
    /// Names and identifiers of the device.
    Written describe(io::DeviceFacts &facts) const;
    /// Its keys and interfaces, before AddDevice. On the PnP manager's thread.
    Written write_device(Kernel &kernel, const io::DeviceNode &node) const;
    /// "speaker.inf:12:3: …"
    std::string message(const inf::InfError &error) const;

  private:
    Installation(std::filesystem::path file, inf::InfDevice device)
        : file_(std::move(file)), device_(std::move(device)) {}

    std::filesystem::path file_;
    inf::InfDevice device_;
};

} // namespace ksbox::box
