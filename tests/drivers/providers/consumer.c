/* Imports from provider.sys; names the first import that is wrong by its status. Calls the provider
   once more when it is unloaded. */
#include <ntddk.h>

__declspec(dllimport) extern LONG ProviderAnswer;
__declspec(dllimport) LONG NTAPI AddSeven(LONG Value);
__declspec(dllimport) LONG NTAPI MultiplyByOrdinal(LONG Value, LONG Factor);
__declspec(dllimport) KIRQL NTAPI ForwardedIrql(VOID);

static VOID Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
    ProviderAnswer = AddSeven(ProviderAnswer);
    DbgPrint("the answer is now %ld\n", ProviderAnswer);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    KIRQL Old;
    UNREFERENCED_PARAMETER(RegistryPath);
    Driver->DriverUnload = Unload;
    if (AddSeven(5) != 12) {
        return STATUS_INVALID_PARAMETER_1;
    }
    if (MultiplyByOrdinal(6, 7) != 42) {
        return STATUS_INVALID_PARAMETER_2;
    }
    if (ProviderAnswer != 42) {
        return STATUS_INVALID_PARAMETER_3;
    }
    KeRaiseIrql(DISPATCH_LEVEL, &Old);
    const KIRQL Seen = ForwardedIrql();
    KeLowerIrql(Old);
    return Seen == DISPATCH_LEVEL ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER_4;
}
