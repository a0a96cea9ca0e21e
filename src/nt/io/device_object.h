// The private side of device objects: what stands behind a device's extension, and the changes to
// device stacks that drivers do not make themselves.
#pragma once

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"

namespace ksbox::io {

struct DeviceNode;

/// DEVICE_OBJECT.DeviceObjectExtension. Under the I/O database lock.
struct DeviceRecord {
    DEVOBJ_EXTENSION common; ///< what drivers see of it
    PDEVICE_OBJECT attached_to;
    DeviceNode *node; ///< of a PDO
    bool delete_pending;
    bool has_name;
    // IoStartPacket family
    bool start_io_no_cancel, start_io_deferred, start_io_active, start_io_again, start_io_again_key;
    ULONG start_io_key;
    POWER_STATE power_state; ///< PoSetPowerState
    ULONG idle_counter;      ///< PoRegisterDeviceForIdleDetection
};

inline DeviceRecord &record_of(PDEVICE_OBJECT device) {
    return *reinterpret_cast<DeviceRecord *>(device->DeviceObjectExtension);
}

void define_device_type(Kernel &kernel);

/// The top of the stack a device is in, referenced.
PDEVICE_OBJECT top_of_stack(Kernel &kernel, PDEVICE_OBJECT device);
/// The bottom, referenced.
PDEVICE_OBJECT bottom_of_stack(Kernel &kernel, PDEVICE_OBJECT device);

/// Counts an open file on the device. STATUS_NO_SUCH_DEVICE: it is going or not ready;
/// STATUS_ACCESS_DENIED: it is exclusive and open.
Result<void> count_open(Kernel &kernel, PDEVICE_OBJECT device, bool attach_only);
/// And a closed one; finishes a pending IoDeleteDevice.
void count_close(Kernel &kernel, PDEVICE_OBJECT device);

/// Stops and frees IoInitializeTimer's timer, if there is one.
void free_device_timer(PDEVICE_OBJECT device);

} // namespace ksbox::io
