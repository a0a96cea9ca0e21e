// Registry keys as objects.
#include "support/pc_case.h"

#include "support/import.h"

namespace {

// A volatile key of the case's own.
PREGISTRYKEY MakeKey(const WCHAR *Path, PULONG Disposition) {
    UNICODE_STRING Name;
    RtlInitUnicodeString(&Name, Path);
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               nullptr, nullptr);
    PREGISTRYKEY Key = nullptr;
    EXPECT_SUCCESS(PcNewRegistryKey(&Key, nullptr, GeneralRegistryKey, KEY_ALL_ACCESS, nullptr,
                                    nullptr, &Attributes, REG_OPTION_VOLATILE, Disposition));
    return Key;
}

const WCHAR Path[] = L"\\Registry\\Machine\\Software\\PcCase";

NTSTATUS NTAPI Seen(PWSTR, ULONG Type, PVOID Data, ULONG Bytes, PVOID Context, PVOID) {
    *static_cast<PULONG>(Context) =
        Type == REG_DWORD && Bytes == sizeof(ULONG) ? *static_cast<PULONG>(Data) : 0;
    return STATUS_SUCCESS;
}

ULONG ValueOf(PREGISTRYKEY Key, PUNICODE_STRING Name, NTSTATUS *Status) {
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 16];
    auto *Value = reinterpret_cast<PKEY_VALUE_PARTIAL_INFORMATION>(Buffer);
    ULONG Length = 0;
    *Status = Key->QueryValueKey(Name, KeyValuePartialInformation, Value, sizeof Buffer, &Length);
    return NT_SUCCESS(*Status) && Value->DataLength == sizeof(ULONG)
               ? *reinterpret_cast<PULONG>(Value->Data)
               : 0;
}

} // namespace

