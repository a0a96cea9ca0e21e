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

// ob
std::span<const Export> object_type_exports();
std::span<const Export> object_exports();
std::span<const Export> object_service_exports();

// cm
std::span<const Export> key_exports();          // ZwCreateKey …
std::span<const Export> registry_rtl_exports(); // RtlQueryRegistryValues …

// rtl
std::span<const Export> rtl_exports(); // RtlInitUnicodeString … and the C library

/// Everything that drivers import from ntoskrnl.exe and hal.dll.
std::vector<Export> ntoskrnl_exports();

/// The module behind an import's spelling ("NTOSKRNL.exe", "hal.dll", "ks.sys"): "ntoskrnl", "ks";
/// empty for a module that is none of ours.
std::string_view module_of(std::string_view spelling);

} // namespace ksbox
