// Share access: which opens of a file tolerate each other, counted in the driver's SHARE_ACCESS.
#include "abi/export.h"
#include "abi/windows.h"
#include "nt/exports.h"

using namespace ksbox;

namespace {

void take_rights(ACCESS_MASK access, ULONG share, PFILE_OBJECT file) {
    file->ReadAccess = (access & (FILE_EXECUTE | FILE_READ_DATA)) != 0;
    file->WriteAccess = (access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) != 0;
    file->DeleteAccess = (access & DELETE) != 0;
    const bool counts = file->ReadAccess || file->WriteAccess || file->DeleteAccess;
    file->SharedRead = counts && share & FILE_SHARE_READ;
    file->SharedWrite = counts && share & FILE_SHARE_WRITE;
    file->SharedDelete = counts && share & FILE_SHARE_DELETE;
}

bool counts(PFILE_OBJECT file) {
    return file->ReadAccess || file->WriteAccess || file->DeleteAccess;
}

void count(PFILE_OBJECT file, PSHARE_ACCESS share, int step) {
    if (!counts(file))
        return;
    share->OpenCount += static_cast<ULONG>(step);
    share->Readers += static_cast<ULONG>(step * (file->ReadAccess != 0));
    share->Writers += static_cast<ULONG>(step * (file->WriteAccess != 0));
    share->Deleters += static_cast<ULONG>(step * (file->DeleteAccess != 0));
    share->SharedRead += static_cast<ULONG>(step * (file->SharedRead != 0));
    share->SharedWrite += static_cast<ULONG>(step * (file->SharedWrite != 0));
    share->SharedDelete += static_cast<ULONG>(step * (file->SharedDelete != 0));
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoSetShareAccess
VOID NTAPI IoSetShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                            PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess) {
    take_rights(DesiredAccess, DesiredShareAccess, FileObject);
    *ShareAccess = {};
    count(FileObject, ShareAccess, 1);
}

/// @doc NF:wdm.IoCheckShareAccess
NTSTATUS NTAPI IoCheckShareAccess(ACCESS_MASK DesiredAccess, ULONG DesiredShareAccess,
                                  PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess,
                                  BOOLEAN Update) {
    take_rights(DesiredAccess, DesiredShareAccess, FileObject);
    if (!counts(FileObject))
        return STATUS_SUCCESS;
    const auto &held = *ShareAccess;
    if ((FileObject->ReadAccess && held.SharedRead < held.OpenCount) ||
        (FileObject->WriteAccess && held.SharedWrite < held.OpenCount) ||
        (FileObject->DeleteAccess && held.SharedDelete < held.OpenCount) ||
        (held.Readers && !FileObject->SharedRead) || (held.Writers && !FileObject->SharedWrite) ||
        (held.Deleters && !FileObject->SharedDelete))
        return STATUS_SHARING_VIOLATION;
    if (Update)
        count(FileObject, ShareAccess, 1);
    return STATUS_SUCCESS;
}

/// @doc NF:wdm.IoUpdateShareAccess
VOID NTAPI IoUpdateShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess) {
    count(FileObject, ShareAccess, 1);
}

/// @doc NF:wdm.IoRemoveShareAccess
VOID NTAPI IoRemoveShareAccess(PFILE_OBJECT FileObject, PSHARE_ACCESS ShareAccess) {
    count(FileObject, ShareAccess, -1);
}

} // extern "C"

namespace ksbox {

std::span<const Export> share_access_exports() {
    static const Export table[] = {
        done<IoSetShareAccess>("IoSetShareAccess", "NF:wdm.IoSetShareAccess"),
        done<IoCheckShareAccess>("IoCheckShareAccess", "NF:wdm.IoCheckShareAccess"),
        done<IoUpdateShareAccess>("IoUpdateShareAccess", "NF:wdm.IoUpdateShareAccess"),
        done<IoRemoveShareAccess>("IoRemoveShareAccess", "NF:wdm.IoRemoveShareAccess"),
    };
    return table;
}

} // namespace ksbox
