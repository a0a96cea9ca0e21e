// References to objects, by handle, pointer and name.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwCreateEvent, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, EVENT_TYPE, BOOLEAN);
IMPORT(LONG_PTR, ObfReferenceObject, PVOID);
IMPORT(LONG_PTR, ObfReferenceObjectWithTag, PVOID, ULONG);
IMPORT(LONG_PTR, ObReferenceObject, PVOID);
IMPORT(LONG_PTR, ObReferenceObjectWithTag, PVOID, ULONG);
IMPORT(LONG_PTR, ObfDereferenceObject, PVOID);
IMPORT(LONG_PTR, ObfDereferenceObjectWithTag, PVOID, ULONG);
IMPORT(LONG_PTR, ObDereferenceObject, PVOID);
IMPORT(LONG_PTR, ObDereferenceObjectWithTag, PVOID, ULONG);
IMPORT(NTSTATUS, ObReferenceObjectByHandleWithTag, HANDLE, ACCESS_MASK, POBJECT_TYPE,
       KPROCESSOR_MODE, ULONG, PVOID *, POBJECT_HANDLE_INFORMATION);
IMPORT(NTSTATUS, ObReferenceObjectByPointerWithTag, PVOID, ACCESS_MASK, POBJECT_TYPE,
       KPROCESSOR_MODE, ULONG);
IMPORT(void, ObDereferenceObjectDeferDelete, PVOID);
IMPORT(void, ObDereferenceObjectDeferDeleteWithTag, PVOID, ULONG);
IMPORT(NTSTATUS, ObOpenObjectByPointer, PVOID, ULONG, PVOID, ACCESS_MASK, POBJECT_TYPE,
       KPROCESSOR_MODE, PHANDLE);
IMPORT(NTSTATUS, ObOpenObjectByPointerWithTag, PVOID, ULONG, PVOID, ACCESS_MASK, POBJECT_TYPE,
       KPROCESSOR_MODE, ULONG, PHANDLE);
IMPORT(NTSTATUS, ObReferenceObjectByName, PUNICODE_STRING, ULONG, PVOID, ACCESS_MASK, POBJECT_TYPE,
       KPROCESSOR_MODE, PVOID, PVOID *);
IMPORT(NTSTATUS, ObCloseHandle, HANDLE, KPROCESSOR_MODE);
IMPORT(void, ObMakeTemporaryObject, PVOID);
IMPORT(BOOLEAN, ObIsKernelHandle, HANDLE);
IMPORT(POBJECT_TYPE, ObGetObjectType, PVOID);
IMPORT(NTSTATUS, ObQueryNameString, PVOID, POBJECT_NAME_INFORMATION, ULONG, PULONG);

