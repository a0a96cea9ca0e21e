// The export tables of the executive, one a source file, and the modules they make up.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox {

// mm
std::span<const Export> pool_exports();
std::span<const Export> mdl_exports();
std::span<const Export> memory_exports();

// ob
std::span<const Export> object_type_exports();
std::span<const Export> object_exports();
std::span<const Export> object_service_exports();

// cm
std::span<const Export> key_exports();          // ZwCreateKey …
std::span<const Export> registry_rtl_exports(); // RtlQueryRegistryValues …

// rtl
std::span<const Export> rtl_exports(); // RtlInitUnicodeString … and the C library

} // namespace ksbox
