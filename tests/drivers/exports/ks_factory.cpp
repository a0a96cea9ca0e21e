// Filter factories, and what filters gain at run time.
#include "ks_fixture.h"

EXPORT_CASE(KsCreateFilterFactory, KsFilterFactoryGetSymbolicLink,
            KsFilterFactorySetDeviceClassesState) {
    static WCHAR Reference[] = L"another";
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    PKSFILTERFACTORY Factory = NULL;
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(KsCreateFilterFactory(Case.Device, &Descriptor.Descriptor, Reference, NULL, 0,
                                         NULL, NULL, &Factory));
    // The reference string is taken.
    EXPECT_EQ(KsCreateFilterFactory(Case.Device, &Descriptor.Descriptor, Reference, NULL, 0, NULL,
                                    NULL, NULL),
              STATUS_OBJECT_NAME_COLLISION);
    KsReleaseDevice(Device);
    REQUIRE(Factory != NULL);
    EXPECT_EQ(Factory->FilterDescriptor, &Descriptor.Descriptor);
    const PUNICODE_STRING Link = KsFilterFactoryGetSymbolicLink(Factory);
    REQUIRE(Link != NULL);
    // Interfaces begin disabled.
    const BOOLEAN States[] = {FALSE, TRUE, FALSE};
    for (const BOOLEAN State : States) {
        if (State)
            EXPECT_SUCCESS(KsFilterFactorySetDeviceClassesState(Factory, TRUE));
        PWSTR Links = NULL;
        EXPECT_SUCCESS(IoGetDeviceInterfaces(&CaseOwnCategory, Case.PhysicalDevice, 0, &Links));
        EXPECT_EQ(*Links != 0, State != FALSE);
        ExFreePool(Links);
        if (State)
            EXPECT_SUCCESS(KsFilterFactorySetDeviceClassesState(Factory, FALSE));
    }
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(KsDeleteFilterFactory(Factory));
    KsReleaseDevice(Device);
}

// Descriptors that cannot be read as they say, devices that are not AVStream's, and references
// that no interface can have.
EXPORT_CASE(KsCreateFilterFactory) {
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    CasePlainDevice Plain(Case, {});
    static WCHAR Reference[] = L"refused", Path[] = L"re\\fused";
    static const KSNODE_DESCRIPTOR OneNode = {NULL, &CaseOwnSet, NULL};
    CASE_FILTER Filter;
    PKSFILTERFACTORY Factory = NULL;
    const auto Create = [&](PDEVICE_OBJECT On, const KSFILTER_DESCRIPTOR *Descriptor, PWSTR Name) {
        KsAcquireDevice(Device);
        const NTSTATUS Status =
            KsCreateFilterFactory(On, Descriptor, Name, NULL, 0, NULL, NULL, &Factory);
        KsReleaseDevice(Device);
        return Status;
    };
    const auto Refused = [&](void (*Spoil)(KSFILTER_DESCRIPTOR &Descriptor)) {
        CaseInitializeFilter(Filter);
        Filter.Descriptor.NodeDescriptorsCount = 1;
        Filter.Descriptor.NodeDescriptors = &OneNode;
        Spoil(Filter.Descriptor);
        EXPECT_EQ(Create(Case.Device, &Filter.Descriptor, Reference), STATUS_INVALID_PARAMETER);
    };
    Refused([](KSFILTER_DESCRIPTOR &One) { One.PinDescriptorSize -= 8; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.PinDescriptorSize += 4; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.PinDescriptors = NULL; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.NodeDescriptorSize -= 8; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.NodeDescriptorSize += 4; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.NodeDescriptors = NULL; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.Categories = NULL; });
    Refused([](KSFILTER_DESCRIPTOR &One) { One.ConnectionsCount = 1; });
    EXPECT_EQ(Create(Case.Device, NULL, Reference), STATUS_INVALID_PARAMETER);
    CaseInitializeFilter(Filter);
    EXPECT_EQ(Create(Plain.Device, &Filter.Descriptor, Reference), STATUS_INVALID_PARAMETER);
    // What could not be registered leaves its name free.
    const NTSTATUS First = Create(Case.Device, &Filter.Descriptor, Path);
    EXPECT_FALSE(NT_SUCCESS(First));
    EXPECT_EQ(Create(Case.Device, &Filter.Descriptor, Path), First);
    EXPECT_EQ(Factory, (PKSFILTERFACTORY)NULL);
    // A filter without categories has no interface, and is fine.
    Filter.Descriptor.CategoriesCount = 0;
    Filter.Descriptor.Categories = NULL;
    REQUIRE_SUCCESS(Create(Case.Device, &Filter.Descriptor, Reference));
    EXPECT_EQ(KsFilterFactoryGetSymbolicLink(Factory), (PUNICODE_STRING)NULL);
    KsAcquireDevice(Device);
    EXPECT_SUCCESS(KsDeleteFilterFactory(Factory));
    KsReleaseDevice(Device);
}

