// The driver's frame: one device, one filter factory with one pin; and its parameter.
#include "tone.h"

static const GUID ToneCategories[] = {{STATICGUIDOF(KSCATEGORY_AUDIO)},
                                      {STATICGUIDOF(KSCATEGORY_CAPTURE)}};

// {3B7C1E02-9A54-4F0D-8C6E-21D5A0F7B348}: the reference string of the filter's device interfaces.
static const GUID ToneReference = {
    0x3b7c1e02, 0x9a54, 0x4f0d, {0x8c, 0x6e, 0x21, 0xd5, 0xa0, 0xf7, 0xb3, 0x48}};

static DEFINE_KSFILTER_DESCRIPTOR(ToneFilterDescriptor){
    NULL, // no filter dispatch: the pin is the object here
    NULL, // no properties of its own
    KSFILTER_DESCRIPTOR_VERSION,
    0, // flags
    &ToneReference,
    DEFINE_KSFILTER_PIN_DESCRIPTORS(TonePinDescriptors),
    DEFINE_KSFILTER_CATEGORIES(ToneCategories),
    DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,
    DEFINE_KSFILTER_DEFAULT_CONNECTIONS,
    NULL};

static const KSFILTER_DESCRIPTOR *const ToneFilters[] = {&ToneFilterDescriptor};

static const KSDEVICE_DESCRIPTOR ToneDeviceDescriptor = {NULL, SIZEOF_ARRAY(ToneFilters),
                                                         ToneFilters, KSDEVICE_DESCRIPTOR_VERSION};

ULONG ToneFrequency = TONE_DEFAULT_FREQUENCY;

static NTSTATUS OpenKey(HANDLE Parent, PUNICODE_STRING Name, PHANDLE Key) {
    OBJECT_ATTRIBUTES Attributes;
    InitializeObjectAttributes(&Attributes, Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Parent,
                               NULL);
    return ZwOpenKey(Key, KEY_READ, &Attributes);
}

// Without the value, or with one that is no frequency, the default stays.
static VOID ReadFrequency(HANDLE Parameters) {
    union {
        KEY_VALUE_PARTIAL_INFORMATION Information;
        UCHAR Bytes[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    } Value;
    UNICODE_STRING Name;
    ULONG Length;
    RtlInitUnicodeString(&Name, L"Frequency");
    const NTSTATUS Status = ZwQueryValueKey(Parameters, &Name, KeyValuePartialInformation, &Value,
                                            sizeof(Value), &Length);
    if (!NT_SUCCESS(Status) || Value.Information.Type != REG_DWORD ||
        Value.Information.DataLength != sizeof(ULONG)) {
        return;
    }
    ULONG Frequency;
    RtlCopyMemory(&Frequency, Value.Information.Data, sizeof(Frequency));
    if (Frequency >= 1 && Frequency <= 96000) {
        ToneFrequency = Frequency;
    }
}

VOID ReadToneFrequency(PUNICODE_STRING RegistryPath) {
    UNICODE_STRING Name;
    HANDLE Service, Parameters;
    if (!NT_SUCCESS(OpenKey(NULL, RegistryPath, &Service))) {
        return;
    }
    RtlInitUnicodeString(&Name, L"Parameters");
    if (NT_SUCCESS(OpenKey(Service, &Name, &Parameters))) {
        ReadFrequency(Parameters);
        ZwClose(Parameters);
    }
    ZwClose(Service);
}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
    ReadToneFrequency(RegistryPath);
    return KsInitializeDriver(DriverObject, RegistryPath, &ToneDeviceDescriptor);
}
