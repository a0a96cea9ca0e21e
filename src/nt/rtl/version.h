// The Windows versions a box can claim to be. Pure functions behind RtlGetVersion.
#pragma once

#include "abi/windows.h"

namespace ksbox::rtl {

struct WindowsVersion {
    unsigned major;
    unsigned minor;
    unsigned build;
    unsigned service_pack;
};

/// From KernelOptions::windows_version: major*100+minor.
WindowsVersion windows_version(unsigned number);

/// Fills what dwOSVersionInfoSize says there is. STATUS_INVALID_PARAMETER for another size.
NTSTATUS describe_version(const WindowsVersion &version, RTL_OSVERSIONINFOW &information);

/// Whether an NTDDI_… version (without service pack) is this one or older.
bool ddi_available(const WindowsVersion &version, ULONG ddi_version);

} // namespace ksbox::rtl
