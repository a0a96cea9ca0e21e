// Named objects by handle: events, directories, symbolic links.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwCreateEvent, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, EVENT_TYPE, BOOLEAN);
IMPORT(NTSTATUS, ZwOpenEvent, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES);
IMPORT(NTSTATUS, ZwSetEvent, HANDLE, PLONG);
IMPORT(NTSTATUS, ZwClearEvent, HANDLE);
IMPORT(NTSTATUS, ZwWaitForSingleObject, HANDLE, BOOLEAN, PLARGE_INTEGER);
IMPORT(NTSTATUS, ZwDuplicateObject, HANDLE, HANDLE, HANDLE, PHANDLE, ACCESS_MASK, ULONG, ULONG);
IMPORT(NTSTATUS, ZwMakeTemporaryObject, HANDLE);
IMPORT(NTSTATUS, ZwOpenDirectoryObject, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES);
IMPORT(NTSTATUS, NtClose, HANDLE);
IMPORT(NTSTATUS, IoCreateUnprotectedSymbolicLink, PUNICODE_STRING, PUNICODE_STRING);

struct NAMED {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    explicit NAMED(PCWSTR Path, ULONG Flags = 0, HANDLE Root = nullptr) {
        RtlInitUnicodeString(&Name, Path);
        InitializeObjectAttributes(&Attributes, &Name,
                                   OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE | Flags, Root, nullptr);
    }
};

