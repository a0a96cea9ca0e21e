// The entry point of a driver built with coverage: kernel drivers have no C++ initialisers, but
// the counters register themselves through them, so they run before the driver does.
#include <ntddk.h>

typedef void(__cdecl *INITIALISER)(void);

// The linker sorts the parts of a section by the text after the dollar sign.
__declspec(allocate(".CRT$XCA")) const INITIALISER KsboxInitialisersBegin[] = {NULL};
__declspec(allocate(".CRT$XCZ")) const INITIALISER KsboxInitialisersEnd[] = {NULL};

DRIVER_INITIALIZE GsDriverEntry;
DRIVER_INITIALIZE InstrumentedDriverEntry;

NTSTATUS NTAPI InstrumentedDriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    const INITIALISER *Initialiser = KsboxInitialisersBegin;
    for (; Initialiser < KsboxInitialisersEnd; Initialiser++) {
        if (*Initialiser != NULL) {
            (*Initialiser)();
        }
    }
    return GsDriverEntry(DriverObject, RegistryPath);
}
