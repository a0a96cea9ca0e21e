// The I/O manager's private state, locked as said beside each part.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nt/io/io_manager.h"
#include "nt/ke/host_lock.h"

namespace ksbox::io {

struct DriverRecord;

struct IoManager::State {
    std::uint64_t next_irp = 1;
    std::uint32_t next_device = 1;

    /// IoAcquireCancelSpinLock.
    KSPIN_LOCK cancel_lock = 0;
    /// Thread::irps of every thread.
    ke::HostLock thread_irps_lock;
    /// Device lists, attachments, reference counts (Windows's I/O database lock).
    ke::HostLock database_lock;

    /// Loaded drivers, in the order of loading. PASSIVE_LEVEL, under database_lock.
    std::vector<PDRIVER_OBJECT> drivers;
    std::vector<PDEVICE_OBJECT> shutdown_devices; ///< IoRegisterShutdownNotification
    std::uint32_t next_error_log = 1;
};

} // namespace ksbox::io
