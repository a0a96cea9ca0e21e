// Adapters that do not start, that stop and that go: what PortCls lets go of although the driver
// keeps its ports.
#include "adapter_fixture.h"

namespace {

class Power : public CaseObject<IAdapterPowerManagement> {
  public:
    Power() : CaseObject(IID_IAdapterPowerManagement) {}
    STDMETHODIMP_(void) PowerChangeState(POWER_STATE) override {}
    STDMETHODIMP_(NTSTATUS) QueryPowerChangeState(POWER_STATE) override { return STATUS_SUCCESS; }
    STDMETHODIMP_(NTSTATUS) QueryDeviceCapabilities(PDEVICE_CAPABILITIES) override {
        return STATUS_SUCCESS;
    }
};

NTSTATUS NTAPI Bus(PDEVICE_OBJECT, PIRP Irp) {
    const bool Known = IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_PNP;
    return CaseComplete(Irp, Known ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST, 0);
}

// What StartDevice does with the one port that the driver has.
struct {
    PPORT Port;
    CaseTopology *Miniport;
    Power *Own;
    bool Initialized;
    NTSTATUS Connected;
    NTSTATUS Answer;
} Kept;

WCHAR ElsewhereText[] = L"\\??\\elsewhere";

NTSTATUS NTAPI Start(PDEVICE_OBJECT Device, PIRP Irp, PRESOURCELIST Resources) {
    if (!Kept.Initialized)
        EXPECT_SUCCESS(Kept.Port->Init(Device, Irp, Kept.Miniport, nullptr, Resources));
    Kept.Initialized = true;
    EXPECT_SUCCESS(PcRegisterAdapterPowerManagement(Kept.Own, Device)); // with every start
    UNICODE_STRING Elsewhere;
    RtlInitUnicodeString(&Elsewhere, ElsewhereText);
    Kept.Connected = PcRegisterPhysicalConnectionToExternal(Device, Kept.Port, 0, &Elsewhere, 1);
    return Kept.Answer;
}

void SendStart(PDEVICE_OBJECT Fdo, NTSTATUS Answer) {
    Kept.Answer = Answer;
    Kept.Connected = STATUS_UNSUCCESSFUL;
    CaseIrp Request(Fdo, IRP_MJ_PNP, IRP_MN_START_DEVICE);
    EXPECT_EQ(Request.Send(), Answer);
    EXPECT_SUCCESS(Kept.Connected); // there is none from before
}

VOID NTAPI Tick(PDEVICE_OBJECT, PVOID Count) {
    ++*static_cast<LONG *>(Count);
}

} // namespace

EXPORT_CASE(PcAddAdapterDevice, PcRegisterPhysicalConnectionToExternal, PcRegisterIoTimeout,
            PcGetPhysicalDeviceObject) {
    PDEVICE_OBJECT Pdo = nullptr, Known = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Bus, 0, &Pdo));
    Power Own;
    CaseTopology Miniport(1, nullptr);
    CaseSubdevice Stays(Case); // another adapter's
    LONG Ticks = 0, OtherTicks = 0;
    Kept = {};
    Kept.Miniport = &Miniport;
    Kept.Own = &Own;
    REQUIRE_SUCCESS(PcNewPort(&Kept.Port, CLSID_PortTopology));
    REQUIRE_SUCCESS(PcAddAdapterDevice(Case.Driver, Pdo, Start, 1, 0));
    const PDEVICE_OBJECT Fdo = Pdo->AttachedDevice;
    EXPECT_TRUE(Fdo->Flags & DO_DIRECT_IO);
    EXPECT_TRUE(Fdo->Flags & DO_POWER_PAGABLE);
    EXPECT_EQ(Fdo->DeviceType, FILE_DEVICE_KS);
    SendStart(Fdo, STATUS_DEVICE_CONFIGURATION_ERROR);
    SendStart(Fdo, STATUS_SUCCESS);
    CaseIrp Stop(Fdo, IRP_MJ_PNP, IRP_MN_STOP_DEVICE);
    EXPECT_SUCCESS(Stop.Send());
    SendStart(Fdo, STATUS_SUCCESS);
    EXPECT_EQ(Own.References, 2);
    EXPECT_SUCCESS(PcGetPhysicalDeviceObject(Fdo, &Known));
    EXPECT_EQ(Known, Pdo);
    EXPECT_SUCCESS(PcRegisterIoTimeout(Fdo, Tick, &Ticks));
    EXPECT_SUCCESS(PcRegisterIoTimeout(Case.Device, Tick, &OtherTicks));
    CaseSleep(1500);
    EXPECT_EQ(Ticks, 1);
    EXPECT_EQ(OtherTicks, 1);
    const LONG References = Stays.Miniport.References;

    CaseIrp Remove(Fdo, IRP_MJ_PNP, IRP_MN_REMOVE_DEVICE); // without a stop
    EXPECT_SUCCESS(Remove.Send());
    EXPECT_EQ(PcGetPhysicalDeviceObject(Fdo, &Known), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Own.References, 1);
    EXPECT_EQ(Miniport.References, 1);
    EXPECT_EQ(Stays.Miniport.References, References);
    CaseSleep(1000);
    EXPECT_EQ(Ticks, 1);
    EXPECT_EQ(OtherTicks, 2);
    EXPECT_EQ(PcUnregisterIoTimeout(Fdo, Tick, &Ticks), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(PcUnregisterIoTimeout(Case.Device, Tick, &OtherTicks));
    EXPECT_EQ(Kept.Port->Release(), 0);
    IoDeleteDevice(Pdo);
}
