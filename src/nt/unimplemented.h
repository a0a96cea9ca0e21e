// The loud end of a documented case that is not there yet (ExportState::partial).
#pragma once

#include <string_view>

#include "nt/ke/bug_check.h"

namespace ksbox {

/// Stops the box as a call of a missing export does. `what`: "ZwMapViewOfSection of an image".
[[noreturn]] inline void unimplemented(std::string_view what) noexcept {
    bug_check(ke::bug_check_missing_export, 0, 0, 0, 0, what);
}

} // namespace ksbox
