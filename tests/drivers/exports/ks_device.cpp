// Drivers and devices: how AVStream makes them, and their bus.
#include "ks_fixture.h"

extern "C" {
#include <wdmguid.h>
}

// The bottom of a stack of the case's own: not a PDO that PnP knows, which AVStream does not ask.
namespace {
class Bottom {
  public:
    explicit Bottom(CASE_CONTEXT &Case) {
        EXPECT_SUCCESS(IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), NULL,
                                      FILE_DEVICE_UNKNOWN, 0, FALSE, &Device));
        Device->Flags &= ~DO_DEVICE_INITIALIZING;
    }
    ~Bottom() { IoDeleteDevice(Device); }
    Bottom(const Bottom &) = delete;
    Bottom &operator=(const Bottom &) = delete;
    void Remove(PDEVICE_OBJECT Fdo) {
        KsTerminateDevice(Fdo);
        IoDetachDevice(Device);
        IoDeleteDevice(Fdo);
    }
    PDEVICE_OBJECT Device = NULL;
};
} // namespace

static LONG Adds;
static NTSTATUS AddResult;
static NTSTATUS NTAPI CountAdd(PKSDEVICE Device) {
    ++Adds;
    EXPECT_TRUE(Device->FunctionalDeviceObject != NULL);
    return AddResult;
}
static const KSDEVICE_DISPATCH CountingDispatch = {CountAdd, NULL, NULL, NULL, NULL, NULL, NULL,
                                                   NULL,     NULL, NULL, NULL, NULL, NULL, NULL};
static const KSDEVICE_DESCRIPTOR CountingDevice = {&CountingDispatch, 0, NULL,
                                                   KSDEVICE_DESCRIPTOR_VERSION};

EXPORT_CASE(KsInitializeDriver, KsAddDevice) {
    Bottom Own(Case);
    PDRIVER_DISPATCH const Create = Case.Driver->MajorFunction[IRP_MJ_CREATE];
    const UCHAR Dispatched[] = {IRP_MJ_CREATE,         IRP_MJ_CLOSE,       IRP_MJ_DEVICE_CONTROL,
                                IRP_MJ_READ,           IRP_MJ_WRITE,       IRP_MJ_FLUSH_BUFFERS,
                                IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY};
    const UCHAR Others[] = {IRP_MJ_CLEANUP, IRP_MJ_PNP, IRP_MJ_POWER, IRP_MJ_SYSTEM_CONTROL};
    for (const UCHAR Major : Dispatched)
        Case.Driver->MajorFunction[Major] = NULL;
    for (const UCHAR Major : Others)
        Case.Driver->MajorFunction[Major] = NULL;
    EXPECT_SUCCESS(KsInitializeDriver(Case.Driver, Case.RegistryPath, &CountingDevice));
    for (const UCHAR Major : Dispatched)
        EXPECT_EQ(Case.Driver->MajorFunction[Major], Create);
    for (const UCHAR Major : Others)
        EXPECT_TRUE(Case.Driver->MajorFunction[Major] != NULL);
    EXPECT_TRUE(Case.Driver->DriverExtension->AddDevice != NULL);
    EXPECT_TRUE(Case.Driver->DriverUnload != NULL);
    Adds = 0;
    AddResult = STATUS_SUCCESS;
    REQUIRE_SUCCESS(KsAddDevice(Case.Driver, Own.Device));
    EXPECT_EQ(Adds, 1);
    const PDEVICE_OBJECT Fdo = Own.Device->AttachedDevice;
    REQUIRE(Fdo != NULL);
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Fdo);
    REQUIRE(Device != NULL);
    EXPECT_EQ(Device->Descriptor, &CountingDevice);
    EXPECT_EQ(Device->NextDeviceObject, Own.Device);
    EXPECT_FALSE(Device->Started);
    Own.Remove(Fdo);
}

