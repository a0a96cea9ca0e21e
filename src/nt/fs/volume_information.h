// IRP_MJ_QUERY_VOLUME_INFORMATION: what the drive says of itself, the same in every run.
#pragma once

#include "abi/windows.h"

namespace ksbox::fs {

/// STATUS_INFO_LENGTH_MISMATCH, STATUS_BUFFER_OVERFLOW (a name is cut), STATUS_INVALID_INFO_CLASS.
/// @doc NF:ntifs.NtQueryVolumeInformationFile
NTSTATUS query_volume(FS_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                      ULONG *written);

} // namespace ksbox::fs
