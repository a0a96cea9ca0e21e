// Filters that grow: pin factories, nodes and connections one after the other; and what a
// connection request must have.
#include "ks_fixture.h"

// A filter that begins without any gets one after the other; earlier ones stay what they are.
EXPORT_CASE(KsFilterCreatePinFactory, KsFilterCreateNode, KsFilterAddTopologyConnections) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    const KSTOPOLOGY_CONNECTION First = {KSFILTER_NODE, 9, KSFILTER_NODE, 8};
    Descriptor.Descriptor.PinDescriptorsCount = 0;
    Descriptor.Descriptor.PinDescriptorSize = 0;
    Descriptor.Descriptor.PinDescriptors = NULL;
    Descriptor.Descriptor.NodeDescriptorSize = 0;
    Descriptor.Descriptor.ConnectionsCount = 1;
    Descriptor.Descriptor.Connections = &First;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    const PKSFILTER Filter = KsGetFilterFromFileObject(File.Object);
    const ULONG Count = 10;
    KSPIN_DESCRIPTOR_EX Pin = Descriptor.Pins[0];
    KsFilterAcquireControl(Filter);
    for (ULONG Index = 0; Index < Count; ++Index) {
        ULONG Id = 99;
        Pin.InstancesPossible = Index + 1;
        EXPECT_SUCCESS(KsFilterCreatePinFactory(Filter, &Pin, &Id));
        EXPECT_EQ(Id, Index);
    }
    for (ULONG Index = 0; Index < 2; ++Index) {
        ULONG Id = 99;
        const KSNODE_DESCRIPTOR One = {NULL, Index == 0 ? &CaseOwnSet : &CaseOwnFormat, NULL};
        EXPECT_SUCCESS(KsFilterCreateNode(Filter, &One, &Id));
        EXPECT_EQ(Id, Index);
    }
    const KSTOPOLOGY_CONNECTION More[] = {{0, 1, 1, 2}, {1, 3, 0, 4}};
    EXPECT_SUCCESS(KsFilterAddTopologyConnections(Filter, SIZEOF_ARRAY(More), More));
    KsFilterReleaseControl(Filter);
    // The factory's own descriptor is the driver's, and as it was.
    EXPECT_EQ(Descriptor.Descriptor.PinDescriptorsCount, 0u);
    EXPECT_EQ(Filter->Descriptor->PinDescriptorsCount, Count);
    for (ULONG Index = 0; Index < Count; ++Index) {
        KSP_PIN Request = {};
        KSPIN_CINSTANCES Instances = {};
        Request.Property.Set = KSPROPSETID_Pin;
        Request.Property.Id = KSPROPERTY_PIN_CINSTANCES;
        Request.Property.Flags = KSPROPERTY_TYPE_GET;
        Request.PinId = Index;
        EXPECT_SUCCESS(CaseControl(File, IOCTL_KS_PROPERTY, &Request, sizeof Request, &Instances,
                                   sizeof Instances));
        EXPECT_EQ(Instances.PossibleCount, Index + 1);
    }
    struct {
        KSMULTIPLE_ITEM Header;
        GUID Items[2];
    } Nodes = {};
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_NODES,
                                KSPROPERTY_TYPE_GET, &Nodes, sizeof Nodes));
    EXPECT_EQ(Nodes.Header.Count, 2u);
    EXPECT_TRUE(CaseSameGuid(Nodes.Items[0], CaseOwnSet));
    EXPECT_TRUE(CaseSameGuid(Nodes.Items[1], CaseOwnFormat));
    struct {
        KSMULTIPLE_ITEM Header;
        KSTOPOLOGY_CONNECTION Items[3];
    } Found = {};
    EXPECT_SUCCESS(CaseProperty(File, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS,
                                KSPROPERTY_TYPE_GET, &Found, sizeof Found));
    EXPECT_EQ(Found.Header.Count, 3u);
    EXPECT_EQ(Found.Items[0].FromNodePin, 9u);
    EXPECT_EQ(Found.Items[1].ToNodePin, 2u);
    EXPECT_EQ(Found.Items[2].ToNodePin, 4u);
}

// A connection request needs its KSPIN_CONNECT and its KSDATAFORMAT, and no more.
EXPORT_CASE(KsFilterFactoryGetSymbolicLink) {
    static struct {
        WCHAR Name[39];
        UCHAR Request[sizeof(CASE_CONNECT) + 2];
    } Path;
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile File;
    REQUIRE_SUCCESS(Own.Open(File));
    CASE_CONNECT Request;
    CaseInitializeConnect(Request, 1, NULL);
    RtlCopyMemory(Path.Name, L"{146F1A80-4791-11D0-A5D6-28DB04C10000}\\", sizeof Path.Name);
    RtlCopyMemory(Path.Request, &Request, sizeof Request);
    const USHORT Whole = sizeof Path.Name + sizeof Request;
    EXPECT_SUCCESS(CaseOpenBelow(File, &Path, Whole));
    EXPECT_SUCCESS(CaseOpenBelow(File, &Path, Whole + 2));
    const USHORT Short[] = {Whole - 2, sizeof Path.Name, sizeof Path.Name - sizeof(WCHAR)};
    for (const USHORT Bytes : Short)
        EXPECT_EQ(CaseOpenBelow(File, &Path, Bytes), STATUS_INVALID_BUFFER_SIZE);
}
