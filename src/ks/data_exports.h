// The export tables of ks.sys's data plane, one a source file: streaming IRPs, queues, processing,
// workers, clocks and allocators.
#pragma once

#include <span>

#include "abi/export.h"

namespace ksbox::ks {

std::span<const Export> probe_exports();
std::span<const Export> cancelable_queue_exports();
std::span<const Export> stream_io_exports();
std::span<const Export> stream_pointer_exports();
std::span<const Export> pin_stream_exports();
std::span<const Export> processing_exports();
std::span<const Export> worker_exports();
std::span<const Export> clock_exports();
std::span<const Export> default_clock_exports();
std::span<const Export> allocator_exports();
std::span<const Export> injection_exports();

} // namespace ksbox::ks

/// A table entry whose page is named after the function.
#define KS_DATA_EXPORT(state, name) ::ksbox::state<&name>(#name, "NF:ks." #name)
