// Thermal management: what a thermal manager calls, and what clients are told.
#include "ks_fixture.h"

// wdmguid.h and wdm.h: GUID_THERMAL_COOLING_INTERFACE and its structure.
static const GUID CoolingInterface = {
    0xecbe47a8, 0xc498, 0x4bb9, {0xbd, 0x70, 0xe8, 0x67, 0xe0, 0x94, 0x0d, 0x22}};
namespace {
struct COOLING {
    INTERFACE Head;
    ULONG Flags;
    VOID(NTAPI *Active)(PVOID Context, BOOLEAN Engaged);
    VOID(NTAPI *Passive)(PVOID Context, ULONG Percentage);
};
struct CALLS {
    PKSDEVICE Device;
    LONG Active;
    LONG Passive;
    BOOLEAN Engaged;
    ULONG Percentage;
};
} // namespace
static CALLS Calls;

static VOID NTAPI CoolActively(PKSDEVICE Device, BOOLEAN Engaged, KSDEVICE_THERMAL_STATE *State) {
    Calls.Device = Device;
    ++Calls.Active;
    Calls.Engaged = Engaged;
    *State = Engaged ? KSDEVICE_THERMAL_STATE_HIGH : KSDEVICE_THERMAL_STATE_LOW;
}
static VOID NTAPI CoolPassively(PKSDEVICE Device, ULONG Percentage, KSDEVICE_THERMAL_STATE *State) {
    Calls.Device = Device;
    ++Calls.Passive;
    Calls.Percentage = Percentage;
    if (Percentage != 50) // says nothing
        *State = Percentage < 50 ? KSDEVICE_THERMAL_STATE_HIGH : KSDEVICE_THERMAL_STATE_LOW;
}

static NTSTATUS QueryCooling(CASE_CONTEXT &Case, COOLING &Cooling, USHORT Size, USHORT Version) {
    CaseIrp Query(Case.Device, IRP_MJ_PNP, IRP_MN_QUERY_INTERFACE);
    auto &Parameters = Query.Stack->Parameters.QueryInterface;
    RtlZeroMemory(&Cooling, sizeof Cooling);
    Parameters.InterfaceType = &CoolingInterface;
    Parameters.Size = Size;
    Parameters.Version = Version;
    Parameters.Interface = &Cooling.Head;
    return Query.Send();
}

