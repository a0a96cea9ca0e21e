// The image's entry point: makes sure that the stack cookie is set, then enters the driver.
#include <ntddk.h>

void __security_init_cookie(void);

DRIVER_INITIALIZE DriverEntry;
DRIVER_INITIALIZE GsDriverEntry;

__declspec(safebuffers) NTSTATUS NTAPI GsDriverEntry(PDRIVER_OBJECT DriverObject,
                                                     PUNICODE_STRING RegistryPath) {
    __security_init_cookie();
    return DriverEntry(DriverObject, RegistryPath);
}