EXPORT_CASE(KsCreateDevice, KsTerminateDevice) {
    Bottom Own(Case);
    PKSDEVICE Device = NULL;
    AddResult = STATUS_SUCCESS;
    const ULONG TooSmall[] = {1, sizeof(KSDEVICE_HEADER) - 1};
    for (const ULONG Bytes : TooSmall) {
        EXPECT_EQ(KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, Bytes, &Device),
                  STATUS_INVALID_PARAMETER);
    }
    REQUIRE_SUCCESS(
        KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, sizeof(KSDEVICE_HEADER), NULL));
    Own.Remove(Own.Device->AttachedDevice);
    REQUIRE_SUCCESS(KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, 64, &Device));
    const PDEVICE_OBJECT Fdo = Device->FunctionalDeviceObject;
    EXPECT_EQ(KsGetDeviceForDeviceObject(Fdo), Device);
    EXPECT_EQ(Fdo->DeviceType, (DEVICE_TYPE)FILE_DEVICE_KS);
    EXPECT_FALSE(Fdo->Flags & DO_DEVICE_INITIALIZING);
    EXPECT_TRUE((Fdo->Flags & DO_POWER_PAGABLE) != 0);
    Own.Remove(Fdo);
    EXPECT_EQ(Own.Device->AttachedDevice, (PDEVICE_OBJECT)NULL);
    // The minidriver's error comes back, and nothing stays attached.
    AddResult = STATUS_INSUFFICIENT_RESOURCES;
    EXPECT_EQ(KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, 0, &Device),
              STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Own.Device->AttachedDevice, (PDEVICE_OBJECT)NULL);
    // Nothing attaches to a device that is not there yet.
    Own.Device->Flags |= DO_DEVICE_INITIALIZING;
    EXPECT_EQ(KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, 0, &Device),
              STATUS_DEVICE_REMOVED);
    Own.Device->Flags &= ~DO_DEVICE_INITIALIZING;
}

// One of a device's filters that cannot be made undoes the device, and the filter before it.
EXPORT_CASE(KsCreateDevice) {
    Bottom Own(Case);
    CASE_FILTER Right, Wrong;
    CaseInitializeFilter(Right);
    CaseInitializeFilter(Wrong);
    Right.Descriptor.CategoriesCount = Wrong.Descriptor.CategoriesCount = 0;
    Wrong.Descriptor.PinDescriptors = NULL;
    const KSFILTER_DESCRIPTOR *const Filters[] = {&Right.Descriptor, &Wrong.Descriptor};
    const KSDEVICE_DESCRIPTOR Two = {&CountingDispatch, SIZEOF_ARRAY(Filters), Filters,
                                     KSDEVICE_DESCRIPTOR_VERSION};
    PKSDEVICE Device = NULL;
    AddResult = STATUS_SUCCESS;
    EXPECT_EQ(KsCreateDevice(Case.Driver, Own.Device, &Two, 0, &Device), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Device, (PKSDEVICE)NULL);
    EXPECT_EQ(Own.Device->AttachedDevice, (PDEVICE_OBJECT)NULL);
}

// A device's client unknown goes with the device.
namespace {
class CountingUnknown : public IUnknown {
  public:
    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID Id, PVOID *Interface) {
        UNREFERENCED_PARAMETER(Id);
        *Interface = NULL;
        return STATUS_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() { return InterlockedIncrement(&References); }
    STDMETHODIMP_(ULONG) Release() { return InterlockedDecrement(&References); }
    LONG References = 1;
};
} // namespace
EXPORT_CASE(KsRegisterAggregatedClientUnknown, KsTerminateDevice) {
    Bottom Own(Case);
    PKSDEVICE Device = NULL;
    CountingUnknown Client;
    AddResult = STATUS_SUCCESS;
    REQUIRE_SUCCESS(KsCreateDevice(Case.Driver, Own.Device, &CountingDevice, 0, &Device));
    EXPECT_TRUE(KsRegisterAggregatedClientUnknown(Device, &Client) != NULL);
    EXPECT_EQ(Client.References, 2);
    Own.Remove(Device->FunctionalDeviceObject);
    EXPECT_EQ(Client.References, 1);
}

EXPORT_CASE(KsInitializeDevice, KsTerminateDevice, KsGetDeviceForDeviceObject) {
    Bottom Own(Case);
    PDEVICE_OBJECT Fdo = NULL;
    REQUIRE_SUCCESS(
        IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), NULL, FILE_DEVICE_KS, 0, FALSE, &Fdo));
    const PDEVICE_OBJECT Next = IoAttachDeviceToDeviceStack(Fdo, Own.Device);
    Adds = 0;
    AddResult = STATUS_SUCCESS;
    EXPECT_SUCCESS(KsInitializeDevice(Fdo, Own.Device, Next, &CountingDevice));
    EXPECT_EQ(Adds, 1);
    const KSDEVICE_HEADER Header = *static_cast<KSDEVICE_HEADER *>(Fdo->DeviceExtension);
    EXPECT_EQ(KsQueryDevicePnpObject(Header), Own.Device);
    EXPECT_EQ(KsGetDeviceForDeviceObject(Fdo)->PhysicalDeviceObject, Own.Device);
    Own.Remove(Fdo);
}

