// How the body of an export that raises says so. The export's symbol is a thunk
// (raising_thunk.S); it calls `ksbox_body_NAME` with the export's arguments padded to six, then a
// RaiseSlot, and raises in the caller's place when the body has set a status.
#pragma once

#include "abi/windows.h"

namespace ksbox::ex {

struct RaiseSlot {
    NTSTATUS status;    ///< 0: the export returns; else it raises this
    const void *caller; ///< where in the driver the export was called
};

} // namespace ksbox::ex
