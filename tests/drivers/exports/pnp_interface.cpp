// Device interfaces: registering, enabling, finding, their keys and properties.
#include "support/case.h"

// {0F6A1C22-5B3D-4E8F-9A01-1122334455A1} and …A2
static const GUID ClassOne = {
    0x0f6a1c22, 0x5b3d, 0x4e8f, {0x9a, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xa1}};
static const GUID ClassTwo = {
    0x0f6a1c22, 0x5b3d, 0x4e8f, {0x9a, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xa2}};
static const DEVPROPKEY OwnKey = {
    {0x0f6a1c22, 0x5b3d, 0x4e8f, {0x9a, 0x01, 0x11, 0x22, 0x33, 0x44, 0x55, 0xb0}}, 5};

static UNICODE_STRING Text(const WCHAR *Literal) {
    UNICODE_STRING String;
    RtlInitUnicodeString(&String, Literal);
    return String;
}

// Strings in a REG_MULTI_SZ.
static ULONG CountStrings(const WCHAR *List) {
    ULONG Count = 0;
    for (; *List; ++Count)
        while (*List++)
            ;
    return Count;
}

EXPORT_CASE(IoRegisterDeviceInterface) {
    UNICODE_STRING Reference = Text(L"wave"), Bad = Text(L"a\\b");
    UNICODE_STRING Plain = {}, Named = {}, Again = {};
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, nullptr, &Plain));
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, &Reference, &Named));
    UNICODE_STRING Prefix = Text(L"\\??\\");
    EXPECT_TRUE(RtlPrefixUnicodeString(&Prefix, &Plain, FALSE));
    EXPECT_TRUE(RtlPrefixUnicodeString(&Plain, &Named, TRUE));
    EXPECT_EQ(Named.Length, Plain.Length + Reference.Length + sizeof(WCHAR));
    EXPECT_TRUE(
        NT_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, nullptr, &Again)));
    EXPECT_TRUE(RtlEqualUnicodeString(&Plain, &Again, FALSE));
    RtlFreeUnicodeString(&Again);
    EXPECT_EQ(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, &Bad, &Again),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(IoRegisterDeviceInterface(Case.Device, &ClassOne, nullptr, &Again),
              STATUS_INVALID_DEVICE_REQUEST); // no PDO
    RtlFreeUnicodeString(&Plain);
    RtlFreeUnicodeString(&Named);
}

// The link leads to the stack while the interface is enabled.
EXPORT_CASE(IoSetDeviceInterfaceState, IoGetDeviceInterfaces) {
    UNICODE_STRING Link = {}, Unknown = Text(L"\\??\\ROOT#NOBODY#0000#{none}");
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, nullptr, &Link));
    PWSTR List = nullptr;
    EXPECT_SUCCESS(IoGetDeviceInterfaces(&ClassOne, nullptr, 0, &List));
    EXPECT_EQ(CountStrings(List), 0);
    ExFreePool(List);
    EXPECT_SUCCESS(
        IoGetDeviceInterfaces(&ClassOne, nullptr, DEVICE_INTERFACE_INCLUDE_NONACTIVE, &List));
    EXPECT_EQ(CountStrings(List), 1);
    ExFreePool(List);

    EXPECT_EQ(IoSetDeviceInterfaceState(&Link, FALSE), STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, TRUE));
    EXPECT_EQ(IoSetDeviceInterfaceState(&Link, TRUE), STATUS_OBJECT_NAME_EXISTS);
    EXPECT_EQ(IoSetDeviceInterfaceState(&Unknown, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);
    PFILE_OBJECT File;
    PDEVICE_OBJECT Device;
    EXPECT_SUCCESS(IoGetDeviceObjectPointer(&Link, FILE_READ_DATA, &File, &Device));
    EXPECT_EQ(Device, Case.Device);
    ObDereferenceObject(File);
    EXPECT_SUCCESS(IoGetDeviceInterfaces(&ClassOne, Case.PhysicalDevice, 0, &List));
    UNICODE_STRING Found = Text(List);
    EXPECT_TRUE(RtlEqualUnicodeString(&Found, &Link, FALSE));
    ExFreePool(List);
    EXPECT_EQ(IoGetDeviceInterfaces(&ClassOne, Case.Device, 0, &List),
              STATUS_INVALID_DEVICE_REQUEST);

    EXPECT_SUCCESS(IoSetDeviceInterfaceState(&Link, FALSE));
    EXPECT_EQ(IoGetDeviceObjectPointer(&Link, FILE_READ_DATA, &File, &Device),
              STATUS_OBJECT_NAME_NOT_FOUND);
    RtlFreeUnicodeString(&Link);
}