// Passes PnP requests on; with the last it cleans up, too.
EXPORT_CASE(KsDefaultDispatchPnp) {
    PDEVICE_OBJECT Fdo = NULL;
    REQUIRE_SUCCESS(
        IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), NULL, FILE_DEVICE_KS, 0, FALSE, &Fdo));
    KSDEVICE_HEADER &Header = *static_cast<KSDEVICE_HEADER *>(Fdo->DeviceExtension);
    REQUIRE_SUCCESS(KsAllocateDeviceHeader(&Header, 0, NULL));
    KsSetDevicePnpAndBaseObject(Header, Case.LowerDevice, Fdo);
    Fdo->StackSize = Case.LowerDevice->StackSize + 1;
    CaseIrp Request(Fdo, IRP_MJ_PNP, IRP_MN_QUERY_PNP_DEVICE_STATE);
    const NTSTATUS Status = KsDefaultDispatchPnp(Fdo, Request.Irp);
    EXPECT_NE(Status, STATUS_PENDING);
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(Request.Status(), Status);
    KsFreeDeviceHeader(Header);
    IoDeleteDevice(Fdo);
}

// A bus that answers for the interfaces KS asks it for.
static LONG BusReferences, InterfaceReferences;
static bool OffersInterface, FailsInterface, FailsLater, AnswersConfig;
static PIRP Later;
static UCHAR Config[16];
static VOID NTAPI ReferenceInterface(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    ++InterfaceReferences;
}
static VOID NTAPI DereferenceInterface(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    --InterfaceReferences;
}
static ULONG NTAPI SetConfig(PVOID Context, ULONG Type, PVOID Buffer, ULONG Offset, ULONG Length) {
    UNREFERENCED_PARAMETER(Context);
    EXPECT_EQ(Type, 4u);
    RtlCopyMemory(Config + Offset, Buffer, Length);
    return Length;
}
static ULONG NTAPI GetConfig(PVOID Context, ULONG Type, PVOID Buffer, ULONG Offset, ULONG Length) {
    UNREFERENCED_PARAMETER(Context);
    EXPECT_EQ(Type, 4u);
    RtlCopyMemory(Buffer, Config + Offset, Length);
    return Length;
}
static VOID NTAPI ReferenceBus(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    ++BusReferences;
}
static VOID NTAPI DereferenceBus(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    --BusReferences;
}
static PDEVICE_OBJECT BusDevice;
static PDRIVER_DISPATCH RealPnp;
static NTSTATUS NTAPI BusPnp(PDEVICE_OBJECT Device, PIRP Irp) {
    if (Device != BusDevice)
        return RealPnp(Device, Irp);
    const PIO_STACK_LOCATION Stack = CaseStack(Irp);
    const auto &Space = Stack->Parameters.ReadWriteConfig;
    if (Stack->MinorFunction == IRP_MN_WRITE_CONFIG && AnswersConfig) {
        SetConfig(NULL, Space.WhichSpace, Space.Buffer, Space.Offset, Space.Length);
        return CaseFinish(Irp, STATUS_SUCCESS);
    }
    if (Stack->MinorFunction == IRP_MN_READ_CONFIG && AnswersConfig) {
        GetConfig(NULL, Space.WhichSpace, Space.Buffer, Space.Offset, Space.Length);
        return CaseFinish(Irp, STATUS_SUCCESS);
    }
    if (Stack->MinorFunction == IRP_MN_QUERY_INTERFACE && FailsInterface) {
        if (!FailsLater)
            return CaseFinish(Irp, STATUS_DEVICE_BUSY);
        IoMarkIrpPending(Irp);
        Later = Irp;
        return STATUS_PENDING;
    }
    if (Stack->MinorFunction != IRP_MN_QUERY_INTERFACE || !OffersInterface)
        return CaseFinish(Irp, Irp->IoStatus.Status);
    const GUID &Id = *Stack->Parameters.QueryInterface.InterfaceType;
    const PINTERFACE Interface = Stack->Parameters.QueryInterface.Interface;
    if (CaseSameGuid(Id, GUID_BUS_INTERFACE_STANDARD)) {
        EXPECT_EQ(Stack->Parameters.QueryInterface.Size, sizeof(BUS_INTERFACE_STANDARD));
        EXPECT_EQ(Stack->Parameters.QueryInterface.Version, 1);
        BUS_INTERFACE_STANDARD &Bus = *reinterpret_cast<PBUS_INTERFACE_STANDARD>(Interface);
        Bus.InterfaceReference = ReferenceInterface;
        Bus.InterfaceDereference = DereferenceInterface;
        Bus.SetBusData = SetConfig;
        Bus.GetBusData = GetConfig;
    } else if (CaseSameGuid(Id, REFERENCE_BUS_INTERFACE)) {
        EXPECT_EQ(Stack->Parameters.QueryInterface.Size, sizeof(BUS_INTERFACE_REFERENCE));
        EXPECT_EQ(Stack->Parameters.QueryInterface.Version, BUS_INTERFACE_REFERENCE_VERSION);
        BUS_INTERFACE_REFERENCE &Bus = *reinterpret_cast<PBUS_INTERFACE_REFERENCE>(Interface);
        Bus.Interface.InterfaceReference = ReferenceInterface;
        Bus.Interface.InterfaceDereference = DereferenceInterface;
        Bus.ReferenceDeviceObject = ReferenceBus;
        Bus.DereferenceDeviceObject = DereferenceBus;
    } else {
        return CaseFinish(Irp, Irp->IoStatus.Status);
    }
    ++InterfaceReferences; // the asker's
    return CaseFinish(Irp, STATUS_SUCCESS);
}

