// The part of KMDF that miniport drivers use: objects, contexts, drivers and devices in miniport
// mode, collections, memory, requests, I/O targets, work items, timers and locks. As with
// Microsoft's headers, a driver calls the functions through the table that WdfVersionBind fills.
#ifndef KSBOX_WDK_WDF_H
#define KSBOX_WDK_WDF_H

#ifndef KMDF_VERSION_MAJOR
#define KMDF_VERSION_MAJOR 1
#endif

#include <ksbox/wdf_table.h>

#include <ksbox/wdf_status.h>

#include <ksbox/wdf_object.h>

#include <ksbox/wdf_memory.h>

#include <ksbox/wdf_request.h>

#include <ksbox/wdf_io_target.h>

#include <ksbox/wdf_execution.h>

#include <ksbox/wdf_object_calls.h>

#include <ksbox/wdf_memory_calls.h>

#include <ksbox/wdf_request_calls.h>

#include <ksbox/wdf_io_target_calls.h>

#include <ksbox/wdf_execution_calls.h>

#endif