extern "C" {
__declspec(dllimport) extern POBJECT_TYPE ImportedEvent IMPORT_OF(ExEventObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedFile IMPORT_OF(IoFileObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedThread IMPORT_OF(PsThreadType);
__declspec(dllimport) extern POBJECT_TYPE ImportedDriver IMPORT_OF(IoDriverObjectType);
__declspec(dllimport) extern POBJECT_TYPE ImportedDevice IMPORT_OF(IoDeviceObjectType);
}

static const ULONG Tag = 'esaC';

// An event with a handle and a reference.
struct CASE_EVENT {
    HANDLE Handle = nullptr;
    PKEVENT Object = nullptr;
    explicit CASE_EVENT(PCWSTR Path = nullptr, ULONG More = 0) {
        UNICODE_STRING Name;
        OBJECT_ATTRIBUTES Attributes;
        RtlInitUnicodeString(&Name, Path);
        InitializeObjectAttributes(&Attributes, Path != nullptr ? &Name : nullptr,
                                   OBJ_KERNEL_HANDLE | More, nullptr, nullptr);
        EXPECT_SUCCESS(Import_ZwCreateEvent(&Handle, EVENT_MODIFY_STATE, &Attributes,
                                            NotificationEvent, FALSE));
        EXPECT_SUCCESS(ObReferenceObjectByHandle(Handle, 0, ImportedEvent, KernelMode,
                                                 (PVOID *)&Object, nullptr));
    }
    ~CASE_EVENT() {
        Import_ObfDereferenceObject(Object);
        if (Handle != nullptr)
            ZwClose(Handle);
    }
};

EXPORT_CASE(ObReferenceObjectByHandle, ObReferenceObjectByHandleWithTag, ZwClose) {
    CASE_EVENT Event;
    PVOID Object = nullptr;
    OBJECT_HANDLE_INFORMATION Facts = {};
    EXPECT_EQ(
        ObReferenceObjectByHandle(Event.Handle, 0, ImportedFile, KernelMode, &Object, nullptr),
        STATUS_OBJECT_TYPE_MISMATCH);
    EXPECT_EQ(ObReferenceObjectByHandle((HANDLE)0x7FF0, 0, nullptr, KernelMode, &Object, nullptr),
              STATUS_INVALID_HANDLE);
    // A kernel handle is nothing to a caller in user mode.
    EXPECT_EQ(ObReferenceObjectByHandle(Event.Handle, 0, nullptr, UserMode, &Object, nullptr),
              STATUS_INVALID_HANDLE);
    EXPECT_SUCCESS(Import_ObReferenceObjectByHandleWithTag(Event.Handle, 0, ImportedEvent,
                                                           KernelMode, Tag, &Object, &Facts));
    EXPECT_EQ(Object, Event.Object);
    EXPECT_EQ(Facts.GrantedAccess, EVENT_MODIFY_STATE);
    Import_ObfDereferenceObjectWithTag(Object, Tag);
    EXPECT_SUCCESS(ObReferenceObjectByHandle(NtCurrentThread(), 0, ImportedThread, KernelMode,
                                             &Object, nullptr));
    EXPECT_EQ(Object, KeGetCurrentThread());
    Import_ObfDereferenceObject(Object);
}

// The count that each gives back is the one it made.
EXPORT_CASE(ObfReferenceObject, ObfReferenceObjectWithTag, ObReferenceObject,
            ObReferenceObjectWithTag, ObfDereferenceObject, ObfDereferenceObjectWithTag,
            ObDereferenceObject, ObDereferenceObjectWithTag) {
    CASE_EVENT Event;
    const LONG_PTR Count = Import_ObfReferenceObject(Event.Object);
    EXPECT_EQ(Import_ObfReferenceObjectWithTag(Event.Object, Tag), Count + 1);
    EXPECT_EQ(Import_ObReferenceObject(Event.Object), Count + 2);
    EXPECT_EQ(Import_ObReferenceObjectWithTag(Event.Object, Tag), Count + 3);
    EXPECT_EQ(Import_ObDereferenceObjectWithTag(Event.Object, Tag), Count + 2);
    EXPECT_EQ(Import_ObDereferenceObject(Event.Object), Count + 1);
    EXPECT_EQ(Import_ObfDereferenceObjectWithTag(Event.Object, Tag), Count);
    EXPECT_EQ(Import_ObfDereferenceObject(Event.Object), Count - 1);
}

EXPORT_CASE(ObReferenceObjectByPointer, ObReferenceObjectByPointerWithTag,
            ObDereferenceObjectDeferDelete, ObDereferenceObjectDeferDeleteWithTag,
            ObGetObjectType) {
    CASE_EVENT Event;
    EXPECT_SUCCESS(ObReferenceObjectByPointer(Event.Object, 0, ImportedEvent, KernelMode));
    EXPECT_EQ(ObReferenceObjectByPointer(Event.Object, 0, ImportedFile, KernelMode),
              STATUS_OBJECT_TYPE_MISMATCH);
    EXPECT_SUCCESS(
        Import_ObReferenceObjectByPointerWithTag(Event.Object, 0, nullptr, KernelMode, Tag));
    const LONG_PTR Before = Import_ObfReferenceObject(Event.Object);
    Import_ObDereferenceObjectDeferDelete(Event.Object);
    Import_ObDereferenceObjectDeferDeleteWithTag(Event.Object, Tag);
    EXPECT_EQ(Import_ObfDereferenceObject(Event.Object), Before - 3);
    EXPECT_EQ(Import_ObGetObjectType(Event.Object), ImportedEvent);
}

EXPORT_CASE(ObOpenObjectByPointer, ObOpenObjectByPointerWithTag, ObIsKernelHandle, ObCloseHandle) {
    CASE_EVENT Event;
    HANDLE Handle = nullptr;
    EXPECT_EQ(Import_ObOpenObjectByPointer(Event.Object, OBJ_KERNEL_HANDLE, nullptr,
                                           EVENT_ALL_ACCESS, ImportedFile, KernelMode, &Handle),
              STATUS_OBJECT_TYPE_MISMATCH);
    REQUIRE_SUCCESS(Import_ObOpenObjectByPointer(Event.Object, OBJ_KERNEL_HANDLE, nullptr,
                                                 EVENT_ALL_ACCESS, ImportedEvent, KernelMode,
                                                 &Handle));
    EXPECT_TRUE(Import_ObIsKernelHandle(Handle));
    EXPECT_FALSE(Import_ObIsKernelHandle(NtCurrentProcess()));
    EXPECT_SUCCESS(Import_ObCloseHandle(Handle, KernelMode));
    EXPECT_EQ(Import_ObCloseHandle(Handle, KernelMode), STATUS_INVALID_HANDLE);
    REQUIRE_SUCCESS(Import_ObOpenObjectByPointerWithTag(Event.Object, OBJ_KERNEL_HANDLE, nullptr,
                                                        EVENT_ALL_ACCESS, nullptr, KernelMode, Tag,
                                                        &Handle));
    ZwClose(Handle);
}

EXPORT_CASE(ObReferenceObjectByName, ObQueryNameString) {
    CASE_EVENT Event(L"\\BaseNamedObjects\\KsboxCase");
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\ksboxcase");
    PVOID Object = nullptr;
    EXPECT_SUCCESS(Import_ObReferenceObjectByName(&Name, OBJ_CASE_INSENSITIVE, nullptr, 0,
                                                  ImportedEvent, KernelMode, nullptr, &Object));
    EXPECT_EQ(Object, Event.Object);
    Import_ObfDereferenceObject(Object);
    EXPECT_EQ(Import_ObReferenceObjectByName(&Name, 0, nullptr, 0, ImportedFile, KernelMode,
                                             nullptr, &Object),
              STATUS_OBJECT_TYPE_MISMATCH);
    EXPECT_SUCCESS(Import_ObReferenceObjectByName(&Case.Driver->DriverName, 0, nullptr, 0,
                                                  ImportedDriver, KernelMode, nullptr, &Object));
    EXPECT_EQ(Object, Case.Driver);
    Import_ObfDereferenceObject(Object);
    union {
        OBJECT_NAME_INFORMATION Information;
        UCHAR Room[128];
    } Text;
    ULONG Needed = 0;
    EXPECT_EQ(Import_ObQueryNameString(Event.Object, nullptr, 0, &Needed),
              STATUS_INFO_LENGTH_MISMATCH);
    EXPECT_SUCCESS(Import_ObQueryNameString(Event.Object, &Text.Information, sizeof Text, &Needed));
    EXPECT_TRUE(RtlEqualUnicodeString(&Text.Information.Name, &Name, TRUE));
    CASE_EVENT Unnamed;
    EXPECT_SUCCESS(
        Import_ObQueryNameString(Unnamed.Object, &Text.Information, sizeof Text, &Needed));
    EXPECT_EQ(Text.Information.Name.Length, 0);
}

// A permanent object keeps its name without a handle; a temporary one loses it.
EXPORT_CASE(ObMakeTemporaryObject) {
    CASE_EVENT Event(L"\\BaseNamedObjects\\KsboxCase", OBJ_PERMANENT);
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\KsboxCase");
    PVOID Object = nullptr;
    ZwClose(Event.Handle);
    Event.Handle = nullptr;
    EXPECT_SUCCESS(Import_ObReferenceObjectByName(&Name, 0, nullptr, 0, ImportedEvent, KernelMode,
                                                  nullptr, &Object));
    Import_ObfDereferenceObject(Object);
    Import_ObMakeTemporaryObject(Event.Object);
    EXPECT_EQ(Import_ObReferenceObjectByName(&Name, 0, nullptr, 0, ImportedEvent, KernelMode,
                                             nullptr, &Object),
              STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(ObGetObjectType) {
    EXPECT_EQ(Import_ObGetObjectType(Case.Driver), ImportedDriver);
    EXPECT_EQ(Import_ObGetObjectType(Case.Device), ImportedDevice);
    EXPECT_EQ(Import_ObGetObjectType(KeGetCurrentThread()), ImportedThread);
    EXPECT_EQ(Import_ObGetObjectType(IoGetCurrentIrpStackLocation(Case.Irp)->FileObject),
              ImportedFile);
}
