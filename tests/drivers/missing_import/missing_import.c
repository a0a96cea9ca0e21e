// Imports a function that no kernel has, and one from a module that no kernel has. Calls the first
// if the parameter Parameters\Fault says "call".
#include "../shared/parameters.h"

__declspec(dllimport) ULONG NTAPI KsboxNoSuchFunction(ULONG Argument);
__declspec(dllimport) ULONG NTAPI FunctionOfNoModule(ULONG Argument);

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject) {
    UNREFERENCED_PARAMETER(DriverObject);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    WCHAR Fault[32];
    DriverObject->DriverUnload = Unload;
    ReadTextParameter(RegistryPath, L"Fault", Fault, RTL_NUMBER_OF(Fault));
    if (wcscmp(Fault, L"call") == 0) {
        return (NTSTATUS)(KsboxNoSuchFunction(1) + FunctionOfNoModule(2));
    }
    return STATUS_SUCCESS;
}