EXPORT_CASE(PcNewRegistryKey) {
    ULONG Disposition = 0;
    PREGISTRYKEY Key = MakeKey(Path, &Disposition);
    REQUIRE(Key != nullptr);
    EXPECT_EQ(Disposition, REG_CREATED_NEW_KEY);
    PREGISTRYKEY Again = MakeKey(Path, &Disposition);
    EXPECT_EQ(Disposition, REG_OPENED_EXISTING_KEY);
    if (Again != nullptr)
        Again->Release();

    UNICODE_STRING Volume = CaseString(L"Volume"), Missing = CaseString(L"Missing");
    ULONG Seven = 7, Eight = 8;
    NTSTATUS Status;
    EXPECT_SUCCESS(Key->SetValueKey(&Volume, REG_DWORD, &Seven, sizeof Seven));
    EXPECT_EQ(ValueOf(Key, &Volume, &Status), 7);
    EXPECT_SUCCESS(Key->SetValueKey(nullptr, REG_DWORD, &Eight, sizeof Eight)); // without a name
    EXPECT_EQ(ValueOf(Key, nullptr, &Status), 8);
    ValueOf(Key, &Missing, &Status);
    EXPECT_EQ(Status, STATUS_OBJECT_NAME_NOT_FOUND);

    UCHAR Buffer[256];
    ULONG Length = 0;
    auto *Full = reinterpret_cast<PKEY_FULL_INFORMATION>(Buffer);
    EXPECT_SUCCESS(Key->QueryKey(KeyFullInformation, Full, sizeof Buffer, &Length));
    EXPECT_EQ(Full->Values, 2);
    EXPECT_EQ(Full->SubKeys, 0);
    EXPECT_EQ(Key->QueryKey(KeyFullInformation, Full, 4, &Length), STATUS_BUFFER_TOO_SMALL);
    EXPECT_TRUE(Length > 4);
    auto *Basic = reinterpret_cast<PKEY_VALUE_BASIC_INFORMATION>(Buffer);
    EXPECT_SUCCESS(
        Key->EnumerateValueKey(1, KeyValueBasicInformation, Basic, sizeof Buffer, &Length));
    EXPECT_EQ(Key->EnumerateValueKey(2, KeyValueBasicInformation, Basic, sizeof Buffer, &Length),
              STATUS_NO_MORE_ENTRIES);

    ULONG Answer = 0;
    RTL_QUERY_REGISTRY_TABLE Table[2] = {};
    Table[0].QueryRoutine = Seen;
    Table[0].Name = Volume.Buffer;
    EXPECT_SUCCESS(Key->QueryRegistryValues(Table, &Answer));
    EXPECT_EQ(Answer, 7);
    EXPECT_EQ(Key->QueryRegistryValues(nullptr, nullptr), STATUS_INVALID_PARAMETER);
    Table[0].Flags = RTL_QUERY_REGISTRY_REQUIRED;
    Table[0].Name = Missing.Buffer;
    EXPECT_EQ(Key->QueryRegistryValues(Table, &Answer), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(Key->DeleteKey());
    EXPECT_EQ(Key->QueryKey(KeyFullInformation, Full, sizeof Buffer, &Length),
              STATUS_INVALID_HANDLE); // it is discarded
    EXPECT_EQ(Key->Release(), 0);
}

EXPORT_CASE(PcNewRegistryKey) {
    PREGISTRYKEY Key = MakeKey(Path, nullptr), Child = nullptr;
    REQUIRE(Key != nullptr);
    UNICODE_STRING Name = CaseString(L"Child");
    ULONG Disposition = 0;
    EXPECT_EQ(Key->NewSubKey(nullptr, nullptr, KEY_READ, &Name, 0, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Key->NewSubKey(&Child, nullptr, KEY_READ, nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(
        Key->NewSubKey(&Child, nullptr, KEY_ALL_ACCESS, &Name, REG_OPTION_VOLATILE, &Disposition));
    EXPECT_EQ(Disposition, REG_CREATED_NEW_KEY);
    UCHAR Buffer[256];
    ULONG Length = 0;
    auto *Basic = reinterpret_cast<PKEY_BASIC_INFORMATION>(Buffer);
    EXPECT_SUCCESS(Key->EnumerateKey(0, KeyBasicInformation, Basic, sizeof Buffer, &Length));
    EXPECT_EQ(Basic->NameLength, Name.Length);
    EXPECT_EQ(Key->EnumerateKey(1, KeyBasicInformation, Basic, sizeof Buffer, &Length),
              STATUS_NO_MORE_ENTRIES);
    EXPECT_EQ(Key->DeleteKey(), STATUS_CANNOT_DELETE); // it has a subkey
    EXPECT_SUCCESS(Child->DeleteKey());
    PREGISTRYKEY Grandchild = nullptr;
    EXPECT_EQ(Child->NewSubKey(&Grandchild, nullptr, KEY_READ, &Name, 0, nullptr),
              STATUS_INVALID_HANDLE);
    EXPECT_EQ(Grandchild, nullptr);
    EXPECT_EQ(Child->Release(), 0);
    EXPECT_SUCCESS(Key->DeleteKey());
    EXPECT_EQ(Key->Release(), 0);
}

EXPORT_CASE(PcNewRegistryKey) {
    PREGISTRYKEY Key = nullptr;
    EXPECT_EQ(PcNewRegistryKey(nullptr, nullptr, DriverRegistryKey, KEY_READ, Case.Device, nullptr,
                               nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewRegistryKey(&Key, nullptr, GeneralRegistryKey, KEY_READ, nullptr, nullptr,
                               nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER); // no name
    EXPECT_EQ(PcNewRegistryKey(&Key, nullptr, DeviceRegistryKey, KEY_READ, nullptr, nullptr,
                               nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER); // no device
    EXPECT_EQ(PcNewRegistryKey(&Key, nullptr, DeviceInterfaceRegistryKey, KEY_READ, Case.Device,
                               nullptr, nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER); // a port's affair
    EXPECT_EQ(
        PcNewRegistryKey(&Key, nullptr, 5, KEY_READ, Case.Device, nullptr, nullptr, 0, nullptr),
        STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Key, nullptr);

    UNICODE_STRING Name = CaseString(L"PcCase");
    const ULONG Types[] = {DeviceRegistryKey, DriverRegistryKey, HwProfileRegistryKey};
    for (ULONG Type : Types) {
        // From the top of the stack as from the bottom.
        REQUIRE_SUCCESS(PcNewRegistryKey(&Key, nullptr, Type, KEY_ALL_ACCESS, Case.Device, nullptr,
                                         nullptr, 0, nullptr));
        EXPECT_SUCCESS(Key->SetValueKey(&Name, REG_DWORD, &Type, sizeof Type));
        EXPECT_EQ(Key->Release(), 0);
    }
    // Three keys, not one.
    const ULONG Where[][2] = {{DeviceRegistryKey, PLUGPLAY_REGKEY_DEVICE},
                              {DriverRegistryKey, PLUGPLAY_REGKEY_DRIVER}};
    for (const auto &Pair : Where) {
        HANDLE Handle = nullptr;
        REQUIRE_SUCCESS(IoOpenDeviceRegistryKey(Case.PhysicalDevice, Pair[1], KEY_READ, &Handle));
        UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 16];
        auto *Value = reinterpret_cast<PKEY_VALUE_PARTIAL_INFORMATION>(Buffer);
        ULONG Length = 0;
        EXPECT_SUCCESS(ZwQueryValueKey(Handle, &Name, KeyValuePartialInformation, Value,
                                       sizeof Buffer, &Length));
        EXPECT_EQ(*reinterpret_cast<PULONG>(Value->Data), Pair[0]);
        ZwClose(Handle);
    }
}
