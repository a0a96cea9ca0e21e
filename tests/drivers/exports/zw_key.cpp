// Registry keys by handle.
#include "support/case.h"
#include "support/import.h"

IMPORT(NTSTATUS, ZwOpenKeyEx, PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, ULONG);

static NTSTATUS Create(PCWSTR Path, HANDLE Root, ULONG Options, PHANDLE Handle,
                       PULONG Disposition) {
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    RtlInitUnicodeString(&Name, Path);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Root,
                               nullptr);
    return ZwCreateKey(Handle, KEY_ALL_ACCESS, &Attributes, 0, nullptr, Options, Disposition);
}

// A key of the case's own, deleted at the end.
struct CASE_KEY {
    HANDLE Handle = nullptr;
    CASE_KEY() {
        EXPECT_SUCCESS(
            Create(L"\\Registry\\Machine\\Software\\KsboxCase", nullptr, 0, &Handle, nullptr));
    }
    ~CASE_KEY() {
        ZwDeleteKey(Handle);
        ZwClose(Handle);
    }
    NTSTATUS Set(PCWSTR Name, ULONG Type, const void *Data, ULONG Bytes) {
        UNICODE_STRING Text;
        RtlInitUnicodeString(&Text, Name);
        return ZwSetValueKey(Handle, &Text, 0, Type, const_cast<PVOID>(Data), Bytes);
    }
};

EXPORT_CASE(ZwCreateKey, ZwOpenKey, ZwOpenKeyEx, ZwDeleteKey, ZwFlushKey) {
    HANDLE Key = nullptr, Child = nullptr, Same = nullptr;
    ULONG Disposition = 0;
    REQUIRE_SUCCESS(
        Create(L"\\Registry\\Machine\\Software\\KsboxCase", nullptr, 0, &Key, &Disposition));
    EXPECT_EQ(Disposition, REG_CREATED_NEW_KEY);
    REQUIRE_SUCCESS(Create(L"Child", Key, REG_OPTION_VOLATILE, &Child, nullptr));
    EXPECT_EQ(Create(L"Stays", Child, 0, &Same, nullptr), STATUS_CHILD_MUST_BE_VOLATILE);
    REQUIRE_SUCCESS(Create(L"CHILD", Key, 0, &Same, &Disposition));
    EXPECT_EQ(Disposition, REG_OPENED_EXISTING_KEY);
    ZwClose(Same);
    UNICODE_STRING Name = CaseString(L"child"), None = CaseString(L"none");
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Key,
                               nullptr);
    REQUIRE_SUCCESS(ZwOpenKey(&Same, KEY_READ, &Attributes));
    ZwClose(Same);
    REQUIRE_SUCCESS(Import_ZwOpenKeyEx(&Same, KEY_READ, &Attributes, 0));
    EXPECT_SUCCESS(ZwFlushKey(Same));
    EXPECT_EQ(ZwDeleteKey(Same), STATUS_ACCESS_DENIED); // opened without DELETE
    ZwClose(Same);
    EXPECT_EQ(Import_ZwOpenKeyEx(&Same, KEY_READ, &Attributes, 0x8000), STATUS_INVALID_PARAMETER_4);
    Attributes.ObjectName = &None;
    EXPECT_EQ(ZwOpenKey(&Same, KEY_READ, &Attributes), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(ZwDeleteKey(Key), STATUS_CANNOT_DELETE); // has a subkey
    EXPECT_SUCCESS(ZwDeleteKey(Child));
    EXPECT_EQ(ZwFlushKey(Child), STATUS_KEY_DELETED);
    EXPECT_SUCCESS(ZwDeleteKey(Key));
    ZwClose(Child);
    ZwClose(Key);
    EXPECT_EQ(ZwFlushKey(Key), STATUS_INVALID_HANDLE);
}

