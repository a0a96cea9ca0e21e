// What drivers ask about themselves and put on threads and IRPs: their directories and path,
// top-level IRPs, activity IDs, calls after DriverEntry.
#include <array>

#include "abi/export.h"
#include "nt/exports.h"
#include "nt/io/device_object.h"
#include "nt/io/driver_object.h"
#include "nt/io/irp.h"
#include "nt/io/pnp.h"
#include "nt/io/reinitialization.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"

using namespace ksbox;

namespace {

constexpr std::u16string_view drivers_folder = u"\\SystemRoot\\System32\\drivers";

/// Opens the directory, with those above it, as the caller's to put files in.
NTSTATUS open_directory(const std::u16string &path, PHANDLE handle) {
    std::size_t end = path.find(u'\\', 1);
    for (;;) {
        end = path.find(u'\\', end + 1);
        const std::u16string part = path.substr(0, end);
        UNICODE_STRING name{static_cast<USHORT>(part.size() * 2),
                            static_cast<USHORT>(part.size() * 2),
                            reinterpret_cast<PWSTR>(const_cast<char16_t *>(part.data()))};
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   nullptr, nullptr);
        IO_STATUS_BLOCK block{};
        const NTSTATUS status = ZwCreateFile(
            handle, FILE_LIST_DIRECTORY | FILE_TRAVERSE | SYNCHRONIZE, &attributes, &block, nullptr,
            FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN_IF,
            FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, nullptr, 0);
        if (!NT_SUCCESS(status) || end == path.npos)
            return status;
        ZwClose(*handle);
    }
}

std::u16string service_name(PDRIVER_OBJECT driver) {
    const auto &name = io::body_of(driver).extension.ServiceKeyName;
    return {reinterpret_cast<const char16_t *>(name.Buffer), name.Length / 2u};
}

} // namespace