EXPORT_CASE(ZwCreateEvent, ZwOpenEvent, ZwSetEvent, ZwClearEvent, ZwWaitForSingleObject) {
    NAMED Path(L"\\BaseNamedObjects\\KsboxCase");
    HANDLE First = nullptr, Second = nullptr;
    LARGE_INTEGER AtOnce = {};
    LONG Before = 7;
    EXPECT_EQ(Import_ZwOpenEvent(&First, EVENT_ALL_ACCESS, &Path.Attributes),
              STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(Import_ZwCreateEvent(&First, EVENT_ALL_ACCESS, &Path.Attributes,
                                         SynchronizationEvent, FALSE));
    EXPECT_EQ(Import_ZwCreateEvent(&Second, EVENT_ALL_ACCESS, &Path.Attributes,
                                   SynchronizationEvent, FALSE),
              STATUS_OBJECT_NAME_COLLISION);
    REQUIRE_SUCCESS(Import_ZwOpenEvent(&Second, EVENT_ALL_ACCESS, &Path.Attributes));
    EXPECT_EQ(Import_ZwWaitForSingleObject(First, FALSE, &AtOnce), STATUS_TIMEOUT);
    EXPECT_SUCCESS(Import_ZwSetEvent(Second, &Before));
    EXPECT_EQ(Before, 0);
    EXPECT_SUCCESS(Import_ZwWaitForSingleObject(First, FALSE, &AtOnce));
    EXPECT_EQ(Import_ZwWaitForSingleObject(First, FALSE, &AtOnce), STATUS_TIMEOUT);
    EXPECT_SUCCESS(Import_ZwSetEvent(First, nullptr));
    EXPECT_SUCCESS(Import_ZwClearEvent(First));
    EXPECT_EQ(Import_ZwWaitForSingleObject(First, FALSE, &AtOnce), STATUS_TIMEOUT);
    ZwClose(Second);
    ZwClose(First);
    EXPECT_EQ(Import_ZwSetEvent(First, nullptr), STATUS_INVALID_HANDLE);
}

EXPORT_CASE(ZwDuplicateObject, ZwClose, NtClose) {
    HANDLE Event = nullptr, Copy = nullptr;
    LONG Before = 0;
    REQUIRE_SUCCESS(
        Import_ZwCreateEvent(&Event, EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
    REQUIRE_SUCCESS(Import_ZwDuplicateObject(NtCurrentProcess(), Event, NtCurrentProcess(), &Copy,
                                             0, 0, DUPLICATE_SAME_ACCESS));
    EXPECT_NE(Copy, Event);
    EXPECT_SUCCESS(Import_ZwSetEvent(Copy, &Before));
    EXPECT_SUCCESS(Import_NtClose(Copy));
    EXPECT_SUCCESS(Import_ZwSetEvent(Event, &Before));
    EXPECT_NE(Before, 0); // the same event
    REQUIRE_SUCCESS(Import_ZwDuplicateObject(NtCurrentProcess(), Event, NtCurrentProcess(), &Copy,
                                             0, 0, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    EXPECT_EQ(ZwClose(Event), STATUS_INVALID_HANDLE);
    EXPECT_SUCCESS(ZwClose(Copy));
}

EXPORT_CASE(ZwCreateDirectoryObject, ZwOpenDirectoryObject, ZwMakeTemporaryObject) {
    NAMED Path(L"\\KsboxCase", OBJ_PERMANENT), Inner(L"\\KsboxCase\\Event");
    HANDLE Directory = nullptr, Same = nullptr, Event = nullptr;
    REQUIRE_SUCCESS(ZwCreateDirectoryObject(&Directory, DIRECTORY_ALL_ACCESS, &Path.Attributes));
    EXPECT_EQ(ZwCreateDirectoryObject(&Same, DIRECTORY_ALL_ACCESS, &Path.Attributes),
              STATUS_OBJECT_NAME_COLLISION);
    REQUIRE_SUCCESS(
        Import_ZwCreateEvent(&Event, EVENT_ALL_ACCESS, &Inner.Attributes, NotificationEvent, TRUE));
    REQUIRE_SUCCESS(Import_ZwOpenDirectoryObject(&Same, DIRECTORY_QUERY, &Path.Attributes));
    // A name relative to the directory.
    NAMED Relative(L"Event", 0, Same);
    HANDLE Again = nullptr;
    EXPECT_SUCCESS(Import_ZwOpenEvent(&Again, EVENT_ALL_ACCESS, &Relative.Attributes));
    ZwClose(Again);
    ZwClose(Event);
    ZwClose(Same);
    EXPECT_SUCCESS(Import_ZwMakeTemporaryObject(Directory));
    ZwClose(Directory);
    EXPECT_EQ(Import_ZwOpenDirectoryObject(&Same, DIRECTORY_QUERY, &Path.Attributes),
              STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(IoCreateSymbolicLink, IoCreateUnprotectedSymbolicLink, IoDeleteSymbolicLink,
            ZwOpenSymbolicLinkObject, ZwQuerySymbolicLinkObject) {
    NAMED Link(L"\\??\\KsboxCase"), Second(L"\\??\\KsboxCase2");
    UNICODE_STRING Target = CaseString(L"\\Device\\Null");
    REQUIRE_SUCCESS(IoCreateSymbolicLink(&Link.Name, &Target));
    EXPECT_EQ(IoCreateSymbolicLink(&Link.Name, &Target), STATUS_OBJECT_NAME_COLLISION);
    HANDLE Handle = nullptr;
    REQUIRE_SUCCESS(ZwOpenSymbolicLinkObject(&Handle, GENERIC_READ, &Link.Attributes));
    WCHAR Buffer[32];
    UNICODE_STRING Text = {0, 4, Buffer};
    ULONG Needed = 0;
    EXPECT_EQ(ZwQuerySymbolicLinkObject(Handle, &Text, &Needed), STATUS_BUFFER_TOO_SMALL);
    EXPECT_TRUE(Needed >= Target.Length);
    Text.MaximumLength = sizeof Buffer;
    EXPECT_SUCCESS(ZwQuerySymbolicLinkObject(Handle, &Text, &Needed));
    EXPECT_TRUE(RtlEqualUnicodeString(&Text, &Target, FALSE));
    ZwClose(Handle);
    EXPECT_SUCCESS(IoDeleteSymbolicLink(&Link.Name));
    EXPECT_EQ(IoDeleteSymbolicLink(&Link.Name), STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(Import_IoCreateUnprotectedSymbolicLink(&Second.Name, &Target));
    EXPECT_SUCCESS(IoDeleteSymbolicLink(&Second.Name));
}

EXPORT_CASE(IoCreateNotificationEvent, IoCreateSynchronizationEvent) {
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\KsboxCase");
    UNICODE_STRING Other = CaseString(L"\\BaseNamedObjects\\KsboxCase2");
    HANDLE First = nullptr, Second = nullptr;
    PKEVENT Event = IoCreateNotificationEvent(&Name, &First);
    REQUIRE(Event != nullptr);
    EXPECT_NE(KeReadStateEvent(Event), 0); // made signalled
    EXPECT_EQ(IoCreateNotificationEvent(&Name, &Second), Event);
    ZwClose(Second);
    ZwClose(First);
    Event = IoCreateSynchronizationEvent(&Other, &First);
    REQUIRE(Event != nullptr);
    LARGE_INTEGER AtOnce = {};
    EXPECT_SUCCESS(KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, &AtOnce));
    EXPECT_EQ(KeReadStateEvent(Event), 0);
    ZwClose(First);
}
