// Plug and play and power: the root bus that creates a PDO for each device of a box,
// and the manager that sends its driver stack the IRPs Windows would send.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "base/guid.h"
#include "base/result.h"
#include "nt/io/io_manager.h"
#include "nt/ke/host_lock.h"

namespace ksbox::io {

/// What the root bus says about a device. Empty texts have Windows's defaults.
struct DeviceFacts {
    std::u16string device_id = u"ROOT\\MEDIA"; ///< enumerator\device: of the instance path
    std::u16string instance_id;                ///< empty: the next free "0000"
    std::vector<std::u16string> hardware_ids;
    std::vector<std::u16string> compatible_ids;
    std::u16string description;   ///< DeviceDesc
    std::u16string friendly_name; ///< FriendlyName
    std::u16string manufacturer = u"ksbox";
    std::u16string location;
    std::u16string class_name = u"MEDIA";
    /// GUID_DEVCLASS_MEDIA.
    Guid class_guid{0x4d36e96c, 0xe325, 0x11ce, {0xbf, 0xc1, 0x08, 0x00, 0x2b, 0xe1, 0x03, 0x18}};
    /// As assigned; raw and translated are equal in a box.
    std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> resources;
    INTERFACE_TYPE bus_type = PNPBus;
    ULONG bus_number = 0;
    ULONG address = ULONG(-1);
    /// Configuration space, for bus interfaces and HalGetBusData; empty: the bus has none.
    std::vector<std::byte> configuration;
    /// The deepest states from which the device wakes the system; unspecified: it never does.
    SYSTEM_POWER_STATE wakes_from = PowerSystemUnspecified;
    DEVICE_POWER_STATE wakes_in = PowerDeviceUnspecified;
    /// Setup's part, once the device has its keys and its PDO, before AddDevice; may be empty. On
    /// an error the device goes again.
    std::function<Result<void>(const struct DeviceNode &node)> install;
};

enum class DeviceState : std::uint8_t {
    added,
    started,
    stopped,
    surprise_removed,
    failed,
    removed,
};

struct PropertyKey {
    Guid category;
    ULONG id;
    auto operator<=>(const PropertyKey &) const = default;
};
struct PropertyValue {
    ULONG type;
    std::vector<std::byte> data;
};

/// One device of the root bus and its stack.
struct DeviceNode {
    DeviceFacts facts;
    std::u16string instance_path; ///< "ROOT\MEDIA\0000"
    std::u16string class_key;     ///< "{4d36e96c-…}\0000", below Control\Class
    PDEVICE_OBJECT physical = nullptr;
    PDRIVER_OBJECT function_driver = nullptr;
    DeviceState state = DeviceState::added;
    NTSTATUS problem = STATUS_SUCCESS;
    DEVICE_CAPABILITIES capabilities{};
    PNP_DEVICE_STATE pnp_state = 0;
    DEVICE_POWER_STATE power = PowerDeviceD0;
    SYSTEM_POWER_STATE system_power = PowerSystemWorking;
    std::map<PropertyKey, PropertyValue> properties; ///< IoSetDevicePropertyData
    PIRP wait_wake = nullptr; ///< pending at the bottom; under the cancel spin lock
    /// Interfaces enabled before IRP_MN_START_DEVICE has completed: told of after it.
    std::vector<std::pair<Guid, std::u16string>> late_arrivals;
};

class Pnp {
  public:
    explicit Pnp(IoManager &io);
    ~Pnp();

    // All: PASSIVE_LEVEL, on a box thread; drivers are called on a system thread.

    /// Creates the PDO, calls the driver's AddDevice, starts the stack. On failure the status of
    /// what failed; the stack is removed again and the node is gone.
    Result<DeviceNode *> add_device(PDRIVER_OBJECT driver, DeviceFacts facts);
    /// IRP_MN_QUERY_STOP_DEVICE and STOP (CANCEL_STOP when refused); start() starts again.
    Result<void> stop(DeviceNode &node);
    Result<void> start(DeviceNode &node);
    /// IRP_MN_QUERY_REMOVE_DEVICE and REMOVE. Refused (STATUS_DEVICE_BUSY or the driver's status),
    /// with CANCEL_REMOVE sent, while files are open on the stack, unless `force`.
    Result<void> remove(DeviceNode &node, bool force = false);
    /// The device is pulled: IRP_MN_SURPRISE_REMOVAL now, REMOVE when the last file is closed.
    Result<void> surprise_remove(DeviceNode &node);
    /// Sends query and set IRPs of a system power transition to every started stack.
    Result<void> set_system_power(SYSTEM_POWER_STATE state);
    /// The device signals wake: its IRP_MN_WAIT_WAKE completes. False when none is pending.
    /// IRQL <= DISPATCH_LEVEL.
    bool wake(DeviceNode &node);
    /// Handles what IoInvalidateDeviceState and IoInvalidateDeviceRelations ask for.
    void invalidate(PDEVICE_OBJECT physical, bool relations);

    /// In the order of arrival.
    std::vector<DeviceNode *> nodes() const;
    /// The node of a PDO; null for any other device.
    DeviceNode *node_of(PDEVICE_OBJECT physical) const;
    /// The node at the bottom of a device's stack; null when it stands on no PDO.
    DeviceNode *node_below(PDEVICE_OBJECT device) const;
    /// A PDO's last file has closed: removes a surprise-removed device for good. PASSIVE_LEVEL.
    void last_file_closed(PDEVICE_OBJECT physical);

  private:
    using Work = std::function<Result<void>()>;
    /// Runs on a system thread, one operation at a time.
    Result<void> run(const char *name, const Work &work);
    Result<PDEVICE_OBJECT> create_physical(DeviceNode &node);
    void write_registry(DeviceNode &node);
    std::u16string free_instance(const std::u16string &device_id) const;
    Result<void> build_stack(DeviceNode &node);
    Result<void> start_stack(DeviceNode &node);
    Result<void> start_device(DeviceNode &node);
    void learn_about(DeviceNode &node);
    void learn_relations(DeviceNode &node);
    void learn_again(DeviceNode &node, bool relations);
    /// IRP_MN_REMOVE_DEVICE, and the node's end.
    void finish_removal(DeviceNode &node);
    void erase(DeviceNode &node);
    NTSTATUS send(DeviceNode &node, UCHAR minor, const IO_STACK_LOCATION *parameters = nullptr,
                  ULONG_PTR *information = nullptr);
    Result<void> send_power(DeviceNode &node, UCHAR minor, SYSTEM_POWER_STATE state);

    IoManager &io_;
    PDRIVER_OBJECT bus_driver_ = nullptr;
    KEVENT turn_;                 ///< signalled while no operation runs
    ke::Thread *owner_ = nullptr; ///< who runs the operation
    mutable ke::HostLock lock_;
    std::vector<std::unique_ptr<DeviceNode>> nodes_;
    ULONG class_instances_ = 0;
};

} // namespace ksbox::io
