// Opens ServiceKey\Parameters and queries one value. See parameters.h.
#include "parameters.h"

static NTSTATUS OpenKey(PUNICODE_STRING Name, HANDLE Parent, PHANDLE Key) {
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Parent,
                               NULL);
    return ZwOpenKey(Key, KEY_READ, &Attributes);
}

static NTSTATUS CopyText(const KEY_VALUE_PARTIAL_INFORMATION *Value, PWSTR Text, ULONG Capacity) {
    ULONG Length = Value->DataLength / sizeof(WCHAR);
    if (Value->Type != REG_SZ) {
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (Length >= Capacity) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Text, Value->Data, Length * sizeof(WCHAR));
    Text[Length] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS ReadTextParameter(PUNICODE_STRING ServiceKey, PCWSTR Name, PWSTR Text, ULONG Capacity) {
    union {
        KEY_VALUE_PARTIAL_INFORMATION Information;
        UCHAR Bytes[256];
    } Value;
    UNICODE_STRING Parameters;
    UNICODE_STRING ValueName;
    HANDLE Service;
    HANDLE Key;
    ULONG Length;
    NTSTATUS Status;

    Text[0] = 0;
    RtlInitUnicodeString(&Parameters, L"Parameters");
    RtlInitUnicodeString(&ValueName, Name);
    Status = OpenKey(ServiceKey, NULL, &Service);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = OpenKey(&Parameters, Service, &Key);
    ZwClose(Service);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Status = ZwQueryValueKey(Key, &ValueName, KeyValuePartialInformation, &Value, sizeof(Value),
                             &Length);
    ZwClose(Key);
    return NT_SUCCESS(Status) ? CopyText(&Value.Information, Text, Capacity) : Status;
}
