// What SeExports points at: the well-known privileges and security identifiers.
#pragma once

#include "abi/windows.h"

namespace ksbox::se {

/// The exported variable's value. @doc NS:ntifs._SE_EXPORTS
extern const PSE_EXPORTS exports;

} // namespace ksbox::se
