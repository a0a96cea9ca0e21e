// portcls.sys as drivers import it: the export tables of this module's files, and
// what is known but not there yet.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::portcls {

/// Every documented name of portcls.sys, and those that drivers import. The loader binds from it.
std::span<const Export> portcls_exports();

// One function per file that implements functions.
std::span<const Export> adapter_exports();
std::span<const Export> connection_exports();
std::span<const Export> property_request_exports();
std::span<const Export> resource_list_exports();
std::span<const Export> subdevice_exports();

} // namespace ksbox::portcls

/// A table entry whose page is named after the function: `PC_EXPORT(done, PcNewPort)`.
#define PC_EXPORT(state, name) ::ksbox::state<&name>(#name, "NF:portcls." #name)
