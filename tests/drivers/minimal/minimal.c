// The smallest driver there is: says its registry path, can be unloaded.
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD MinimalUnload;

VOID NTAPI MinimalUnload(PDRIVER_OBJECT DriverObject) {
    UNREFERENCED_PARAMETER(DriverObject);
    DbgPrint("minimal: unloaded\n");
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    DbgPrint("minimal: %wZ\n", RegistryPath);
    DriverObject->DriverUnload = MinimalUnload;
    return STATUS_SUCCESS;
}