EXPORT_CASE(ZwNotifyChangeKey) {
    CASE_KEY Key;
    HANDLE Child = nullptr, Event = nullptr;
    REQUIRE_SUCCESS(Create(L"Child", Key.Handle, 0, &Child, nullptr));
    UNICODE_STRING Name = CaseString(L"\\BaseNamedObjects\\KsboxCase");
    PKEVENT Object = IoCreateNotificationEvent(&Name, &Event);
    REQUIRE(Object != nullptr);
    IO_STATUS_BLOCK Block = {};
    ULONG Value = 1;
    const auto Watch = [&](HANDLE Handle, ULONG Filter, BOOLEAN Tree) {
        return ZwNotifyChangeKey(Handle, Event, nullptr, nullptr, &Block, Filter, Tree, nullptr, 0,
                                 TRUE);
    };
    EXPECT_EQ(Watch(Key.Handle, 0, FALSE), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Watch(Key.Handle, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
    EXPECT_EQ(KeReadStateEvent(Object), 0);
    EXPECT_SUCCESS(Key.Set(L"V", REG_DWORD, &Value, sizeof Value));
    EXPECT_NE(KeReadStateEvent(Object), 0);
    EXPECT_TRUE(NT_SUCCESS(Block.Status));
    // The same value again is no change.
    EXPECT_EQ(Watch(Key.Handle, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
    EXPECT_SUCCESS(Key.Set(L"V", REG_DWORD, &Value, sizeof Value));
    EXPECT_EQ(KeReadStateEvent(Object), 0);
    Value = 2;
    EXPECT_SUCCESS(Key.Set(L"V", REG_DWORD, &Value, sizeof Value));
    EXPECT_NE(KeReadStateEvent(Object), 0);
    // What happens below counts for a tree only.
    HANDLE Below = nullptr;
    EXPECT_EQ(Watch(Key.Handle, REG_NOTIFY_CHANGE_NAME, TRUE), STATUS_PENDING);
    REQUIRE_SUCCESS(Create(L"Below", Child, 0, &Below, nullptr));
    EXPECT_NE(KeReadStateEvent(Object), 0);
    EXPECT_EQ(Watch(Key.Handle, REG_NOTIFY_CHANGE_NAME, FALSE), STATUS_PENDING);
    EXPECT_SUCCESS(ZwDeleteKey(Below));
    ZwClose(Below);
    EXPECT_EQ(KeReadStateEvent(Object), 0);
    EXPECT_SUCCESS(ZwDeleteKey(Child));
    EXPECT_NE(KeReadStateEvent(Object), 0);
    ZwClose(Child);
    // Closing the handle ends the watch.
    HANDLE Second = nullptr;
    REQUIRE_SUCCESS(
        Create(L"\\Registry\\Machine\\Software\\KsboxCase", nullptr, 0, &Second, nullptr));
    EXPECT_EQ(Watch(Second, REG_NOTIFY_CHANGE_LAST_SET, FALSE), STATUS_PENDING);
    ZwClose(Second);
    EXPECT_NE(KeReadStateEvent(Object), 0);
    EXPECT_EQ(Block.Status, STATUS_NOTIFY_CLEANUP);
    // The synchronous form comes back with the change.
    {
        CaseThread Waiter([&] {
            IO_STATUS_BLOCK Own = {};
            EXPECT_TRUE(NT_SUCCESS(ZwNotifyChangeKey(Key.Handle, nullptr, nullptr, nullptr, &Own,
                                                     REG_NOTIFY_CHANGE_LAST_SET, FALSE, nullptr, 0,
                                                     FALSE)));
        });
        CaseSleep(10);
        Value = 3;
        EXPECT_SUCCESS(Key.Set(L"V", REG_DWORD, &Value, sizeof Value));
    }
    ZwClose(Event);
}

// Too small for the fixed part, too small for the rest, just right.
EXPORT_CASE(ZwSetValueKey, ZwQueryValueKey, ZwDeleteValueKey) {
    CASE_KEY Key;
    ULONG Rate = 48000, Needed = 0;
    UNICODE_STRING Name = CaseString(L"Rate");
    EXPECT_SUCCESS(Key.Set(L"Rate", REG_DWORD, &Rate, sizeof Rate));
    union {
        KEY_VALUE_PARTIAL_INFORMATION Partial;
        KEY_VALUE_FULL_INFORMATION Full;
        KEY_VALUE_BASIC_INFORMATION Basic;
        UCHAR Room[64];
    } Info;
    const ULONG Fixed = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);
    EXPECT_EQ(ZwQueryValueKey(Key.Handle, &Name, KeyValuePartialInformation, nullptr, 0, &Needed),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Needed, Fixed + 4);
    EXPECT_EQ(
        ZwQueryValueKey(Key.Handle, &Name, KeyValuePartialInformation, &Info, Fixed + 2, &Needed),
        STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Info.Partial.DataLength, 4);
    EXPECT_SUCCESS(
        ZwQueryValueKey(Key.Handle, &Name, KeyValuePartialInformation, &Info, Needed, &Needed));
    EXPECT_EQ(Info.Partial.Type, REG_DWORD);
    EXPECT_EQ(*(ULONG *)Info.Partial.Data, 48000);
    EXPECT_SUCCESS(
        ZwQueryValueKey(Key.Handle, &Name, KeyValueFullInformation, &Info, sizeof Info, &Needed));
    EXPECT_EQ(Info.Full.NameLength, 8);
    EXPECT_EQ(*(ULONG *)(Info.Room + Info.Full.DataOffset), 48000);
    EXPECT_SUCCESS(
        ZwQueryValueKey(Key.Handle, &Name, KeyValueBasicInformation, &Info, sizeof Info, &Needed));
    EXPECT_TRUE(Info.Basic.NameLength == 8 && Info.Basic.Name[0] == L'R');
    // The value without a name is the key's default.
    UNICODE_STRING Empty = {};
    EXPECT_SUCCESS(ZwSetValueKey(Key.Handle, &Empty, 0, REG_BINARY, nullptr, 0));
    EXPECT_SUCCESS(ZwQueryValueKey(Key.Handle, &Empty, KeyValuePartialInformation, &Info,
                                   sizeof Info, &Needed));
    EXPECT_EQ(Info.Partial.DataLength, 0);
    EXPECT_SUCCESS(ZwDeleteValueKey(Key.Handle, &Name));
    EXPECT_EQ(ZwDeleteValueKey(Key.Handle, &Name), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(
        ZwQueryValueKey(Key.Handle, &Name, KeyValuePartialInformation, &Info, sizeof Info, &Needed),
        STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(ZwQueryKey, ZwEnumerateKey, ZwEnumerateValueKey) {
    CASE_KEY Key;
    HANDLE B = nullptr, A = nullptr;
    ULONG One = 1, Needed = 0;
    REQUIRE_SUCCESS(Create(L"B", Key.Handle, 0, &B, nullptr));
    REQUIRE_SUCCESS(Create(L"a", Key.Handle, 0, &A, nullptr));
    Key.Set(L"first", REG_DWORD, &One, sizeof One);
    Key.Set(L"second", REG_BINARY, &One, 3);
    union {
        KEY_FULL_INFORMATION Full;
        KEY_BASIC_INFORMATION Basic;
        KEY_VALUE_BASIC_INFORMATION Value;
        struct {
            ULONG NameLength;
            WCHAR Name[1];
        } Name;
        UCHAR Room[256];
    } Info;
    EXPECT_SUCCESS(ZwQueryKey(Key.Handle, KeyFullInformation, &Info, sizeof Info, &Needed));
    EXPECT_TRUE(Info.Full.SubKeys == 2 && Info.Full.Values == 2);
    EXPECT_TRUE(Info.Full.MaxNameLen == 2 && Info.Full.MaxValueNameLen == 12 &&
                Info.Full.MaxValueDataLen == 4);
    EXPECT_SUCCESS(ZwQueryKey(Key.Handle, KeyNameInformation, &Info, sizeof Info, &Needed));
    UNICODE_STRING Path = {(USHORT)Info.Name.NameLength, (USHORT)Info.Name.NameLength,
                           Info.Name.Name};
    UNICODE_STRING Expected = CaseString(L"\\REGISTRY\\MACHINE\\SOFTWARE\\KSBOXCASE");
    EXPECT_TRUE(RtlEqualUnicodeString(&Path, &Expected, TRUE));
    EXPECT_EQ(ZwQueryKey(Key.Handle, KeyFullInformation, &Info, 4, &Needed),
              STATUS_BUFFER_TOO_SMALL);
    // Subkeys come in the order of their names.
    EXPECT_SUCCESS(ZwEnumerateKey(Key.Handle, 0, KeyBasicInformation, &Info, sizeof Info, &Needed));
    EXPECT_TRUE(Info.Basic.NameLength == 2 && Info.Basic.Name[0] == L'a');
    EXPECT_EQ(ZwEnumerateKey(Key.Handle, 1, KeyBasicInformation, &Info,
                             FIELD_OFFSET(KEY_BASIC_INFORMATION, Name), &Needed),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Needed, FIELD_OFFSET(KEY_BASIC_INFORMATION, Name) + 2);
    EXPECT_EQ(ZwEnumerateKey(Key.Handle, 2, KeyBasicInformation, &Info, sizeof Info, &Needed),
              STATUS_NO_MORE_ENTRIES);
    EXPECT_SUCCESS(
        ZwEnumerateValueKey(Key.Handle, 1, KeyValueBasicInformation, &Info, sizeof Info, &Needed));
    EXPECT_TRUE(Info.Value.Type == REG_BINARY && Info.Value.NameLength == 12);
    EXPECT_EQ(
        ZwEnumerateValueKey(Key.Handle, 2, KeyValueBasicInformation, &Info, sizeof Info, &Needed),
        STATUS_NO_MORE_ENTRIES);
    ZwDeleteKey(A);
    ZwDeleteKey(B);
    ZwClose(A);
    ZwClose(B);
}
