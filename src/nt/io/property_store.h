// The unified device property model's values: on devices and on interfaces.
#pragma once

#include <map>

#include "abi/windows.h"

#include "nt/io/pnp.h"

namespace ksbox::io {

using Properties = std::map<PropertyKey, PropertyValue>;

/// Null `data` deletes.
void set_property(Properties &properties, const DEVPROPKEY &key, DEVPROPTYPE type, ULONG bytes,
                  const void *data);
/// STATUS_OBJECT_NAME_NOT_FOUND, STATUS_BUFFER_TOO_SMALL with *required set.
NTSTATUS get_property(const Properties &properties, const DEVPROPKEY &key, ULONG bytes, void *data,
                      ULONG *required, DEVPROPTYPE *type);
/// Copies out a value as get_property() does.
NTSTATUS give_property(const PropertyValue &value, ULONG bytes, void *data, ULONG *required,
                       DEVPROPTYPE *type);

} // namespace ksbox::io
