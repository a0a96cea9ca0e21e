// ks.sys as drivers import it: the export tables of this module's files, and what is known but not
// there yet.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::ks {

/// Every documented name of ks.sys. The loader binds from it.
std::span<const Export> ks_exports();

// One function per file that implements DDIs.
std::span<const Export> automation_exports();
std::span<const Export> bag_exports();
std::span<const Export> bus_exports();
std::span<const Export> device_exports();
std::span<const Export> dispatch_exports();
std::span<const Export> event_exports();
std::span<const Export> filter_exports();
std::span<const Export> header_exports();
std::span<const Export> object_exports();
std::span<const Export> pin_exports();
std::span<const Export> create_exports();
std::span<const Export> cache_data_exports();
std::span<const Export> resource_exports();
std::span<const Export> security_exports();
std::span<const Export> unserialize_exports();
std::span<const Export> device_profile_exports();
std::span<const Export> thermal_exports();
std::span<const Export> cached_mdl_exports();
std::span<const Export> inline_exports();

} // namespace ksbox::ks

/// A table entry whose page is named after the function: `KS_EXPORT(done, KsGetDevice)`.
#define KS_EXPORT(state, name) ::ksbox::state<&name>(#name, "NF:ks." #name)
