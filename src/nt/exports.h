// The export tables of the executive, one a source file, and the modules they make up.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/export.h"

namespace ksbox {

// mm
std::span<const Export> pool_exports();
std::span<const Export> mdl_exports();
std::span<const Export> memory_exports();
std::span<const Export> section_exports();        // ZwCreateSection …
std::span<const Export> virtual_memory_exports(); // ZwAllocateVirtualMemory …

// ex
std::span<const Export> fast_mutex_exports();
std::span<const Export> resource_exports();
std::span<const Export> push_lock_exports();
std::span<const Export> rundown_exports();
std::span<const Export> lookaside_exports();
std::span<const Export> slist_exports();
std::span<const Export> interlocked_exports();
std::span<const Export> work_item_exports();
std::span<const Export> callback_exports();
std::span<const Export> ex_timer_exports();
std::span<const Export> ex_misc_exports();
std::span<const Export> event_tracing_exports();
std::span<const Export> system_information_exports();

// hal
std::span<const Export> dma_exports(); // IoGetDmaAdapter …
std::span<const Export> bus_exports(); // HalGetBusDataByOffset …

// ob
std::span<const Export> object_type_exports();
std::span<const Export> object_exports();
std::span<const Export> object_service_exports();
std::span<const Export> object_security_exports(); // ZwSetSecurityObject …

// cm
std::span<const Export> key_exports();          // ZwCreateKey …
std::span<const Export> key_notify_exports();   // ZwNotifyChangeKey
std::span<const Export> registry_rtl_exports(); // RtlQueryRegistryValues …

// rtl
std::span<const Export> rtl_exports(); // RtlInitUnicodeString … and the C library

// io
std::span<const Export> irp_exports();
std::span<const Export> irp_dispatch_exports();
std::span<const Export> irp_cancel_exports();
std::span<const Export> irp_build_exports();
std::span<const Export> cancel_safe_queue_exports();
std::span<const Export> start_io_exports();
std::span<const Export> device_queue_exports();
std::span<const Export> remove_lock_exports();
std::span<const Export> device_exports();
std::span<const Export> driver_exports();
std::span<const Export> file_exports();
std::span<const Export> share_access_exports();
std::span<const Export> device_interface_exports();
std::span<const Export> device_property_exports();
std::span<const Export> notification_exports();
std::span<const Export> power_exports();
std::span<const Export> power_framework_exports(); // PoFxRegisterDevice …
std::span<const Export> power_policy_exports();    // PoRegisterPowerSettingCallback …
std::span<const Export> io_identity_exports();     // IoGetDriverDirectory …
std::span<const Export> wmi_exports();
std::span<const Export> device_timer_exports();
std::span<const Export> interrupt_exports();
std::span<const Export> io_misc_exports();

// ps
std::span<const Export> process_exports();
std::span<const Export> process_attach_exports();
std::span<const Export> process_information_exports(); // ZwQueryInformationProcess …

// se
std::span<const Export> security_exports();

// the tables themselves
std::span<const Export> routine_address_exports(); // MmGetSystemRoutineAddress

/// What the executive implements of ntoskrnl.exe and hal.dll.
std::vector<Export> implemented_exports();
/// Everything that drivers import from them: the same, and a stub for every other known name.
std::vector<Export> ntoskrnl_exports();

/// The module behind an import's spelling ("NTOSKRNL.exe", "hal.dll", "ks.sys"): "ntoskrnl", "ks";
/// empty for a module that is none of ours.
std::string_view module_of(std::string_view spelling);

} // namespace ksbox
