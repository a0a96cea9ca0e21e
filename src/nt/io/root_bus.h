// The root bus's driver: what stands at the bottom of every device stack of a box.
#pragma once

#include "abi/windows.h"

#include "nt/kernel.h"

namespace ksbox::io {

struct DeviceNode;

/// Fills the dispatch table of \Driver\PnpManager.
NTSTATUS NTAPI initialize_root_bus(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path);

/// Completes the device's pending IRP_MN_WAIT_WAKE. False when there is none.
bool end_wait_wake(DeviceNode &node, NTSTATUS status);

/// CM_RESOURCE_LIST of the device's resources in paged pool, for the caller to free; null: none.
PCM_RESOURCE_LIST resource_list(Kernel &kernel, const DeviceNode &node);
/// The same as an IO_RESOURCE_REQUIREMENTS_LIST that asks for exactly these.
PIO_RESOURCE_REQUIREMENTS_LIST resource_requirements(Kernel &kernel, const DeviceNode &node);

inline constexpr std::uint32_t pnp_tag = 0x20'70'6e'50; // "Pnp "

} // namespace ksbox::io
