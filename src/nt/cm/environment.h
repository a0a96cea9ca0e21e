// Environment variables as REG_EXPAND_SZ values refer to them.
#pragma once

#include <string>
#include <string_view>

#include "abi/windows.h"

namespace ksbox::cm {

/// Replaces %NAME% by the environment's value: `environment` is a block of NAME=VALUE strings, each
/// terminated, with an empty one last; null: the box's own (SystemRoot, SystemDrive, windir).
std::u16string expand_environment(std::u16string_view text, const WCHAR *environment);

} // namespace ksbox::cm
