// The Rtl functions that reach the registry by a place and a path.
#include "support/case.h"
#include "support/import.h"

#ifndef RTL_QUERY_REGISTRY_TYPECHECK
#define RTL_QUERY_REGISTRY_TYPECHECK 0x100
#endif

static const WCHAR Key[] = L"\\Registry\\Machine\\Software\\KsboxCase";

EXPORT_CASE(RtlCreateRegistryKey, RtlCheckRegistryKey, RtlWriteRegistryValue,
            RtlDeleteRegistryValue) {
    PWSTR Path = const_cast<PWSTR>(Key);
    ULONG Value = 7;
    EXPECT_EQ(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, Path), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE, Path));
    EXPECT_SUCCESS(RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, Path));
    EXPECT_SUCCESS(
        RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, Path, L"V", REG_DWORD, &Value, sizeof Value));
    EXPECT_SUCCESS(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, Path, L"V"));
    EXPECT_EQ(RtlDeleteRegistryValue(RTL_REGISTRY_ABSOLUTE, Path, L"V"),
              STATUS_OBJECT_NAME_NOT_FOUND);
    // What is below the services and the control set.
    EXPECT_SUCCESS(RtlCheckRegistryKey(RTL_REGISTRY_CONTROL, const_cast<PWSTR>(L"Class")));
    EXPECT_SUCCESS(RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, L"KsboxCase", L"V", REG_DWORD,
                                         &Value, sizeof Value));
    EXPECT_SUCCESS(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, const_cast<PWSTR>(L"KsboxCase")));
}

struct SEEN {
    ULONG Calls, Type, Length, Value;
};

static NTSTATUS NTAPI Look(PWSTR, ULONG Type, PVOID Data, ULONG Length, PVOID Context, PVOID) {
    auto &Seen = *static_cast<SEEN *>(Context);
    ++Seen.Calls;
    Seen.Type = Type;
    Seen.Length = Length;
    Seen.Value = Length >= sizeof(ULONG) ? *static_cast<ULONG *>(Data) : 0;
    return STATUS_SUCCESS;
}

EXPORT_CASE(RtlQueryRegistryValues) {
    PWSTR Path = const_cast<PWSTR>(Key);
    ULONG Rate = 48000, Read = 0, Missing = 0, Default = 5;
    const WCHAR Name[] = L"loop", Many[] = L"a\0b\0";
    RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE, Path);
    RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, Key, L"Rate", REG_DWORD, &Rate, sizeof Rate);
    RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, Key, L"Name", REG_SZ, (PVOID)Name, sizeof Name);
    RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, Key, L"Many", REG_MULTI_SZ, (PVOID)Many,
                          sizeof Many);
    UNICODE_STRING Text = {};
    RTL_QUERY_REGISTRY_TABLE Table[4] = {};
    const ULONG Direct = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    Table[0] = {nullptr, Direct, const_cast<PWSTR>(L"Rate"), &Read, REG_DWORD << 24, nullptr, 0};
    Table[1] = {nullptr, Direct, const_cast<PWSTR>(L"Name"), &Text, REG_SZ << 24, nullptr, 0};
    Table[2] = {nullptr,
                RTL_QUERY_REGISTRY_DIRECT,
                const_cast<PWSTR>(L"None"),
                &Missing,
                REG_DWORD,
                &Default,
                sizeof Default};
    EXPECT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Table, nullptr, nullptr));
    EXPECT_EQ(Read, 48000);
    EXPECT_EQ(Missing, 5);
    UNICODE_STRING Expected = CaseString(L"loop");
    EXPECT_TRUE(RtlEqualUnicodeString(&Text, &Expected, FALSE));
    RtlFreeUnicodeString(&Text);
    // A value of another type than asked for.
    Table[0].DefaultType = REG_SZ << 24;
    Table[0].EntryContext = &Text;
    Text = {};
    EXPECT_EQ(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Table, nullptr, nullptr),
              STATUS_OBJECT_TYPE_MISMATCH);
    // A routine sees each string of a list, or the whole list.
    SEEN Seen = {};
    RTL_QUERY_REGISTRY_TABLE Calls[2] = {};
    Calls[0] = {Look, 0, const_cast<PWSTR>(L"Many"), nullptr, REG_NONE, nullptr, 0};
    EXPECT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Calls, &Seen, nullptr));
    EXPECT_TRUE(Seen.Calls == 2 && Seen.Type == REG_SZ && Seen.Length == 4);
    Calls[0].Flags = RTL_QUERY_REGISTRY_NOEXPAND;
    EXPECT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Calls, &Seen, nullptr));
    EXPECT_TRUE(Seen.Calls == 3 && Seen.Type == REG_MULTI_SZ && Seen.Length == sizeof Many);
    // Required, and gone after it was read.
    Calls[0] = {Look,
                RTL_QUERY_REGISTRY_REQUIRED | RTL_QUERY_REGISTRY_DELETE,
                const_cast<PWSTR>(L"Rate"),
                nullptr,
                REG_NONE,
                nullptr,
                0};
    EXPECT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Calls, &Seen, nullptr));
    EXPECT_EQ(Seen.Value, 48000);
    EXPECT_EQ(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Key, Calls, &Seen, nullptr),
              STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, L"\\Registry\\Machine\\none", Calls,
                                     &Seen, nullptr),
              STATUS_OBJECT_NAME_NOT_FOUND);
}
