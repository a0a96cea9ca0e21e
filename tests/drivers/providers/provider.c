/* Exports for consumer.c: a function, one by ordinal alone, a variable, and a forwarder to the
 * kernel. */
#include <ntddk.h>

#pragma comment(linker, "/export:MultiplyByOrdinal,@7,NONAME")
#pragma comment(linker, "/export:ForwardedIrql=ntoskrnl.KeGetCurrentIrql")

__declspec(dllexport) LONG ProviderAnswer = 42;
static LONG Calls;

__declspec(dllexport) LONG NTAPI AddSeven(LONG Value) {
    ++Calls;
    return Value + 7;
}

LONG NTAPI MultiplyByOrdinal(LONG Value, LONG Factor) {
    ++Calls;
    return Value * Factor;
}

static VOID Unload(PDRIVER_OBJECT Driver) {
    UNREFERENCED_PARAMETER(Driver);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING RegistryPath) {
    UNREFERENCED_PARAMETER(RegistryPath);
    Driver->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