EXPORT_CASE(KsDeviceRegisterThermalDispatch, KsGenerateThermalEvent) {
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    COOLING Cooling;
    Calls = {};
    KSDEVICE_THERMAL_DISPATCH Dispatch = {};
    EXPECT_EQ(KsDeviceRegisterThermalDispatch(NULL, NULL), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(KsDeviceRegisterThermalDispatch(Device, NULL), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(KsDeviceRegisterThermalDispatch(Device, &Dispatch), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(QueryCooling(Case, Cooling, sizeof Cooling, 1), STATUS_NOT_SUPPORTED);
    // One routine alone.
    Dispatch.ActiveCooling = CoolActively;
    EXPECT_SUCCESS(KsDeviceRegisterThermalDispatch(Device, &Dispatch));
    REQUIRE_SUCCESS(QueryCooling(Case, Cooling, sizeof Cooling, 1));
    EXPECT_EQ(Cooling.Flags, 1u);
    EXPECT_TRUE(Cooling.Passive == NULL);
    Cooling.Head.InterfaceDereference(Cooling.Head.Context);
    // Both; the driver's table need not stay.
    Dispatch.PassiveCooling = CoolPassively;
    EXPECT_SUCCESS(KsDeviceRegisterThermalDispatch(Device, &Dispatch));
    RtlZeroMemory(&Dispatch, sizeof Dispatch);
    EXPECT_EQ(QueryCooling(Case, Cooling, sizeof Cooling - 1, 1), STATUS_NOT_SUPPORTED);
    EXPECT_EQ(QueryCooling(Case, Cooling, sizeof Cooling, 0), STATUS_NOT_SUPPORTED);
    REQUIRE_SUCCESS(QueryCooling(Case, Cooling, sizeof Cooling, 1));
    EXPECT_EQ(Cooling.Head.Size, sizeof Cooling);
    EXPECT_EQ(Cooling.Head.Version, 1);
    EXPECT_EQ(Cooling.Flags, 3u);

    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseStream Stream(Case, Descriptor);
    CaseWatch High, Low, OnPin;
    REQUIRE_SUCCESS(High.Enable(Stream.Filter, KSEVENTSETID_Device, KSEVENT_DEVICE_THERMAL_HIGH));
    REQUIRE_SUCCESS(Low.Enable(Stream.Filter, KSEVENTSETID_Device, KSEVENT_DEVICE_THERMAL_LOW));
    REQUIRE_SUCCESS(OnPin.Enable(Stream.File[1], KSEVENTSETID_Device, KSEVENT_DEVICE_THERMAL_HIGH));
    Cooling.Passive(Cooling.Head.Context, 80); // low as before
    EXPECT_EQ(Calls.Passive, 1);
    EXPECT_EQ(Calls.Percentage, 80u);
    EXPECT_EQ(Calls.Device, Device);
    EXPECT_FALSE(Low.Signalled());
    Cooling.Passive(Cooling.Head.Context, 20);
    EXPECT_TRUE(High.Signalled());
    EXPECT_TRUE(OnPin.Signalled());
    EXPECT_FALSE(Low.Signalled());
    Cooling.Passive(Cooling.Head.Context, 50);
    Cooling.Active(Cooling.Head.Context, TRUE); // high as before
    EXPECT_EQ(Calls.Active, 1);
    EXPECT_TRUE(Calls.Engaged);
    EXPECT_FALSE(High.Signalled());
    EXPECT_FALSE(Low.Signalled());
    Cooling.Active(Cooling.Head.Context, FALSE);
    EXPECT_FALSE(Calls.Engaged);
    EXPECT_TRUE(Low.Signalled());
    EXPECT_FALSE(High.Signalled());
    Cooling.Head.InterfaceDereference(Cooling.Head.Context);
    // Who is managed does not manage itself.
    EXPECT_EQ(KsGenerateThermalEvent(Device, KSDEVICE_THERMAL_STATE_HIGH),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_FALSE(High.Signalled());
    EXPECT_SUCCESS(High.Disable(Stream.Filter));
    EXPECT_SUCCESS(Low.Disable(Stream.Filter));
    EXPECT_SUCCESS(OnPin.Disable(Stream.File[1]));
}

static const GUID DeviceEvents = {STATICGUIDOF(KSEVENTSETID_Device)};
static const KSEVENT_ITEM Items[] = {
    {KSEVENT_DEVICE_THERMAL_HIGH, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL},
    {KSEVENT_DEVICE_THERMAL_LOW, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL},
};
static const KSEVENT_SET Sets[] = {{&DeviceEvents, SIZEOF_ARRAY(Items), Items}};
static const KSAUTOMATION_TABLE Automation = {0,
                                              sizeof(KSPROPERTY_ITEM),
                                              NULL,
                                              0,
                                              sizeof(KSMETHOD_ITEM),
                                              NULL,
                                              SIZEOF_ARRAY(Sets),
                                              sizeof(KSEVENT_ITEM),
                                              Sets};

// A driver that manages itself, with the events in tables of its own.
EXPORT_CASE(KsGenerateThermalEvent) {
    const KSDEVICE_THERMAL_STATE Hot = KSDEVICE_THERMAL_STATE_HIGH,
                                 Cool = KSDEVICE_THERMAL_STATE_LOW;
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    CaseWatch High, Low, Other, OnPin[2];
    {
        // Without a dispatch KS offers no such events.
        CaseStream Plain(Case, Descriptor);
        EXPECT_EQ(High.Enable(Plain.Filter, DeviceEvents, KSEVENT_DEVICE_THERMAL_HIGH),
                  STATUS_PROPSET_NOT_FOUND);
    }
    Descriptor.Descriptor.AutomationTable = &Automation;
    Descriptor.Pins[0].AutomationTable = &Automation;
    Descriptor.Pins[1].AutomationTable = &Automation;
    CaseStream Stream(Case, Descriptor);
    CaseFile Second;
    REQUIRE_SUCCESS(Stream.Factory.Open(Second));
    REQUIRE_SUCCESS(High.Enable(Stream.Filter, DeviceEvents, KSEVENT_DEVICE_THERMAL_HIGH));
    REQUIRE_SUCCESS(Low.Enable(Stream.Filter, DeviceEvents, KSEVENT_DEVICE_THERMAL_LOW));
    REQUIRE_SUCCESS(Other.Enable(Second, DeviceEvents, KSEVENT_DEVICE_THERMAL_HIGH));
    for (ULONG Index = 0; Index < 2; ++Index)
        REQUIRE_SUCCESS(
            OnPin[Index].Enable(Stream.File[Index], DeviceEvents, KSEVENT_DEVICE_THERMAL_HIGH));
    const auto Heard = [&](bool Own, bool Pin0, bool Pin1, bool Others) {
        EXPECT_EQ(High.Signalled(), Own);
        EXPECT_EQ(OnPin[0].Signalled(), Pin0);
        EXPECT_EQ(OnPin[1].Signalled(), Pin1);
        EXPECT_EQ(Other.Signalled(), Others);
    };
    EXPECT_SUCCESS(KsGenerateThermalEvent(Stream.Pin[1], Hot));
    Heard(false, false, true, false);
    EXPECT_SUCCESS(KsGenerateThermalEvent(KsGetFilterFromFileObject(Stream.Filter.Object), Hot));
    Heard(true, true, true, false);
    EXPECT_SUCCESS(KsGenerateThermalEvent(Device, Hot));
    Heard(true, true, true, true);
    EXPECT_FALSE(Low.Signalled());
    EXPECT_SUCCESS(KsGenerateThermalEvent(Device, Cool));
    Heard(false, false, false, false);
    EXPECT_TRUE(Low.Signalled());
    KsAcquireDevice(Device); // callers may hold it
    EXPECT_SUCCESS(KsGenerateThermalEvent(Device, Hot));
    KsReleaseDevice(Device);
    Heard(true, true, true, true);
    EXPECT_EQ(KsGenerateThermalEvent(NULL, Hot), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(KsGenerateThermalEvent(Stream.Factory.Factory, Hot), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(KsGenerateThermalEvent(Device, static_cast<KSDEVICE_THERMAL_STATE>(2)),
              STATUS_INVALID_DEVICE_REQUEST);
    Heard(false, false, false, false);
    EXPECT_SUCCESS(High.Disable(Stream.Filter));
    EXPECT_SUCCESS(Low.Disable(Stream.Filter));
    EXPECT_SUCCESS(Other.Disable(Second));
    for (ULONG Index = 0; Index < 2; ++Index)
        EXPECT_SUCCESS(OnPin[Index].Disable(Stream.File[Index]));
}

// A minidriver that gives the interface out itself is managed as well.
static PDEVICE_OBJECT Bottom;
static PDRIVER_DISPATCH RealPnp;
static NTSTATUS NTAPI BottomPnp(PDEVICE_OBJECT Device, PIRP Irp) {
    return Device == Bottom ? CaseFinish(Irp, Irp->IoStatus.Status) : RealPnp(Device, Irp);
}
static NTSTATUS NTAPI GiveOwn(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseSameGuid(*CaseStack(Irp)->Parameters.QueryInterface.InterfaceType, CoolingInterface)
               ? STATUS_SUCCESS
               : STATUS_NOT_SUPPORTED;
}

EXPORT_CASE(KsGenerateThermalEvent) {
    static const KSDEVICE_DISPATCH Dispatch = {NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                               NULL, NULL, NULL, NULL, NULL, NULL, GiveOwn};
    static const KSDEVICE_DESCRIPTOR Descriptor = {&Dispatch, 0, NULL, KSDEVICE_DESCRIPTOR_VERSION};
    PKSDEVICE Device = NULL;
    REQUIRE_SUCCESS(IoCreateDevice(Case.Driver, sizeof(KSDEVICE_HEADER), NULL, FILE_DEVICE_UNKNOWN,
                                   0, FALSE, &Bottom));
    Bottom->Flags &= ~DO_DEVICE_INITIALIZING;
    RealPnp = Case.Driver->MajorFunction[IRP_MJ_PNP];
    Case.Driver->MajorFunction[IRP_MJ_PNP] = BottomPnp;
    if (EXPECT_SUCCESS(KsCreateDevice(Case.Driver, Bottom, &Descriptor, 0, &Device))) {
        const PDEVICE_OBJECT Fdo = Device->FunctionalDeviceObject;
        CASE_CONTEXT Own = Case;
        Own.Device = Fdo;
        COOLING Cooling;
        EXPECT_SUCCESS(KsGenerateThermalEvent(Device, KSDEVICE_THERMAL_STATE_HIGH));
        EXPECT_SUCCESS(QueryCooling(Own, Cooling, sizeof Cooling, 1));
        EXPECT_TRUE(Cooling.Active == NULL); // the minidriver's word is left as it is
        EXPECT_EQ(KsGenerateThermalEvent(Device, KSDEVICE_THERMAL_STATE_HIGH),
                  STATUS_INVALID_DEVICE_REQUEST);
        KsTerminateDevice(Fdo);
        IoDetachDevice(Bottom);
        IoDeleteDevice(Fdo);
    }
    Case.Driver->MajorFunction[IRP_MJ_PNP] = RealPnp;
    IoDeleteDevice(Bottom);
}

// No pipeline has ever handed one in.
static VOID NTAPI NeverCancelled(GUID Guid, PVOID CancelContext, PVOID ReleaseContext) {
    UNREFERENCED_PARAMETER(Guid);
    UNREFERENCED_PARAMETER(CancelContext);
    EXPECT_EQ(ReleaseContext, (PVOID)NULL);
    EXPECT_TRUE(FALSE);
}

EXPORT_CASE(KsAcquireCachedMdl, KsReleaseCachedMdl) {
    PMDL Mdl = reinterpret_cast<PMDL>(8);
    PVOID Release = &Mdl;
    CaseIrp Request(Case.Device, IRP_MJ_DEVICE_CONTROL);
    EXPECT_EQ(KsAcquireCachedMdl(Request.Irp, CaseOwnSet, NeverCancelled, &Request, &Mdl, &Release),
              STATUS_NOT_FOUND);
    EXPECT_EQ(Mdl, (PMDL)NULL);
    EXPECT_EQ(Release, (PVOID)NULL);
    EXPECT_EQ(KsReleaseCachedMdl(CaseOwnSet, Mdl, Release), STATUS_NOT_FOUND);
}
