// Where a device's facts lie in the box's registry.
#pragma once

#include <string>

#include "base/guid.h"
#include "nt/io/pnp.h"

namespace ksbox::io {

/// "{4d36e96c-…}" in lower case, as the PnP manager writes it.
std::u16string lower_guid(const Guid &guid);

/// "…\Enum\ROOT\MEDIA\0000".
std::u16string enum_key(const DeviceNode &node);
/// PLUGPLAY_REGKEY_DEVICE: below the Enum key.
std::u16string hardware_key(const DeviceNode &node);
/// PLUGPLAY_REGKEY_DRIVER: "…\Control\Class\{…}\0000".
std::u16string software_key(const DeviceNode &node);

} // namespace ksbox::io