namespace {
// An AVStream device on that bus.
class OnBus {
  public:
    explicit OnBus(CASE_CONTEXT &Case) : Driver_(Case.Driver), Bus(Case) {
        BusDevice = Bus.Device;
        RealPnp = Driver_->MajorFunction[IRP_MJ_PNP];
        Driver_->MajorFunction[IRP_MJ_PNP] = BusPnp;
        AddResult = STATUS_SUCCESS;
        InterfaceReferences = 0;
        OffersInterface = true;
        AnswersConfig = false;
        RtlZeroMemory(Config, sizeof Config);
        EXPECT_SUCCESS(KsCreateDevice(Driver_, Bus.Device, &CountingDevice, 0, &Device));
    }
    ~OnBus() {
        if (Device != NULL)
            Bus.Remove(Device->FunctionalDeviceObject);
        Driver_->MajorFunction[IRP_MJ_PNP] = RealPnp;
    }
    OnBus(const OnBus &) = delete;
    OnBus &operator=(const OnBus &) = delete;

  private:
    const PDRIVER_OBJECT Driver_;

  public:
    Bottom Bus;
    PKSDEVICE Device = NULL;
};
} // namespace

EXPORT_CASE(KsDeviceGetBusData, KsDeviceSetBusData) {
    OnBus Own(Case);
    REQUIRE(Own.Device != NULL);
    ULONG Value = 0x11223344;
    EXPECT_EQ(KsDeviceSetBusData(Own.Device, 4, &Value, 8, sizeof Value), sizeof Value);
    EXPECT_EQ(Config[8], 0x44);
    Value = 0;
    EXPECT_EQ(KsDeviceGetBusData(Own.Device, 4, &Value, 8, sizeof Value), sizeof Value);
    EXPECT_EQ(Value, 0x11223344u);
    EXPECT_EQ(InterfaceReferences, 0);
}

// A bus without the interface is sent requests; one that knows neither gives nothing.
EXPORT_CASE(KsDeviceGetBusData, KsDeviceSetBusData) {
    OnBus Own(Case);
    REQUIRE(Own.Device != NULL);
    OffersInterface = false;
    AnswersConfig = true;
    ULONG Value = 0x55667788;
    EXPECT_EQ(KsDeviceSetBusData(Own.Device, 4, &Value, 4, sizeof Value), sizeof Value);
    EXPECT_EQ(Config[4], 0x88);
    EXPECT_EQ(Config[7], 0x55);
    Value = 0;
    EXPECT_EQ(KsDeviceGetBusData(Own.Device, 4, &Value, 4, sizeof Value), sizeof Value);
    EXPECT_EQ(Value, 0x55667788u);
    AnswersConfig = false;
    EXPECT_EQ(KsDeviceSetBusData(Own.Device, 4, &Value, 0, sizeof Value), 0u);
    EXPECT_EQ(KsDeviceGetBusData(Own.Device, 4, &Value, 0, sizeof Value), 0u);
}