// An alias is the other class's interface of the same device and reference string.
EXPORT_CASE(IoGetDeviceInterfaceAlias) {
    UNICODE_STRING Reference = Text(L"topology");
    UNICODE_STRING One = {}, Two = {}, Alias = {}, Unknown = Text(L"\\??\\nobody");
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, &Reference, &One));
    EXPECT_EQ(IoGetDeviceInterfaceAlias(&One, &ClassTwo, &Alias), STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassTwo, &Reference, &Two));
    REQUIRE_SUCCESS(IoGetDeviceInterfaceAlias(&One, &ClassTwo, &Alias));
    EXPECT_TRUE(RtlEqualUnicodeString(&Alias, &Two, TRUE));
    RtlFreeUnicodeString(&Alias);
    EXPECT_EQ(IoGetDeviceInterfaceAlias(&Unknown, &ClassTwo, &Alias), STATUS_INVALID_HANDLE);
    RtlFreeUnicodeString(&One);
    RtlFreeUnicodeString(&Two);
}

static NTSTATUS SetAndQuery(HANDLE Key) {
    UNICODE_STRING Name = Text(L"Case");
    ULONG Value = 0x1234;
    NTSTATUS Status = ZwSetValueKey(Key, &Name, 0, REG_DWORD, &Value, sizeof Value);
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 8];
    ULONG Bytes = 0;
    if (NT_SUCCESS(Status))
        Status =
            ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Buffer, sizeof Buffer, &Bytes);
    EXPECT_EQ(((PKEY_VALUE_PARTIAL_INFORMATION)Buffer)->DataLength, 4);
    return Status;
}

EXPORT_CASE(IoOpenDeviceInterfaceRegistryKey, IoOpenDeviceRegistryKey, IoOpenDriverRegistryKey) {
    UNICODE_STRING Link = {}, Unknown = Text(L"\\??\\nobody");
    HANDLE Key = nullptr;
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, nullptr, &Link));
    EXPECT_EQ(IoOpenDeviceInterfaceRegistryKey(&Unknown, KEY_ALL_ACCESS, &Key),
              STATUS_OBJECT_NAME_NOT_FOUND);
    REQUIRE_SUCCESS(IoOpenDeviceInterfaceRegistryKey(&Link, KEY_ALL_ACCESS, &Key));
    EXPECT_SUCCESS(SetAndQuery(Key));
    EXPECT_SUCCESS(ZwClose(Key));
    const ULONG Kinds[] = {PLUGPLAY_REGKEY_DEVICE, PLUGPLAY_REGKEY_DRIVER};
    for (ULONG Kind : Kinds) {
        REQUIRE_SUCCESS(IoOpenDeviceRegistryKey(Case.PhysicalDevice, Kind, KEY_ALL_ACCESS, &Key));
        EXPECT_SUCCESS(SetAndQuery(Key));
        EXPECT_SUCCESS(ZwClose(Key));
    }
    EXPECT_EQ(IoOpenDeviceRegistryKey(Case.PhysicalDevice, 0, KEY_READ, &Key),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(IoOpenDeviceRegistryKey(Case.Device, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &Key),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(
        IoOpenDriverRegistryKey(Case.Driver, DriverRegKeyParameters, KEY_ALL_ACCESS, 0, &Key));
    EXPECT_SUCCESS(SetAndQuery(Key));
    EXPECT_SUCCESS(ZwClose(Key));
    EXPECT_EQ(IoOpenDriverRegistryKey(Case.Driver, (DRIVER_REGKEY_TYPE)99, KEY_READ, 0, &Key),
              STATUS_INVALID_PARAMETER);
    RtlFreeUnicodeString(&Link);
}

EXPORT_CASE(IoSetDeviceInterfacePropertyData, IoGetDeviceInterfacePropertyData) {
    UNICODE_STRING Link = {}, Unknown = Text(L"\\??\\nobody");
    ULONG Value = 41, Got = 0, Required = 0;
    DEVPROPTYPE Type = 99;
    REQUIRE_SUCCESS(IoRegisterDeviceInterface(Case.PhysicalDevice, &ClassOne, nullptr, &Link));
    EXPECT_EQ(
        IoGetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, sizeof Got, &Got, &Required, &Type),
        STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_SUCCESS(IoSetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, DEVPROP_TYPE_UINT32,
                                                    sizeof Value, &Value));
    EXPECT_EQ(IoGetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, 2, &Got, &Required, &Type),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Required, 4);
    EXPECT_SUCCESS(
        IoGetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, sizeof Got, &Got, &Required, &Type));
    EXPECT_EQ(Got, 41);
    EXPECT_EQ(Type, DEVPROP_TYPE_UINT32);
    EXPECT_EQ(IoSetDeviceInterfacePropertyData(&Unknown, &OwnKey, 0, 0, DEVPROP_TYPE_UINT32,
                                               sizeof Value, &Value),
              STATUS_OBJECT_NAME_NOT_FOUND);
    // What the system knows itself: DEVPKEY_DeviceInterface_Enabled.
    static const DEVPROPKEY EnabledKey = {
        {0x026e516e, 0xb814, 0x414b, {0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48, 0x22}}, 3};
    CHAR Enabled = 1;
    EXPECT_SUCCESS(IoGetDeviceInterfacePropertyData(&Link, &EnabledKey, 0, 0, sizeof Enabled,
                                                    &Enabled, &Required, &Type));
    EXPECT_EQ(Type, DEVPROP_TYPE_BOOLEAN);
    EXPECT_EQ(Enabled, 0);
    // Null data deletes it.
    EXPECT_SUCCESS(
        IoSetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, DEVPROP_TYPE_UINT32, 0, nullptr));
    EXPECT_EQ(
        IoGetDeviceInterfacePropertyData(&Link, &OwnKey, 0, 0, sizeof Got, &Got, &Required, &Type),
        STATUS_OBJECT_NAME_NOT_FOUND);
    RtlFreeUnicodeString(&Link);
}