EXPORT_CASE(KsFilterFactoryAddCreateItem) {
    static WCHAR Second[] = L"second";
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    KsAcquireDevice(Own.Device);
    EXPECT_SUCCESS(KsFilterFactoryAddCreateItem(Own.Factory, Second, NULL, 0));
    EXPECT_EQ(KsFilterFactoryAddCreateItem(Own.Factory, Second, NULL, 0),
              STATUS_OBJECT_NAME_COLLISION);
    KsReleaseDevice(Own.Device);
    // The interface's link with the other reference string in place of its own.
    const PUNICODE_STRING Link = KsFilterFactoryGetSymbolicLink(Own.Factory);
    REQUIRE(Link != NULL && Link->Length > 5 * sizeof(WCHAR));
    WCHAR Path[256] = {};
    const USHORT Stem = Link->Length - 4 * sizeof(WCHAR); // less "case"
    RtlCopyMemory(Path, Link->Buffer, Stem);
    RtlCopyMemory(Path + Stem / sizeof(WCHAR), Second, sizeof Second);
    CaseFile Filter;
    REQUIRE_SUCCESS(Filter.Open(Path));
    EXPECT_EQ(KsFilterGetParentFilterFactory(KsGetFilterFromFileObject(Filter.Object)),
              Own.Factory);
}

static const KSNODE_DESCRIPTOR Node = {NULL, &CaseOwnSet, NULL};

EXPORT_CASE(KsFilterCreatePinFactory, KsFilterCreateNode, KsFilterAddTopologyConnections) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File, Pin;
    REQUIRE_SUCCESS(Own.Open(File));
    const PKSFILTER Filter = KsGetFilterFromFileObject(File.Object);
    ULONG PinId = 0, NodeId = 99, Types = 0;
    KsFilterAcquireControl(Filter);
    EXPECT_SUCCESS(KsFilterCreatePinFactory(Filter, &Descriptor.Pins[1], &PinId));
    EXPECT_SUCCESS(KsFilterCreateNode(Filter, &Node, &NodeId));
    const KSTOPOLOGY_CONNECTION Connection = {KSFILTER_NODE, PinId, NodeId, 1};
    EXPECT_SUCCESS(KsFilterAddTopologyConnections(Filter, 1, &Connection));
    // More than a descriptor can have bytes.
    EXPECT_EQ(KsFilterAddTopologyConnections(Filter, 0x10000000, &Connection),
              STATUS_INVALID_PARAMETER);
    KsFilterReleaseControl(Filter);
    EXPECT_EQ(PinId, 2u);
    EXPECT_EQ(NodeId, 0u);
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, KSPROPERTY_TYPE_GET,
                                &Types, sizeof Types));
    EXPECT_EQ(Types, 3u);
    EXPECT_SUCCESS(CaseConnect(File, PinId, NULL, Pin));
    struct {
        KSMULTIPLE_ITEM Header;
        KSTOPOLOGY_CONNECTION Items[1];
    } Found = {};
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS,
                                KSPROPERTY_TYPE_GET, &Found, sizeof Found));
    EXPECT_EQ(Found.Items[0].FromNodePin, PinId);
    EXPECT_EQ(Found.Items[0].ToNode, NodeId);
}

