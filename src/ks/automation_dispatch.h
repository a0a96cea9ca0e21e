// IRP_MJ_DEVICE_CONTROL of AVStream's filters, pins and nodes: which tables answer it.
#pragma once

#include "abi/windows.h"

namespace ksbox::ks {

NTSTATUS NTAPI filter_ioctl(PDEVICE_OBJECT device, PIRP irp);
NTSTATUS NTAPI pin_ioctl(PDEVICE_OBJECT device, PIRP irp);
NTSTATUS NTAPI node_ioctl(PDEVICE_OBJECT device, PIRP irp);

} // namespace ksbox::ks
