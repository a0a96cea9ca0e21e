// The object types for ObReferenceObjectByHandle: `*IoFileObjectType`. The kernel exports variables
// of type POBJECT_TYPE and the WDK's names are their addresses; mingw-w64 declares the imports as
// POBJECT_TYPE *, which reads through the type itself.
#ifndef KSBOX_WDK_OBJECT_TYPES_H
#define KSBOX_WDK_OBJECT_TYPES_H

#ifdef __cplusplus
#define KSBOX_OBJECT_TYPE(Name)                                                                    \
    extern "C" __declspec(dllimport) POBJECT_TYPE KsboxImported##Name __asm__(#Name);
#else
#define KSBOX_OBJECT_TYPE(Name)                                                                    \
    extern __declspec(dllimport) POBJECT_TYPE KsboxImported##Name __asm__(#Name);
#endif

KSBOX_OBJECT_TYPE(CmKeyObjectType)
KSBOX_OBJECT_TYPE(ExEventObjectType)
KSBOX_OBJECT_TYPE(ExSemaphoreObjectType)
KSBOX_OBJECT_TYPE(IoFileObjectType)
KSBOX_OBJECT_TYPE(PsProcessType)
KSBOX_OBJECT_TYPE(PsThreadType)
KSBOX_OBJECT_TYPE(SeTokenObjectType)

#define CmKeyObjectType (&KsboxImportedCmKeyObjectType)
#define ExEventObjectType (&KsboxImportedExEventObjectType)
#define ExSemaphoreObjectType (&KsboxImportedExSemaphoreObjectType)
#define IoFileObjectType (&KsboxImportedIoFileObjectType)
#define PsProcessType (&KsboxImportedPsProcessType)
#define PsThreadType (&KsboxImportedPsThreadType)
#define SeTokenObjectType (&KsboxImportedSeTokenObjectType)

#endif
