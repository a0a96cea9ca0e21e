// KMDF's structures as host code sees them: those of the driver kit, without its functions.
#pragma once

#include "abi/windows.h"

#include "wdk/include/ksbox/wdf_bind.h"
#include "wdk/include/ksbox/wdf_status.h"

#include "wdk/include/ksbox/wdf_object.h"

#include "wdk/include/ksbox/wdf_memory.h"

#include "wdk/include/ksbox/wdf_request.h"

#include "wdk/include/ksbox/wdf_io_target.h"

#include "wdk/include/ksbox/wdf_execution.h"

namespace ksbox::kmdf {

/// What stands in a framework function's first argument, in front of what its page shows.
using Globals = PWDF_DRIVER_GLOBALS;

} // namespace ksbox::kmdf
