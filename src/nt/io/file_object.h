// File objects: what a handle to a device is. Opening sends IRP_MJ_CREATE to the top of the
// device's stack, the last handle's end IRP_MJ_CLEANUP, the last reference's IRP_MJ_CLOSE.
#pragma once

#include <string>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/kernel.h"
#include "nt/ob/object_attributes.h"

namespace ksbox::io {

/// An open request whose pointers have been captured.
struct FileOpen {
    ob::CapturedAttributes attributes;
    ACCESS_MASK access = 0;
    ULONG file_attributes = 0;
    ULONG share = 0;
    ULONG disposition = FILE_OPEN;
    ULONG options = 0;
    LONGLONG allocation_size = 0;
    void *ea = nullptr; ///< kernel memory
    ULONG ea_bytes = 0;
    KPROCESSOR_MODE mode = KernelMode;
    bool attach_only = false; ///< IoGetDeviceObjectPointer
};

struct OpenedFile {
    HANDLE handle;
    ULONG_PTR information; ///< FILE_OPENED …
};

/// The whole of NtCreateFile. PASSIVE_LEVEL. See user::open for statuses.
Result<OpenedFile> open_file(Kernel &kernel, const FileOpen &request);

void define_file_type(Kernel &kernel);

/// FO_SYNCHRONOUS_IO files take one request at a time. False: the client's process ended while
/// waiting. PASSIVE_LEVEL.
bool lock_file(PFILE_OBJECT file, KPROCESSOR_MODE mode);
void unlock_file(PFILE_OBJECT file);

/// Waits for a pending IRP of the current thread. When the client's process ends first, the IRP is
/// cancelled and waited for all the same. `object` is signalled at completion.
void wait_for_irp(Kernel &kernel, void *object, PIRP irp, std::uint64_t number,
                  KPROCESSOR_MODE mode);

/// "\Device\00000003\wave".
std::u16string file_name(Kernel &kernel, const FILE_OBJECT &file);

} // namespace ksbox::io
