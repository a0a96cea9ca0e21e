// The part of KMDF that miniport drivers use: objects, contexts, drivers and devices in miniport
// mode, collections, memory, requests, I/O targets, work items, timers and locks. The functions are
// imported by name from wdf01000.sys; Microsoft's headers reach the same ones through a table that
// WdfVersionBind fills.
#ifndef KSBOX_WDK_WDF_H
#define KSBOX_WDK_WDF_H

#ifndef KMDF_VERSION_MAJOR
#define KMDF_VERSION_MAJOR 1
#endif

#include <ksbox/wdf_object.h>

#include <ksbox/wdf_memory.h>

#include <ksbox/wdf_io_target.h>

#include <ksbox/wdf_execution.h>

#endif
