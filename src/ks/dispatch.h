// How IRPs find their file object's KSDISPATCH_TABLE and create requests their create item: what
// KsSetMajorFunctionHandler puts into a driver object (@doc NF:ks.KsSetMajorFunctionHandler).
#pragma once

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

/// Completes the IRP with the status and returns it. IoStatus.Information stays as it is.
NTSTATUS complete(PIRP irp, NTSTATUS status);

/// IRP_MJ_CREATE: by RelatedFileObject's header or the device's. PASSIVE.
NTSTATUS dispatch_create(PDEVICE_OBJECT device, PIRP irp);
/// Every other major function of a KSDISPATCH_TABLE.
NTSTATUS dispatch_by_table(PDEVICE_OBJECT device, PIRP irp);
/// IRP_MJ_CLEANUP has no entry there: AVStream's own pins cancel what the file object has queued,
/// other objects have nothing to do.
NTSTATUS dispatch_cleanup(PDEVICE_OBJECT device, PIRP irp);

/// The same three as functions for a driver object.
NTSTATUS NTAPI KsDispatchCreate(PDEVICE_OBJECT device, PIRP irp);
NTSTATUS NTAPI KsDispatchCleanup(PDEVICE_OBJECT device, PIRP irp);

/// Sends the IRP on with the current stack location and waits for it. PASSIVE.
NTSTATUS forward_and_wait(PDEVICE_OBJECT next, PIRP irp);

/// AVStream's PnP and power handlers (device_pnp.cpp, device_power.cpp).
NTSTATUS NTAPI KsDevicePnp(PDEVICE_OBJECT device, PIRP irp);
NTSTATUS NTAPI KsDevicePower(PDEVICE_OBJECT device, PIRP irp);

} // namespace ksbox::ks
