// The export tables of the objects that drivers make by PcNewXxx, and of small helpers.
#pragma once

#include "portcls/exports.h"

namespace ksbox::portcls {

std::span<const Export> content_exports();
std::span<const Export> dma_channel_exports();
std::span<const Export> interrupt_sync_exports();
std::span<const Export> io_timeout_exports();
std::span<const Export> irp_exports();
std::span<const Export> miniport_exports();
std::span<const Export> registry_key_exports();
std::span<const Export> service_group_exports();
std::span<const Export> stream_resource_exports();
std::span<const Export> time_exports();

} // namespace ksbox::portcls
