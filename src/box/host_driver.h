// Host code as a driver: it has a driver object and a root device like any other, and is reached
// through handles and IRPs only. The system's own drivers are made so, and those of libraries above
// the box.
#pragma once

#include "abi/windows.h"
#include "ksbox/box.h"

namespace ksbox {

struct HostDriver {
    const char *name; ///< "kmixer"; of a box's host drivers, each has its own
    const char16_t *description;
    PDRIVER_INITIALIZE entry;
    bool in_graph = false; ///< Box::graph() tells of it
};

/// The box's driver of that name, which is started when it is not there yet. It is unloaded before
/// those of files. Throws Error, and then nothing of it is left.
Driver &load_host_driver(Box &box, const HostDriver &driver);
/// Its driver object. For a box thread; null when it is not loaded.
PDRIVER_OBJECT host_driver_object(Box &box, const HostDriver &driver);

} // namespace ksbox
