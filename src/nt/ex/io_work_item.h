// Work items tied to a device or driver object, which stays referenced while they are queued.
#pragma once

#include "abi/windows.h"

struct _IO_WORKITEM {
    WORK_QUEUE_ITEM item;
    void *object; ///< the device or driver object
    PIO_WORKITEM_ROUTINE routine;
    PIO_WORKITEM_ROUTINE_EX routine_ex; ///< one of the two is set while queued
    void *context;
    LONG queued;
};

namespace ksbox::ex {

/// WORK_QUEUE_ITEM.WorkerRoutine of every I/O work item.
void NTAPI run_io_work_item(void *work_item);

} // namespace ksbox::ex
