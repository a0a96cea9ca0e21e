// Questions to the bus below a device: interfaces and configuration data.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

/// IRP_MN_QUERY_INTERFACE down the stack that begins at `device`. `interface` has `bytes` bytes and
/// comes back referenced. PASSIVE. The bus's status; STATUS_NOT_SUPPORTED from one that has none.
NTSTATUS query_bus_interface(PDEVICE_OBJECT device, const GUID &id, USHORT version, USHORT bytes,
                             PINTERFACE interface);

} // namespace ksbox::ks
