// The functions of ntoskrnl that live in the loader, because they walk driver frames.
#pragma once

#include "abi/export.h"

#include <span>

namespace ksbox::loader {

/// Structured exceptions, probes and stack walks. Whoever links them defines raise_seam
/// (raise_exports.h).
std::span<const Export> seh_exports();

} // namespace ksbox::loader
