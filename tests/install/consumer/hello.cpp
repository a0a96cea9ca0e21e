// The least driver: loads and unloads.
#include <wdm.h>

static void unload(PDRIVER_OBJECT) {
    DbgPrint("hello: bye\n");
}

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
