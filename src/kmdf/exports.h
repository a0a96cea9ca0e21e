// wdf01000.sys and wdfldr.sys as drivers reach them: the one by the table that the other fills.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::kmdf {

/// The version that drivers find.
inline constexpr unsigned framework_major = 1;
inline constexpr unsigned framework_minor = 33;

/// Every function of the framework's table: what is there, and stubs.
std::span<const Export> framework_exports();
/// What drivers import.
std::span<const Export> loader_exports();
/// The table's names, in its order.
std::span<const char *const> function_names();

// One function per file that implements functions.
std::span<const Export> collection_exports();
std::span<const Export> device_exports();
std::span<const Export> driver_exports();
std::span<const Export> io_target_exports();
std::span<const Export> io_target_format_exports();
std::span<const Export> io_target_send_exports();
std::span<const Export> memory_exports();
std::span<const Export> object_exports();
std::span<const Export> request_exports();
std::span<const Export> lock_exports();
std::span<const Export> timer_exports();
std::span<const Export> work_item_exports();

} // namespace ksbox::kmdf

/// A table entry with its page: `WDF_EXPORT(done, wdfobject, WdfObjectDelete)`.
#define WDF_EXPORT(state, header, name) ::ksbox::state<&name>(#name, "NF:" #header "." #name)