extern "C" {

/// @doc NF:wdm.IoGetDriverDirectory
NTSTATUS NTAPI IoGetDriverDirectory(PDRIVER_OBJECT DriverObject,
                                    DRIVER_DIRECTORY_TYPE DirectoryType, ULONG Flags,
                                    PHANDLE DriverDirectoryHandle) {
    if (!DriverObject || !DriverDirectoryHandle || Flags != 0)
        return STATUS_INVALID_PARAMETER;
    *DriverDirectoryHandle = nullptr;
    const std::u16string data = std::u16string(drivers_folder) + u"\\DriverData";
    switch (DirectoryType) {
    case DriverDirectoryImage:
        return open_directory(std::u16string(drivers_folder), DriverDirectoryHandle);
    case DriverDirectoryData:
        return open_directory(data + u'\\' + service_name(DriverObject), DriverDirectoryHandle);
    case DriverDirectorySharedData:
        return open_directory(data + u"\\Shared\\" + service_name(DriverObject),
                              DriverDirectoryHandle);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/// @doc NF:wdm.IoGetDeviceDirectory
NTSTATUS NTAPI IoGetDeviceDirectory(PDEVICE_OBJECT PhysicalDeviceObject,
                                    DEVICE_DIRECTORY_TYPE DirectoryType, ULONG Flags,
                                    PVOID Reserved, PHANDLE DeviceDirectoryHandle) {
    if (!PhysicalDeviceObject || !DeviceDirectoryHandle || Flags != 0 || Reserved ||
        DirectoryType != DeviceDirectoryData)
        return STATUS_INVALID_PARAMETER;
    *DeviceDirectoryHandle = nullptr;
    const auto *node = io::record_of(PhysicalDeviceObject).node;
    if (!node)
        return STATUS_INVALID_PARAMETER;
    std::u16string name = node->instance_path;
    for (char16_t &c : name)
        if (c == u'\\')
            c = u'#';
    return open_directory(std::u16string(drivers_folder) + u"\\DriverData\\Devices\\" + name,
                          DeviceDirectoryHandle);
}

/// The path that an installed driver of the name has; a box maps its drivers from elsewhere.
/// @doc NF:ntddk.IoQueryFullDriverPath
NTSTATUS NTAPI IoQueryFullDriverPath(PDRIVER_OBJECT DriverObject, PUNICODE_STRING FullPath) {
    *FullPath = {};
    if (!DriverObject->DriverStart)
        return STATUS_NOT_FOUND;
    *FullPath = io::pool_string(current_kernel(), u"\\SystemRoot\\System32\\drivers\\" +
                                                      service_name(DriverObject) + u".sys");
    return FullPath->Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/// @doc NF:ntifs.IoGetTopLevelIrp
PIRP NTAPI IoGetTopLevelIrp(VOID) {
    return static_cast<PIRP>(ke::current_thread().top_level_irp);
}

/// @doc NF:ntifs.IoSetTopLevelIrp
VOID NTAPI IoSetTopLevelIrp(PIRP Irp) {
    ke::current_thread().top_level_irp = Irp;
}

/// Every IRP of a box has room for what an IRP extension holds.
/// @doc NF:wdm.IoAllocateIrpEx
PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT, CCHAR StackSize, BOOLEAN) {
    return io::allocate_irp(current_kernel(), StackSize, __builtin_return_address(0));
}

/// @doc NF:ntddk.IoGetActivityIdIrp
NTSTATUS NTAPI IoGetActivityIdIrp(PIRP Irp, LPGUID Guid) {
    const auto *trailer = io::trailer_of(Irp);
    if (!trailer || !trailer->has_activity)
        return STATUS_NOT_FOUND;
    *Guid = trailer->activity;
    return STATUS_SUCCESS;
}

/// Threads of a box carry no activity of their own. @doc NF:ntddk.IoSetActivityIdIrp
NTSTATUS NTAPI IoSetActivityIdIrp(PIRP Irp, LPCGUID Guid) {
    auto *trailer = io::trailer_of(Irp);
    if (!Guid)
        return STATUS_NOT_SUPPORTED;
    if (!trailer)
        return STATUS_UNSUCCESSFUL;
    trailer->activity = *Guid;
    trailer->has_activity = true;
    return STATUS_SUCCESS;
}

/// @doc NF:ntddk.IoRegisterDriverReinitialization
VOID NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                            PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                            PVOID Context) {
    current_kernel().extension<io::Reinitialization>().add(
        {DriverObject, DriverReinitializationRoutine, Context});
}

/// A box has started its devices' buses before it loads a driver: the same as the other one.
/// @doc NF:ntddk.IoRegisterBootDriverReinitialization
VOID NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                PDRIVER_REINITIALIZE DriverReinitializationRoutine,
                                                PVOID Context) {
    IoRegisterDriverReinitialization(DriverObject, DriverReinitializationRoutine, Context);
}

} // extern "C"

namespace ksbox {

std::span<const Export> io_identity_exports() {
    static const std::array table{
        done<IoGetDriverDirectory>("IoGetDriverDirectory", "NF:wdm.IoGetDriverDirectory"),
        done<IoGetDeviceDirectory>("IoGetDeviceDirectory", "NF:wdm.IoGetDeviceDirectory"),
        done<IoQueryFullDriverPath>("IoQueryFullDriverPath", "NF:ntddk.IoQueryFullDriverPath"),
        done<IoGetTopLevelIrp>("IoGetTopLevelIrp", "NF:ntifs.IoGetTopLevelIrp"),
        done<IoSetTopLevelIrp>("IoSetTopLevelIrp", "NF:ntifs.IoSetTopLevelIrp"),
        done<IoAllocateIrpEx>("IoAllocateIrpEx", "NF:wdm.IoAllocateIrpEx"),
        done<IoGetActivityIdIrp>("IoGetActivityIdIrp", "NF:ntddk.IoGetActivityIdIrp"),
        done<IoSetActivityIdIrp>("IoSetActivityIdIrp", "NF:ntddk.IoSetActivityIdIrp"),
        done<IoRegisterDriverReinitialization>("IoRegisterDriverReinitialization",
                                               "NF:ntddk.IoRegisterDriverReinitialization"),
        done<IoRegisterBootDriverReinitialization>("IoRegisterBootDriverReinitialization",
                                                   "NF:ntddk.IoRegisterBootDriverReinitialization"),
    };
    return table;
}

} // namespace ksbox
