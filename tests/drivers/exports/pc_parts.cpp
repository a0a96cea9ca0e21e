// The edges of what PcNewXxx makes, and of a port's lesser interfaces.
#include "support/pc_case.h"

namespace {

// A CM_RESOURCE_LIST of two full descriptors of different lengths, one behind the other.
struct LISTS {
    LISTS(ULONG Start, INTERFACE_TYPE Type, ULONG Bus) {
        RtlZeroMemory(Bytes, sizeof Bytes);
        List()->Count = 2;
        PCM_FULL_RESOURCE_DESCRIPTOR Full = List()->List;
        for (ULONG Index = 0; Index < 2; ++Index) {
            Full->InterfaceType = INTERFACE_TYPE(Type + Index);
            Full->BusNumber = Bus + Index;
            Full->PartialResourceList.Count = 2 - Index;
            for (ULONG Entry = 0; Entry < 2 - Index; ++Entry) {
                CM_PARTIAL_RESOURCE_DESCRIPTOR &One =
                    Full->PartialResourceList.PartialDescriptors[Entry];
                One.Type = Entry == 0 ? CmResourceTypePort : CmResourceTypeMemory;
                One.u.Port.Start.QuadPart = Start++;
            }
            Full = reinterpret_cast<PCM_FULL_RESOURCE_DESCRIPTOR>(
                &Full->PartialResourceList.PartialDescriptors[2 - Index]);
        }
    }
    PCM_RESOURCE_LIST List() { return reinterpret_cast<PCM_RESOURCE_LIST>(Bytes); }
    alignas(8) UCHAR Bytes[sizeof(CM_RESOURCE_LIST) + sizeof(CM_FULL_RESOURCE_DESCRIPTOR) +
                           2 * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)];
};

class Sink : public CaseObject<IServiceSink> {
  public:
    Sink() : CaseObject(IID_IServiceSink) {}
    STDMETHODIMP_(void) RequestService() {
        ++Calls;
        if (Joins != nullptr)
            EXPECT_SUCCESS(Joins->AddMember(Newcomer));
        Joins = nullptr;
    }
    LONG Calls = 0;
    PSERVICEGROUP Joins = nullptr;
    PSERVICESINK Newcomer = nullptr;
};

class Protected : public CaseObject<IDrmAudioStream> {
  public:
    Protected() : CaseObject(IID_IDrmAudioStream) {}
    STDMETHODIMP_(NTSTATUS) SetContentId(ULONG, PCDRMRIGHTS) {
        ++Calls;
        return STATUS_DEVICE_BUSY;
    }
    LONG Calls = 0;
};

NTSTATUS NTAPI Refuse(PDEVICE_OBJECT, PIRP Irp) {
    return CaseComplete(Irp, STATUS_DEVICE_BUSY, 0);
}
NTSTATUS NTAPI Refused(PDEVICE_OBJECT, PIRP, PVOID) {
    return STATUS_MORE_PROCESSING_REQUIRED;
}

} // namespace

