// An AVStream driver written as ms_abi functions inside the test, and a box with one device of it:
// for testing the class driver without building a .sys.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "abi/windows.h"
#include "nt/kernel.h"

namespace ksbox::io {
struct DeviceNode;
}

namespace ksbox::ks::testing {

/// A kernel with a driver object whose DriverEntry is KsInitializeDriver(descriptor), and a started
/// device. Destroyed: the device is removed, the kernel goes.
class HostDriver {
  public:
    explicit HostDriver(const KSDEVICE_DESCRIPTOR &descriptor);
    ~HostDriver();

    /// Runs on a box thread at PASSIVE_LEVEL, in system context. Fails the test if the box stops.
    void run(const std::function<void()> &work);

    Kernel &kernel() { return *kernel_; }
    PDEVICE_OBJECT physical() const { return physical_; }

    // On a box thread. Handles are the system process's.

    /// The symbolic links of the enabled interfaces of a class.
    std::vector<std::u16string> interfaces(const GUID &category);
    NTSTATUS open(const std::u16string &path, HANDLE &file);
    /// Opens the first interface of KSCATEGORY_CAPTURE; fails the test otherwise.
    HANDLE open_filter();

    void remove_device();
    io::DeviceNode *node() { return node_; }
    /// The test has removed the device by itself.
    void forget_device() { node_ = nullptr; }

  private:
    std::unique_ptr<Kernel> kernel_;
    PDRIVER_OBJECT driver_ = nullptr;
    PDEVICE_OBJECT physical_ = nullptr;
    io::DeviceNode *node_ = nullptr;
};

/// KSPIN_CONNECT followed by KSDATAFORMAT, as a client lays it out.
struct ConnectBuffer {
    KSPIN_CONNECT connect;
    KSDATAFORMAT format;
    explicit ConnectBuffer(ULONG pin_id, const GUID &subformat);
};

/// A synchronous device control from kernel mode.
NTSTATUS control(HANDLE file, ULONG code, std::span<const std::byte> in, std::span<std::byte> out,
                 ULONG *returned = nullptr);
/// IOCTL_KS_PROPERTY with KSPROPERTY or a structure that begins with it.
template <typename In>
NTSTATUS property(HANDLE file, const In &in, std::span<std::byte> out, ULONG *returned = nullptr) {
    return control(file, IOCTL_KS_PROPERTY, std::as_bytes(std::span(&in, 1)), out, returned);
}
KSPROPERTY make_property(const GUID &set, ULONG id, ULONG flags);
KSP_PIN make_pin_property(ULONG id, ULONG pin_id, ULONG flags = KSPROPERTY_TYPE_GET);
NTSTATUS set_state(HANDLE pin, KSSTATE state);

/// The pin behind a handle.
PKSPIN pin_of(HANDLE file);

} // namespace ksbox::ks::testing