EXPORT_CASE(IoSetDevicePropertyData, IoGetDevicePropertyData) {
    // DEVPKEY_Device_InstanceId
    static const DEVPROPKEY InstanceId = {
        {0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}}, 256};
    ULONGLONG Value = 0x1122334455667788, Got = 0;
    ULONG Required = 0;
    DEVPROPTYPE Type = 99;
    EXPECT_EQ(IoSetDevicePropertyData(Case.Device, &OwnKey, 0, 0, DEVPROP_TYPE_UINT64, sizeof Value,
                                      &Value),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_SUCCESS(IoSetDevicePropertyData(Case.PhysicalDevice, &OwnKey, 0, 0, DEVPROP_TYPE_UINT64,
                                           sizeof Value, &Value));
    EXPECT_EQ(
        IoGetDevicePropertyData(Case.PhysicalDevice, &OwnKey, 0, 0, 0, nullptr, &Required, &Type),
        STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Required, 8);
    EXPECT_SUCCESS(IoGetDevicePropertyData(Case.PhysicalDevice, &OwnKey, 0, 0, sizeof Got, &Got,
                                           &Required, &Type));
    EXPECT_EQ(Got, Value);
    EXPECT_EQ(Type, DEVPROP_TYPE_UINT64);
    WCHAR Instance[200] = {};
    EXPECT_SUCCESS(IoGetDevicePropertyData(Case.PhysicalDevice, &InstanceId, 0, 0, sizeof Instance,
                                           Instance, &Required, &Type));
    EXPECT_EQ(Type, DEVPROP_TYPE_STRING);
    UNICODE_STRING Path = Text(Instance), Root = Text(L"ROOT\\");
    EXPECT_TRUE(RtlPrefixUnicodeString(&Root, &Path, TRUE));
}

EXPORT_CASE(IoGetDeviceProperty, IoGetDeviceNumaNode) {
    WCHAR Buffer[200] = {};
    ULONG Bytes = 0;
    EXPECT_EQ(IoGetDeviceProperty(Case.Device, DevicePropertyEnumeratorName, sizeof Buffer, Buffer,
                                  &Bytes),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(
        IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyEnumeratorName, 2, Buffer, &Bytes),
        STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Bytes, sizeof L"ROOT");
    EXPECT_SUCCESS(IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyEnumeratorName,
                                       sizeof Buffer, Buffer, &Bytes));
    UNICODE_STRING Name = Text(Buffer), Root = Text(L"ROOT");
    EXPECT_TRUE(RtlEqualUnicodeString(&Name, &Root, FALSE));
    EXPECT_SUCCESS(IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyDriverKeyName,
                                       sizeof Buffer, Buffer, &Bytes));
    EXPECT_EQ(Buffer[0], L'{');
    INTERFACE_TYPE Bus = MaximumInterfaceType;
    EXPECT_SUCCESS(IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyLegacyBusType, sizeof Bus,
                                       &Bus, &Bytes));
    EXPECT_EQ(Bus, PNPBus);
    EXPECT_EQ(IoGetDeviceProperty(Case.PhysicalDevice, DevicePropertyUINumber, sizeof Buffer,
                                  Buffer, &Bytes),
              STATUS_OBJECT_NAME_NOT_FOUND);
    EXPECT_EQ(IoGetDeviceProperty(Case.PhysicalDevice, (DEVICE_REGISTRY_PROPERTY)999, sizeof Buffer,
                                  Buffer, &Bytes),
              STATUS_INVALID_PARAMETER_2);
    USHORT Node = 9;
    EXPECT_SUCCESS(IoGetDeviceNumaNode(Case.PhysicalDevice, &Node));
    EXPECT_EQ(Node, 0);
    EXPECT_EQ(IoGetDeviceNumaNode(Case.Device, &Node), STATUS_INVALID_DEVICE_REQUEST);
}