EXPORT_CASE(PcNewResourceList, PcNewResourceSublist) {
    UNREFERENCED_PARAMETER(Case);
    LISTS Translated(100, PCIBus, 3), Raw(200, PCIBus, 3);
    PRESOURCELIST Resources = nullptr, Part = nullptr;
    EXPECT_EQ(PcNewResourceList(nullptr, nullptr, PagedPool, Translated.List(), Raw.List()),
              STATUS_INVALID_PARAMETER);
    Resources = reinterpret_cast<PRESOURCELIST>(1);
    EXPECT_EQ(PcNewResourceList(&Resources, nullptr, PagedPool, Translated.List(), nullptr),
              STATUS_INVALID_PARAMETER); // they are pairs
    EXPECT_EQ(Resources, (PRESOURCELIST) nullptr);
    Raw.List()->Count = 1;
    EXPECT_EQ(PcNewResourceList(&Resources, nullptr, PagedPool, Translated.List(), Raw.List()),
              STATUS_INVALID_PARAMETER);
    Raw.List()->Count = 2;
    REQUIRE_SUCCESS(PcNewResourceList(&Resources, nullptr, PagedPool, nullptr, nullptr));
    EXPECT_EQ(Resources->NumberOfEntries(), 0);
    EXPECT_EQ(Resources->TranslatedList()->Count, 1);
    EXPECT_EQ(Resources->Release(), 0);
    LISTS Empty(0, PCIBus, 3); // with nothing behind the count
    Empty.List()->Count = 0;
    REQUIRE_SUCCESS(PcNewResourceList(&Resources, nullptr, PagedPool, Empty.List(), Empty.List()));
    EXPECT_EQ(Resources->NumberOfEntries(), 0);
    EXPECT_EQ(Resources->TranslatedList()->List[0].BusNumber, 0);
    EXPECT_EQ(Resources->UntranslatedList()->List[0].InterfaceType, 0);
    EXPECT_EQ(Resources->Release(), 0);

    REQUIRE_SUCCESS(
        PcNewResourceList(&Resources, nullptr, PagedPool, Translated.List(), Raw.List()));
    EXPECT_EQ(Resources->NumberOfEntries(), 3);
    EXPECT_EQ(Resources->NumberOfPorts(), 2);
    EXPECT_EQ(Resources->NumberOfMemories(), 1);
    EXPECT_EQ(Resources->FindTranslatedPort(0)->u.Port.Start.QuadPart, 100);
    EXPECT_EQ(Resources->FindTranslatedMemory(0)->u.Memory.Start.QuadPart, 101);
    EXPECT_EQ(Resources->FindTranslatedPort(1)->u.Port.Start.QuadPart, 102);
    EXPECT_EQ(Resources->FindUntranslatedPort(1)->u.Port.Start.QuadPart, 202);
    const PCM_RESOURCE_LIST Lists[] = {Resources->TranslatedList(), Resources->UntranslatedList()};
    for (const PCM_RESOURCE_LIST List : Lists) {
        EXPECT_EQ(List->Count, 1);
        EXPECT_EQ(List->List[0].InterfaceType, PCIBus);
        EXPECT_EQ(List->List[0].BusNumber, 3);
        EXPECT_EQ(List->List[0].PartialResourceList.Version, 1);
        EXPECT_EQ(List->List[0].PartialResourceList.Revision, 1);
        EXPECT_EQ(List->List[0].PartialResourceList.Count, 3);
    }
    PVOID Same = nullptr;
    EXPECT_SUCCESS(Resources->QueryInterface(IID_IResourceList, &Same));
    EXPECT_EQ(Same, Resources);
    EXPECT_EQ(Resources->Release(), 1);
    EXPECT_EQ(Resources->QueryInterface(IID_IServiceGroup, &Same), STATUS_INVALID_PARAMETER);

    EXPECT_EQ(PcNewResourceSublist(nullptr, nullptr, PagedPool, Resources, 1),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewResourceSublist(&Part, nullptr, PagedPool, nullptr, 1),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(PcNewResourceSublist(&Part, nullptr, PagedPool, Resources, 2));
    EXPECT_EQ(Part->TranslatedList()->List[0].BusNumber, 3);
    EXPECT_EQ(Part->UntranslatedList()->List[0].InterfaceType, PCIBus);
    CM_PARTIAL_RESOURCE_DESCRIPTOR *One = Resources->FindTranslatedMemory(0);
    EXPECT_EQ(Part->AddEntry(nullptr, One), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Part->AddEntry(One, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Part->AddMemoryFromParent(static_cast<PRESOURCELIST>(nullptr), 0),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Part->NumberOfEntries(), 0);
    EXPECT_SUCCESS(Part->AddPortFromParent(Resources, 1));
    EXPECT_EQ(Part->FindTranslatedPort(0)->u.Port.Start.QuadPart, 102);
    EXPECT_EQ(Part->FindUntranslatedPort(0)->u.Port.Start.QuadPart, 202);
    EXPECT_SUCCESS(Part->AddEntry(One, One));
    EXPECT_EQ(Part->AddEntry(One, One), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Part->Release(), 0);
    EXPECT_EQ(Resources->Release(), 0);
}

EXPORT_CASE(PcNewServiceGroup) {
    PSERVICEGROUP Group = nullptr;
    REQUIRE_SUCCESS(PcNewServiceGroup(&Group, nullptr));
    PVOID Same = nullptr;
    EXPECT_SUCCESS(Group->QueryInterface(IID_IServiceGroup, &Same));
    EXPECT_EQ(Same, Group);
    Group->Release();
    EXPECT_EQ(Group->QueryInterface(IID_IServiceGroup, &Same), STATUS_SUCCESS);
    Group->Release();
    Sink First, Second;
    EXPECT_SUCCESS(Group->AddMember(&First));
    // Without SupportDelayedService there is no timer.
    Group->RequestDelayedService(ULONGLONG(-10 * 10000LL));
    CaseSleep(50);
    EXPECT_EQ(First.Calls, 0);
    First.Joins = Group; // who joins meanwhile is served the next time
    First.Newcomer = &Second;
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(First.Calls, 1);
    EXPECT_EQ(Second.Calls, 0);
    EXPECT_EQ(Second.References, 2);
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(First.Calls, 2);
    EXPECT_EQ(Second.Calls, 1);
    Group->RemoveMember(&First);
    Group->RequestService();
    KeFlushQueuedDpcs();
    EXPECT_EQ(First.Calls, 2);
    EXPECT_EQ(Second.Calls, 2);
    Group->RequestService(); // and the group goes before its DPC has come
    EXPECT_EQ(Group->Release(), 0);
    EXPECT_EQ(Second.References, 1);
    EXPECT_EQ(First.References, 1);
}

EXPORT_CASE(PcForwardIrpSynchronous, PcCompleteIrp, PcGetDeviceProperty) {
    PDEVICE_OBJECT Lower = nullptr, Upper = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Refuse, 0, &Lower));
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Refuse, 0, &Upper));
    EXPECT_EQ(IoAttachDeviceToDeviceStack(Upper, Lower), Lower);
    EXPECT_EQ(PcForwardIrpSynchronous(nullptr, Case.Irp), STATUS_INVALID_PARAMETER);
    // An IRP whose last location is the driver's own.
    PIRP Irp = IoAllocateIrp(1, FALSE);
    REQUIRE(Irp != nullptr);
    IoSetCompletionRoutine(Irp, Refused, nullptr, TRUE, TRUE, TRUE);
    IoSetNextIrpStackLocation(Irp);
    EXPECT_EQ(PcForwardIrpSynchronous(Upper, Irp), STATUS_INVALID_DEVICE_STATE);
    EXPECT_EQ(Irp->IoStatus.Status, STATUS_INVALID_DEVICE_STATE);
    EXPECT_EQ(PcCompleteIrp(nullptr, Irp, STATUS_SUCCESS), STATUS_INVALID_PARAMETER);
    IoFreeIrp(Irp);
    IoDetachDevice(Lower);
    IoDeleteDevice(Upper);
    IoDeleteDevice(Lower);
    WCHAR Name[64];
    EXPECT_EQ(PcGetDeviceProperty(Case.Device, DevicePropertyPhysicalDeviceObjectName, sizeof Name,
                                  Name, nullptr),
              STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(PcRegisterIoTimeout, PcUnregisterIoTimeout) {
    static LONG Counts[3];
    const auto Count = [](PDEVICE_OBJECT, PVOID Context) { ++*static_cast<LONG *>(Context); };
    const PIO_TIMER_ROUTINE Routine = Count;
    EXPECT_EQ(PcRegisterIoTimeout(nullptr, Routine, &Counts[0]), STATUS_INVALID_PARAMETER);
    for (LONG &One : Counts)
        EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Routine, &One));
    EXPECT_EQ(PcRegisterIoTimeout(Case.Device, Routine, &Counts[2]), STATUS_UNSUCCESSFUL);
    CaseSleep(1500);
    // Each by itself: its device, its routine and its context.
    EXPECT_EQ(PcUnregisterIoTimeout(Case.PhysicalDevice, Routine, &Counts[1]), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Routine, &Counts[1]));
    CaseSleep(1000);
    EXPECT_EQ(Counts[0], 2);
    EXPECT_EQ(Counts[1], 1);
    EXPECT_EQ(Counts[2], 2);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Routine, &Counts[0]));
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Routine, &Counts[2]));
    CaseSleep(2000);
    EXPECT_EQ(Counts[0] + Counts[1] + Counts[2], 5);
}