EXPORT_CASE(KsReferenceBusObject, KsDereferenceBusObject) {
    {
        OnBus Own(Case);
        REQUIRE(Own.Device != NULL);
        const KSDEVICE_HEADER Header =
            *static_cast<KSDEVICE_HEADER *>(Own.Device->FunctionalDeviceObject->DeviceExtension);
        BusReferences = 0;
        EXPECT_SUCCESS(KsReferenceBusObject(Header));
        EXPECT_SUCCESS(KsReferenceBusObject(Header));
        EXPECT_EQ(BusReferences, 2);
        EXPECT_EQ(InterfaceReferences, 1); // asked for once
        KsDereferenceBusObject(Header);
        KsDereferenceBusObject(Header);
        EXPECT_EQ(BusReferences, 0);
        KsDereferenceBusObject(Header); // nothing to give back
        EXPECT_EQ(BusReferences, 0);
    }
    // The interface goes back with the device.
    EXPECT_EQ(InterfaceReferences, 0);
}

// A bus without the interface needs no reference; one that fails is heard.
EXPORT_CASE(KsReferenceBusObject, KsDereferenceBusObject) {
    OnBus Own(Case);
    REQUIRE(Own.Device != NULL);
    const KSDEVICE_HEADER Header =
        *static_cast<KSDEVICE_HEADER *>(Own.Device->FunctionalDeviceObject->DeviceExtension);
    BusReferences = 0;
    OffersInterface = false;
    EXPECT_EQ(KsReferenceBusObject(Header), STATUS_SUCCESS);
    KsDereferenceBusObject(Header);
    EXPECT_EQ(BusReferences, 0);
    FailsInterface = true;
    EXPECT_EQ(KsReferenceBusObject(Header), STATUS_DEVICE_BUSY);
    // A bus may take its time.
    FailsLater = true;
    Later = NULL;
    CaseThread Helper([] {
        while (Later == NULL)
            CaseSleep(1000);
        CaseFinish(Later, STATUS_DEVICE_DATA_ERROR);
    });
    EXPECT_EQ(KsReferenceBusObject(Header), STATUS_DEVICE_DATA_ERROR);
    Helper.Join();
    FailsInterface = FailsLater = false;
}

// Frames of a bus master as scatter/gather mappings.
static void LookAtMappings(CASE_CONTEXT &Case, ULONG Largest, bool ByInterface) {
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 0x10000;
    ULONG Registers = 0;
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    const PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != NULL);
    if (ByInterface) {
        IKsDeviceFunctions *Functions = NULL;
        REQUIRE_SUCCESS(KsDeviceGetOuterUnknown(Device)->QueryInterface(IID_IKsDeviceFunctions,
                                                                        (PVOID *)&Functions));
        EXPECT_SUCCESS(Functions->RegisterAdapterObjectEx(
            reinterpret_cast<PADAPTER_OBJECT>(Adapter), &Description, Registers, Largest,
            sizeof(KSMAPPING)));
        Functions->Release();
    } else {
        KsDeviceRegisterAdapterObject(Device, reinterpret_cast<PADAPTER_OBJECT>(Adapter), Largest,
                                      sizeof(KSMAPPING));
    }
    {
        CASE_FILTER Descriptor;
        CaseInitializeFilter(Descriptor);
        Descriptor.Pins[1].Flags =
            KSPIN_FLAG_GENERATE_MAPPINGS | KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
        CaseStream Stream(Case, Descriptor);
        REQUIRE(Stream.Pin[1] != NULL);
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
        CaseFrame Frame(Stream.File[1], KSSTREAM_WRITE, 200);
        const PKSSTREAM_POINTER Pointer =
            KsPinGetLeadingEdgeStreamPointer(Stream.Pin[1], KSSTREAM_POINTER_STATE_LOCKED);
        REQUIRE(Pointer != NULL);
        ULONG Bytes = 0;
        const ULONG Count = Pointer->OffsetIn.Count;
        EXPECT_TRUE(Count >= 200 / Largest);
        for (ULONG Index = 0; Index < Count; ++Index) {
            const KSMAPPING &Mapping = Pointer->OffsetIn.Mappings[Index];
            EXPECT_TRUE(Mapping.ByteCount > 0 && Mapping.ByteCount <= Largest);
            EXPECT_NE(Mapping.PhysicalAddress.QuadPart, 0);
            Bytes += Mapping.ByteCount;
        }
        EXPECT_EQ(Bytes, 200u);
        KsStreamPointerUnlock(Pointer, TRUE);
        EXPECT_SUCCESS(Frame.Wait());
    }
    KsDeviceRegisterAdapterObject(Device, NULL, 0, 0);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

EXPORT_CASE(KsDeviceRegisterAdapterObject) {
    LookAtMappings(Case, 64, false);
}
EXPORT_CASE(KsDeviceRegisterAdapterObject, KsGetOuterUnknown) {
    LookAtMappings(Case, 4096, true);
}
