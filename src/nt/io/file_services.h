// Requests on open files, for drivers (Zw*) and clients (user_services.h) alike: the mode decides
// what is probed and checked.
#pragma once

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"

namespace ksbox::io {

/// Where a request's end is told; addresses are the caller's.
struct RequestEnd {
    IO_STATUS_BLOCK *block = nullptr;
    HANDLE event = nullptr;
    void (*routine)(void *context, NTSTATUS status, ULONG_PTR information) = nullptr;
    void *context = nullptr;
    bool kernel_block = false; ///< `block` is the runtime's own and told in every case
};

struct ControlRequest {
    HANDLE file;
    ULONG code;
    const void *input;
    ULONG input_bytes;
    void *output;
    ULONG output_bytes;
    UCHAR major = IRP_MJ_DEVICE_CONTROL;
};

struct TransferRequest {
    HANDLE file;
    bool read;
    void *buffer;
    ULONG bytes;
    const LARGE_INTEGER *offset;
    const ULONG *key = nullptr;
};

/// IRP_MJ_QUERY_INFORMATION and its like: what is asked, and which part of it.
struct InformationRequest {
    HANDLE file;
    UCHAR major;
    ULONG information_class;
    void *buffer;
    ULONG bytes;
};

/// One call of a directory scan. `pattern` may be null and is read by the file system.
struct DirectoryRequest {
    HANDLE file;
    HANDLE event;
    UNICODE_STRING *pattern;
    ULONG information_class;
    void *buffer;
    ULONG bytes;
    bool one_only, restart;
};

/// PASSIVE_LEVEL. STATUS_PENDING only for files without FO_SYNCHRONOUS_IO.
NTSTATUS control(Kernel &kernel, const ControlRequest &request, const RequestEnd &end,
                 KPROCESSOR_MODE mode);
/// control() and the wait for its end on either kind of file. The result block is told in every
/// case; buffers are the caller's.
NTSTATUS control_and_wait(Kernel &kernel, const ControlRequest &request, IO_STATUS_BLOCK &result,
                          KPROCESSOR_MODE mode);
NTSTATUS transfer(Kernel &kernel, const TransferRequest &request, const RequestEnd &end,
                  KPROCESSOR_MODE mode);
/// Always waits; the status block is written on success.
NTSTATUS information(Kernel &kernel, const InformationRequest &request, IO_STATUS_BLOCK *block,
                     KPROCESSOR_MODE mode);

/// Always waits. The status block is written unless an error is the result.
NTSTATUS query_directory(Kernel &kernel, const DirectoryRequest &request, IO_STATUS_BLOCK *block,
                         KPROCESSOR_MODE mode);

} // namespace ksbox::io