namespace {

// A routine that has itself called anew, and another for the first time.
struct AGAIN {
    LONG Count;
    AGAIN *Other;
    NTSTATUS Left, Joined, OtherJoined;
};
VOID NTAPI Again(PDEVICE_OBJECT Device, PVOID Context) {
    auto *Own = static_cast<AGAIN *>(Context);
    if (++Own->Count != 1 || Own->Other == nullptr)
        return;
    Own->Left = PcUnregisterIoTimeout(Device, Again, Own);
    Own->Joined = PcRegisterIoTimeout(Device, Again, Own);
    Own->OtherJoined = PcRegisterIoTimeout(Device, Again, Own->Other);
}

} // namespace

EXPORT_CASE(PcRegisterIoTimeout, PcUnregisterIoTimeout) {
    AGAIN Other = {}, Own = {};
    Own.Other = &Other;
    Own.Left = Own.Joined = Own.OtherJoined = STATUS_UNSUCCESSFUL;
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Again, &Own));
    CaseSleep(1500);
    EXPECT_SUCCESS(Own.Left);
    EXPECT_SUCCESS(Own.Joined);
    EXPECT_SUCCESS(Own.OtherJoined);
    EXPECT_EQ(Own.Count, 1);
    EXPECT_EQ(Other.Count, 0); // it waits its second
    CaseSleep(1000);
    EXPECT_EQ(Own.Count, 2);
    EXPECT_EQ(Other.Count, 1);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Again, &Own));
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Again, &Other));
}

