// The object types, as drivers name them to ObReferenceObjectByHandle and its kin.
#include "support/case.h"

extern "C" {
__declspec(dllimport) extern POBJECT_TYPE ImportedEvent IMPORT_OF(ExEventObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedSemaphore IMPORT_OF(ExSemaphoreObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedMutant IMPORT_OF(ExMutantObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedTimer IMPORT_OF(ExTimerObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedFile IMPORT_OF(IoFileObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedDevice IMPORT_OF(IoDeviceObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedDriver IMPORT_OF(IoDriverObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedAdapter IMPORT_OF(IoAdapterObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedThread IMPORT_OF(PsThreadType);
__declspec(dllimport) extern POBJECT_TYPE ImportedProcess IMPORT_OF(PsProcessType);
__declspec(dllimport) extern POBJECT_TYPE ImportedSection IMPORT_OF(MmSectionObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedKey IMPORT_OF(CmKeyObjectType);
}

// Each is there, and each is another.
EXPORT_CASE(ExEventObjectType, ExSemaphoreObjectType, ExMutantObjectType, ExTimerObjectType,
            IoFileObjectType, IoDeviceObjectType, IoDriverObjectType, IoAdapterObjectType,
            PsThreadType, PsProcessType, MmSectionObjectType, CmKeyObjectType) {
    const POBJECT_TYPE Types[] = {ImportedEvent,   ImportedSemaphore, ImportedMutant,
                                  ImportedTimer,   ImportedFile,      ImportedDevice,
                                  ImportedDriver,  ImportedAdapter,   ImportedThread,
                                  ImportedProcess, ImportedSection,   ImportedKey};
    for (ULONG One = 0; One < RTL_NUMBER_OF(Types); ++One) {
        EXPECT_NE(Types[One], nullptr);
        for (ULONG Other = 0; Other < One; ++Other)
            EXPECT_NE(Types[One], Types[Other]);
    }
}

// An object is of its type and of no other.
EXPORT_CASE(PsThreadType, PsProcessType, ExEventObjectType, IoFileObjectType) {
    EXPECT_SUCCESS(ObReferenceObjectByPointer(KeGetCurrentThread(), 0, ImportedThread, KernelMode));
    ObDereferenceObject(KeGetCurrentThread());
    EXPECT_EQ(ObReferenceObjectByPointer(KeGetCurrentThread(), 0, ImportedProcess, KernelMode),
              STATUS_OBJECT_TYPE_MISMATCH);
    EXPECT_EQ(ObReferenceObjectByPointer(KeGetCurrentThread(), 0, ImportedEvent, KernelMode),
              STATUS_OBJECT_TYPE_MISMATCH);
    const PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Case.Irp)->FileObject;
    EXPECT_SUCCESS(ObReferenceObjectByPointer(File, 0, ImportedFile, KernelMode));
    ObDereferenceObject(File);
}
