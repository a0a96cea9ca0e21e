// The image's entry point: makes sure that the stack cookie is set, then enters the driver, through
// its framework's library if one is linked.
#include <ntddk.h>

void __security_init_cookie(void);

// The linker sorts the parts of a section by the text after the dollar sign; such a library has its
// own entry point between these two.
__declspec(allocate(".rdata$KsboxEntryA")) DRIVER_INITIALIZE *const KsboxEntriesBegin[] = {NULL};
__declspec(allocate(".rdata$KsboxEntryZ")) DRIVER_INITIALIZE *const KsboxEntriesEnd[] = {NULL};

DRIVER_INITIALIZE DriverEntry;
DRIVER_INITIALIZE GsDriverEntry;

__declspec(safebuffers) NTSTATUS NTAPI GsDriverEntry(PDRIVER_OBJECT DriverObject,
                                                     PUNICODE_STRING RegistryPath) {
    DRIVER_INITIALIZE *const *Entry = KsboxEntriesBegin;
    __security_init_cookie();
    for (; Entry < KsboxEntriesEnd; Entry++) {
        if (*Entry != NULL) {
            return (*Entry)(DriverObject, RegistryPath);
        }
    }
    return DriverEntry(DriverObject, RegistryPath);
}