// drmk's functions by a port.
EXPORT_CASE(PcNewPort, DrmCreateContentMixed, DrmDestroyContent) {
    PPORT Port = nullptr;
    PDRMPORT2 Drm = nullptr;
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortWavePci));
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IDrmPort2, (PVOID *)&Drm));
    EXPECT_EQ(Drm->AddRef(), 3);
    EXPECT_EQ(Drm->Release(), 2);
    ULONG Content = 0;
    REQUIRE_SUCCESS(DrmCreateContentMixed(nullptr, 0, &Content));
    PVOID Handlers[] = {&Content};
    EXPECT_SUCCESS(Drm->AddContentHandlers(Content, Handlers, 1));
    EXPECT_EQ(Drm->AddContentHandlers(Content, Handlers, 0), STATUS_INVALID_PARAMETER);
    Protected Stream;
    EXPECT_EQ(Drm->ForwardContentToInterface(Content, &Stream, 4), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Stream.Calls, 1);
    EXPECT_EQ(Drm->ForwardContentToInterface(Content, nullptr, 4), STATUS_INVALID_PARAMETER);
    PDEVICE_OBJECT Device = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Refuse, 0, &Device));
    DRMFORWARD Forward = {0, Device, nullptr, nullptr};
    EXPECT_EQ(Drm->ForwardContentToDeviceObject(Content, nullptr, &Forward), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Drm->ForwardContentToDeviceObject(Content, nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
    IoDeleteDevice(Device);
    EXPECT_EQ(Drm->ForwardContentToFileObject(Content, nullptr), STATUS_INVALID_PARAMETER);
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Case.Irp)->FileObject;
    CaseHook[IRP_MJ_DEVICE_CONTROL] = Refuse;
    EXPECT_EQ(Drm->ForwardContentToFileObject(Content, File), STATUS_DEVICE_BUSY);
    CaseHook[IRP_MJ_DEVICE_CONTROL] = nullptr;
    EXPECT_SUCCESS(DrmDestroyContent(Content));
    EXPECT_EQ(Drm->AddContentHandlers(Content, Handlers, 1), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Drm->Release(), 1);
    EXPECT_EQ(Port->Release(), 0);
}

