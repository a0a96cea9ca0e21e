// DATA_IOCTL_PROBE. See data.h.
#pragma once

#include "../support/avstream.h"

// Goes before KS's handler of IRP_MJ_DEVICE_CONTROL.
VOID InstallProbe(PDRIVER_OBJECT DriverObject);
