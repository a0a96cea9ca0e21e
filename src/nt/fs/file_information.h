// What ZwQueryInformationFile and ZwSetInformationFile say and change about a file.
#pragma once

#include "abi/windows.h"

#include "nt/fs/file_system.h"

namespace ksbox::fs {

/// Fills `buffer`; *written is how much. STATUS_INFO_LENGTH_MISMATCH when the fixed part does not
/// fit, STATUS_BUFFER_OVERFLOW with as much of a name as does, STATUS_INVALID_INFO_CLASS.
/// @doc NF:ntifs.NtQueryInformationFile
NTSTATUS query_information(FileSystem &files, const FILE_OBJECT &object, const OpenFile &file,
                           FILE_INFORMATION_CLASS information_class, void *buffer, ULONG length,
                           ULONG *written);

/// STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS, STATUS_INVALID_PARAMETER, and what
/// FileSystem's functions give. @doc NF:ntifs.NtSetInformationFile
NTSTATUS set_information(FileSystem &files, FILE_OBJECT &object, OpenFile &file,
                         FILE_INFORMATION_CLASS information_class, const void *buffer,
                         ULONG length);

} // namespace ksbox::fs