// What filter mappers read without opening the filter.
static ULONG ReadValue(HANDLE Key, PCWSTR Name, PVOID Data, ULONG Bytes) {
    struct {
        KEY_VALUE_PARTIAL_INFORMATION Head;
        UCHAR More[1024];
    } Value;
    UNICODE_STRING Text;
    ULONG Length = 0;
    RtlInitUnicodeString(&Text, Name);
    if (!NT_SUCCESS(
            ZwQueryValueKey(Key, &Text, KeyValuePartialInformation, &Value, sizeof Value, &Length)))
        return 0;
    if (Value.Head.DataLength <= Bytes)
        RtlCopyMemory(Data, Value.Head.Data, Value.Head.DataLength);
    return Value.Head.DataLength;
}
static HANDLE OpenKey(PCWSTR Path) {
    UNICODE_STRING Text;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Key = NULL;
    RtlInitUnicodeString(&Text, Path);
    InitializeObjectAttributes(&Attributes, &Text, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    return NT_SUCCESS(ZwOpenKey(&Key, KEY_ALL_ACCESS, &Attributes)) ? Key : NULL;
}
#define CASE_MEDIUM_CACHE                                                                          \
    L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediumCache\\"                      \
    L"{5D2F0C11-3C58-4E0B-8C5E-0B6F0A7D3E21}\\7\\0"

EXPORT_CASE(KsFilterFactoryUpdateCacheData, KsCacheMedium) {
    const KSPIN_MEDIUM Medium = {CaseOwnSet, 7, 0};
    const KSPIN_MEDIUM Others[] = {{KSMEDIUMSETID_Standard, KSMEDIUM_TYPE_ANYINSTANCE, 0},
                                   {CaseOwnSet, 0x1a, 0x20}};
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[0].PinDescriptor.MediumsCount = 1;
    Descriptor.Pins[0].PinDescriptor.Mediums = &Medium;
    Descriptor.Pins[0].InstancesPossible = 1;
    Descriptor.Pins[1].PinDescriptor.MediumsCount = SIZEOF_ARRAY(Others);
    Descriptor.Pins[1].PinDescriptor.Mediums = Others;
    Descriptor.Pins[1].PinDescriptor.Category = &CaseOwnCategory;
    Descriptor.Pins[1].InstancesPossible = 2;
    CaseFactory Own(Case, Descriptor.Descriptor);
    REQUIRE(Own.Factory != NULL);
    const PUNICODE_STRING Link = KsFilterFactoryGetSymbolicLink(Own.Factory);
    EXPECT_SUCCESS(KsFilterFactoryUpdateCacheData(Own.Factory, NULL));
    HANDLE Key = NULL;
    ULONG Data[256] = {};
    REQUIRE_SUCCESS(IoOpenDeviceInterfaceRegistryKey(Link, KEY_READ, &Key));
    EXPECT_TRUE(ReadValue(Key, L"FilterData", Data, sizeof Data) > 16);
    EXPECT_EQ(Data[0], 2u); // version
    EXPECT_EQ(Data[2], 2u); // pins
    // The first pin: flags (output), instances, types, mediums, category; a type, a medium.
    EXPECT_EQ(Data[5], 8u);
    EXPECT_EQ(Data[6], 1u);
    EXPECT_EQ(Data[7], 1u);
    EXPECT_EQ(Data[8], 1u);
    EXPECT_EQ(Data[9], 0u);
    // The second: flags (many).
    EXPECT_EQ(Data[16], 4u);
    EXPECT_EQ(Data[17], 2u);
    EXPECT_EQ(Data[18], 1u);
    EXPECT_EQ(Data[19], 2u);
    EXPECT_NE(Data[20], 0u);
    // Without a limit the number is zero.
    Descriptor.Pins[1].InstancesPossible = KSINSTANCE_INDETERMINATE;
    EXPECT_SUCCESS(KsFilterFactoryUpdateCacheData(Own.Factory, &Descriptor.Descriptor));
    EXPECT_TRUE(ReadValue(Key, L"FilterData", Data, sizeof Data) > 16);
    EXPECT_EQ(Data[16], 4u);
    EXPECT_EQ(Data[17], 0u);
    ZwClose(Key);
    // Numbers are hexadecimal; the standard medium tells nothing, and is not there.
    Key = OpenKey(L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediumCache\\"
                  L"{5D2F0C11-3C58-4E0B-8C5E-0B6F0A7D3E21}\\1a\\20");
    REQUIRE(Key != NULL);
    ULONG Input = 9;
    EXPECT_EQ(ReadValue(Key, Link->Buffer, &Input, sizeof Input), sizeof Input);
    EXPECT_EQ(Input, 0u);
    ZwClose(Key);
    EXPECT_EQ(OpenKey(L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediumCache\\"
                      L"{4747B320-62CE-11CF-A5D6-28DB04C10000}"),
              (HANDLE)NULL);
    Key = OpenKey(CASE_MEDIUM_CACHE);
    REQUIRE(Key != NULL);
    ULONG Direction = 9;
    EXPECT_EQ(ReadValue(Key, Link->Buffer, &Direction, sizeof Direction), sizeof Direction);
    EXPECT_EQ(Direction, 1u); // an output
    KSPIN_MEDIUM Same = Medium;
    EXPECT_SUCCESS(KsCacheMedium(Link, &Same, 0));
    EXPECT_EQ(ReadValue(Key, Link->Buffer, &Direction, sizeof Direction), sizeof Direction);
    EXPECT_EQ(Direction, 0u);
    ZwClose(Key);
    // A category that the factory has no interface in.
    CASE_FILTER Other;
    CaseInitializeFilter(Other);
    Other.Descriptor.Categories = &CaseOwnFormat;
    EXPECT_EQ(KsFilterFactoryUpdateCacheData(Own.Factory, &Other.Descriptor),
              STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(KsRegisterFilterWithNoKSPins) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    REQUIRE(Own.Factory != NULL);
    WINBOOL Directions[] = {FALSE, TRUE, TRUE};
    KSPIN_MEDIUM Mediums[] = {{CaseOwnSet, 7, 0}, {GUID_NULL, 0, 0}, {CaseOwnSet, 8, 0}};
    EXPECT_SUCCESS(KsRegisterFilterWithNoKSPins(Case.PhysicalDevice, &CaseOwnCategory,
                                                SIZEOF_ARRAY(Directions), Directions, Mediums,
                                                NULL));
    HANDLE Key = NULL;
    ULONG Data[256] = {};
    REQUIRE_SUCCESS(IoOpenDeviceInterfaceRegistryKey(KsFilterFactoryGetSymbolicLink(Own.Factory),
                                                     KEY_READ, &Key));
    EXPECT_TRUE(ReadValue(Key, L"FilterData", Data, sizeof Data) > 16);
    EXPECT_EQ(Data[2], 3u);
    // The first pin: an input of one instance, no types, one medium, no category; the second an
    // output.
    EXPECT_EQ(Data[5], 0u);
    EXPECT_EQ(Data[6], 1u);
    EXPECT_EQ(Data[7], 0u);
    EXPECT_EQ(Data[8], 1u);
    EXPECT_EQ(Data[9], 0u);
    EXPECT_EQ(Data[12], 8u);
    EXPECT_EQ(Data[16], 0u);
    GUID Categories[] = {CaseOwnSet, CaseOwnFormat, CaseOwnCategory};
    EXPECT_SUCCESS(KsRegisterFilterWithNoKSPins(Case.PhysicalDevice, &CaseOwnCategory,
                                                SIZEOF_ARRAY(Directions), Directions, Mediums,
                                                Categories));
    EXPECT_TRUE(ReadValue(Key, L"FilterData", Data, sizeof Data) > 16);
    const ULONG At = Data[16];
    REQUIRE(At != 0 && At <= sizeof Data - sizeof(GUID));
    EXPECT_TRUE(CaseSameGuid(*reinterpret_cast<GUID *>(reinterpret_cast<UCHAR *>(Data) + At),
                             CaseOwnFormat));
    ZwClose(Key);
    Key = OpenKey(CASE_MEDIUM_CACHE);
    EXPECT_TRUE(Key != NULL);
    if (Key != NULL)
        ZwClose(Key);
    EXPECT_EQ(KsRegisterFilterWithNoKSPins(Case.PhysicalDevice, &CaseOwnFormat, 1, Directions,
                                           Mediums, NULL),
              STATUS_NO_SUCH_DEVICE);
    // Interfaces are found by the bottom of the stack.
    EXPECT_FALSE(NT_SUCCESS(
        KsRegisterFilterWithNoKSPins(Case.Device, &CaseOwnCategory, 1, Directions, Mediums, NULL)));
}

// Serialized property sets in the registry.
static ULONG Restored;
static NTSTATUS NTAPI Restore(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    Restored = *static_cast<ULONG *>(Data);
    return STATUS_SUCCESS;
}
static DEFINE_KSPROPERTY_TABLE(RestoreItems){DEFINE_KSPROPERTY_ITEM(3, NULL, sizeof(KSPROPERTY),
                                                                    sizeof(ULONG), Restore, NULL, 0,
                                                                    NULL, NULL, sizeof(ULONG))};
static const KSPROPERTY_SET RestoreSets[] = {
    {&CaseOwnSet, SIZEOF_ARRAY(RestoreItems), RestoreItems, 0, NULL}};
static const KSAUTOMATION_TABLE RestoreAutomation = {SIZEOF_ARRAY(RestoreSets),
                                                     sizeof(KSPROPERTY_ITEM),
                                                     RestoreSets,
                                                     0,
                                                     sizeof(KSMETHOD_ITEM),
                                                     NULL,
                                                     0,
                                                     sizeof(KSEVENT_ITEM),
                                                     NULL};

EXPORT_CASE(KsUnserializeObjectPropertiesFromRegistry) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &RestoreAutomation;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    // Header, property and value, each at a multiple of four bytes.
    UCHAR Saved[sizeof(KSPROPERTY_SERIALHDR) + sizeof(KSPROPERTY_SERIAL) + sizeof(ULONG)] = {};
    KSPROPERTY_SERIALHDR Header = {};
    KSPROPERTY_SERIAL Serial = {};
    const ULONG Value = 4711;
    Header.PropertySet = CaseOwnSet;
    Header.Count = 1;
    Serial.Id = 3;
    Serial.PropertyLength = sizeof Value;
    RtlCopyMemory(Saved, &Header, sizeof Header);
    RtlCopyMemory(Saved + sizeof Header, &Serial, sizeof Serial);
    RtlCopyMemory(Saved + sizeof Header + sizeof Serial, &Value, sizeof Value);
    HANDLE Key = NULL;
    UNICODE_STRING Path, Name;
    OBJECT_ATTRIBUTES Attributes;
    RtlInitUnicodeString(&Path, L"\\Registry\\Machine\\Software\\KsCase");
    RtlInitUnicodeString(&Name, L"any");
    InitializeObjectAttributes(&Attributes, &Path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    REQUIRE_SUCCESS(ZwCreateKey(&Key, KEY_ALL_ACCESS, &Attributes, 0, NULL, 0, NULL));
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Name, 0, REG_BINARY, Saved, sizeof Saved));
    Restored = 0;
    EXPECT_SUCCESS(KsUnserializeObjectPropertiesFromRegistry(File.Object, NULL, &Path));
    EXPECT_EQ(Restored, 4711u);
    Restored = 0;
    EXPECT_SUCCESS(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL));
    EXPECT_EQ(Restored, 4711u);
    Header.PropertySet = CaseOwnFormat;
    RtlCopyMemory(Saved, &Header, sizeof Header);
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Name, 0, REG_BINARY, Saved, sizeof Saved));
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL),
              STATUS_PROPSET_NOT_FOUND);
    // A header alone, of no property.
    Header.PropertySet = CaseOwnSet;
    Header.Count = 0;
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Name, 0, REG_BINARY, &Header, sizeof Header));
    EXPECT_SUCCESS(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL));
    Header.Count = 1;
    // Values that are no saved properties.
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Name, 0, REG_BINARY, Saved, sizeof Header - 1));
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL),
              STATUS_INVALID_BUFFER_SIZE);
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Name, 0, REG_DWORD, Saved, sizeof(ULONG)));
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, NULL, NULL),
              STATUS_INVALID_PARAMETER);
    // Of subkeys, too, and the values before the one that fails are set.
    Header.PropertySet = CaseOwnSet;
    RtlCopyMemory(Saved, &Header, sizeof Header);
    EXPECT_SUCCESS(ZwDeleteValueKey(Key, &Name));
    HANDLE Below = NULL;
    UNICODE_STRING Sub;
    RtlInitUnicodeString(&Sub, L"sub");
    InitializeObjectAttributes(&Attributes, &Sub, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Key,
                               NULL);
    REQUIRE_SUCCESS(ZwCreateKey(&Below, KEY_ALL_ACCESS, &Attributes, 0, NULL, 0, NULL));
    EXPECT_SUCCESS(ZwSetValueKey(Below, &Name, 0, REG_BINARY, Saved, sizeof Saved));
    Restored = 0;
    EXPECT_SUCCESS(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL));
    EXPECT_EQ(Restored, 4711u);
    EXPECT_SUCCESS(ZwSetValueKey(Below, &Name, 0, REG_SZ, Saved, sizeof Saved));
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, Key, NULL),
              STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(ZwDeleteKey(Below));
    ZwClose(Below);
    EXPECT_SUCCESS(ZwDeleteKey(Key));
    ZwClose(Key);
    EXPECT_EQ(KsUnserializeObjectPropertiesFromRegistry(File.Object, NULL, &Path),
              STATUS_OBJECT_NAME_NOT_FOUND);
}