EXPORT_CASE(PcNewPort, PcAddStreamResource) {
    PPORT Port = nullptr;
    REQUIRE_SUCCESS(PcNewPort(&Port, CLSID_PortWaveRT));
    PPORTCLSETWHELPER Etw = nullptr;
    PPORTCLSRUNTIMEPOWER Power = nullptr;
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IPortClsEtwHelper, (PVOID *)&Etw));
    REQUIRE_SUCCESS(Port->QueryInterface(IID_IPortClsRuntimePower, (PVOID *)&Power));
    EXPECT_SUCCESS(Etw->MiniportWriteEtwEvent(eMINIPORT_IHV_DEFINED, 0, 0, 0, 0));
    EXPECT_EQ(
        Etw->MiniportWriteEtwEvent(EPcMiniportEngineEvent(eMINIPORT_IHV_DEFINED - 1), 0, 0, 0, 0),
        STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Power->SendPowerControl(nullptr, &GUID_NULL, nullptr, 0, nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Power->SendPowerControl(Case.Device, nullptr, nullptr, 0, nullptr, 0, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Power->SendPowerControl(Case.Device, &GUID_NULL, nullptr, 0, nullptr, 0, nullptr),
              STATUS_NOT_SUPPORTED);
    const auto Callback = [](LPCGUID, PVOID, SIZE_T, PVOID, SIZE_T, PSIZE_T, PVOID) -> NTSTATUS {
        return STATUS_SUCCESS;
    };
    EXPECT_EQ(Power->RegisterPowerControlCallback(nullptr, Callback, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Power->RegisterPowerControlCallback(Case.Device, nullptr, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Power->UnregisterPowerControlCallback(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Power->RegisterPowerControlCallback(Case.Device, Callback, nullptr));
    EXPECT_EQ(Power->UnregisterPowerControlCallback(Case.PhysicalDevice),
              STATUS_INVALID_DEVICE_STATE);
    EXPECT_SUCCESS(Power->UnregisterPowerControlCallback(Case.Device));
    Power->Release();
    Etw->Release();
    EXPECT_EQ(Port->Release(), 0);

    PCSTREAMRESOURCE_DESCRIPTOR Descriptor;
    PCSTREAMRESOURCE_DESCRIPTOR_INIT(&Descriptor);
    Descriptor.Type = ePcStreamResourceThread;
    Descriptor.Resource.Thread = PsGetCurrentThread();
    PCSTREAMRESOURCE Handle = nullptr;
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, nullptr),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, nullptr, &Handle),
              STATUS_INVALID_PARAMETER);
    Descriptor.Flags = 1;
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &Handle),
              STATUS_INVALID_PARAMETER);
    Descriptor.Flags = 0;
    Descriptor.Type = ePcStreamResourceInterrupt;
    Descriptor.Resource.Interrupt.Generic = nullptr;
    EXPECT_EQ(PcAddStreamResource(Case.PhysicalDevice, nullptr, &Descriptor, &Handle),
              STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(PcNewDmaChannel) {
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 0x2000;
    PDMACHANNEL Channel = nullptr;
    CaseObject<IUnknown> Outer(IID_IPortEvents);
    struct {
        DEVICE_DESCRIPTION First;
        ULONG DmaAddressWidth, Instance, Line; // of version 3
        PHYSICAL_ADDRESS Address;
    } Wide = {Description, 24, 0, 0, {}};
    Wide.First.Version = 99; // what the HAL does not know
    Channel = reinterpret_cast<PDMACHANNEL>(1);
    EXPECT_EQ(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Wide.First, Case.Device),
              STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Channel, (PDMACHANNEL) nullptr);
    Wide.First.Version = 3;
    REQUIRE_SUCCESS(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Wide.First, Case.Device));
    EXPECT_SUCCESS(Channel->AllocateBuffer(0x1000, nullptr));
    EXPECT_TRUE(Channel->PhysicalAddress().QuadPart < 0x1000000);
    EXPECT_EQ(Channel->Release(), 0);
    Wide.DmaAddressWidth = 12; // where no memory is
    REQUIRE_SUCCESS(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Wide.First, Case.Device));
    EXPECT_EQ(Channel->AllocateBuffer(0x1000, nullptr), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Channel->AllocatedBufferSize(), 0);
    EXPECT_EQ(Channel->SystemAddress(), nullptr);
    EXPECT_EQ(Channel->Release(), 0);
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    REQUIRE_SUCCESS(PcNewDmaChannel(&Channel, &Outer, NonPagedPool, &Description, Case.Device));
    PVOID Found = nullptr;
    EXPECT_SUCCESS(Channel->QueryInterface(IID_IDmaChannel, &Found));
    EXPECT_EQ(Found, Channel);
    EXPECT_EQ(Outer.Queries, 0);
    Channel->Release();
    EXPECT_SUCCESS(Channel->QueryInterface(IID_IPortEvents, &Found));
    EXPECT_EQ(Found, &Outer);
    EXPECT_EQ(Outer.References, 2);
    EXPECT_SUCCESS(Channel->AllocateBuffer(1, nullptr));
    Channel->FreeBuffer();
    Channel->FreeBuffer(); // there is none
    EXPECT_EQ(Channel->PhysicalAddress().QuadPart, 0);
    EXPECT_SUCCESS(Channel->AllocateBuffer(0x2000, nullptr)); // the most
    EXPECT_EQ(Channel->BufferSize(), 0x2000);
    EXPECT_EQ(Channel->Release(), 0);
}
