// What a port offers its adapter: power and PnP management, notifications to audio module clients.
#include "adapter_audio.h"

#include <wmilib.h>
#include <wmistr.h>

namespace {

class Power : public CaseObject<IAdapterPowerManagement> {
  public:
    Power() : CaseObject(IID_IAdapterPowerManagement) {}
    STDMETHODIMP_(void) PowerChangeState(POWER_STATE) override {}
    STDMETHODIMP_(NTSTATUS) QueryPowerChangeState(POWER_STATE) override {
        ++Asked;
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(NTSTATUS) QueryDeviceCapabilities(PDEVICE_CAPABILITIES) override {
        return STATUS_SUCCESS;
    }
    LONG Asked = 0;
};

class Pnp : public CaseObject<IAdapterPnpManagement> {
  public:
    Pnp() : CaseObject(IID_IAdapterPnpManagement) {}
    STDMETHODIMP_(PC_REBALANCE_TYPE) GetSupportedRebalanceType() override {
        ++Asked;
        return PcRebalanceNotSupported;
    }
    STDMETHODIMP_(void) PnpQueryStop() override {}
    STDMETHODIMP_(void) PnpCancelStop() override {}
    STDMETHODIMP_(void) PnpStop() override {}
    LONG Asked = 0;
};

// An interface of a port; the port's count and identity are its own.
template <typename I> I *ServiceOf(PPORT Port, const GUID &Id) {
    I *Found = nullptr;
    PUNKNOWN Identity = nullptr, Port2 = nullptr;
    if (!EXPECT_SUCCESS(Port->QueryInterface(Id, reinterpret_cast<PVOID *>(&Found))))
        return nullptr;
    EXPECT_SUCCESS(Found->QueryInterface(IID_IUnknown, reinterpret_cast<PVOID *>(&Identity)));
    EXPECT_SUCCESS(Port->QueryInterface(IID_IUnknown, reinterpret_cast<PVOID *>(&Port2)));
    EXPECT_EQ(Identity, Port2);
    Identity->Release();
    Port2->Release();
    return Found;
}

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterAdapterPowerManagement) {
    const GUID *const Kinds[] = {&CLSID_PortTopology, &CLSID_PortWaveCyclic, &CLSID_PortWavePci,
                                 &CLSID_PortWaveRT, &CLSID_PortDMus};
    for (const GUID *Kind : Kinds) {
        CasePort Port(Case, *Kind);
        Power Own;
        auto *Service = ServiceOf<IPortClsPower>(Port.Port, IID_IPortClsPower);
        REQUIRE(Service != nullptr);
        EXPECT_EQ(Service->RegisterAdapterPowerManagement(nullptr, Case.Device),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(Service->RegisterAdapterPowerManagement(&Own, Case.PhysicalDevice),
                  STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(Service->RegisterAdapterPowerManagement(&Own, Case.Device));
        EXPECT_EQ(PcRegisterAdapterPowerManagement(&Own, Case.Device),
                  STATUS_INVALID_PARAMETER); // it is one and the same
        EXPECT_FINDING("PcRegisterAdapterPowerManagement: called twice for an adapter");
        CaseIrp Query(Case.Device, IRP_MJ_POWER, IRP_MN_QUERY_POWER);
        Query.Stack->Parameters.Power.Type = DevicePowerState;
        Query.Stack->Parameters.Power.State.DeviceState = PowerDeviceD2;
        EXPECT_SUCCESS(Query.Send());
        EXPECT_EQ(Own.Asked, 1);
        EXPECT_EQ(Service->SetIdlePowerManagement(Case.PhysicalDevice, TRUE),
                  STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(Service->SetIdlePowerManagement(Case.Device, FALSE));
        EXPECT_SUCCESS(Service->SetIdlePowerManagement(Case.Device, TRUE));
        EXPECT_EQ(Service->UnregisterAdapterPowerManagement(nullptr), STATUS_INVALID_PARAMETER);
        EXPECT_SUCCESS(Service->UnregisterAdapterPowerManagement(Case.Device));
        EXPECT_EQ(Own.References, 1);
        Service->Release();
    }
}

EXPORT_CASE(PcNewPort, PcUnregisterAdapterPnpManagement) {
    CasePort Port(Case, CLSID_PortWaveRT);
    Pnp Own;
    auto *Service = ServiceOf<IPortClsPnp>(Port.Port, IID_IPortClsPnp);
    REQUIRE(Service != nullptr);
    EXPECT_EQ(Service->RegisterAdapterPnpManagement(&Own, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Service->RegisterAdapterPnpManagement(&Own, Case.Device));
    CaseIrp Query(Case.Device, IRP_MJ_PNP, IRP_MN_QUERY_STOP_DEVICE);
    EXPECT_EQ(Query.Send(), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Own.Asked, 1);
    EXPECT_SUCCESS(PcUnregisterAdapterPnpManagement(Case.Device)); // it is one and the same
    EXPECT_EQ(Service->UnregisterAdapterPnpManagement(Case.Device), STATUS_NOT_FOUND);
    EXPECT_EQ(Own.References, 1);
    Service->Release();
}

// WMI data blocks.
namespace {

const GUID Blocks[] = {{0x11111111, 1, 2, {3}}, {0x22222222, 1, 2, {3}}};
WMIGUIDREGINFO BlockList[] = {{&Blocks[0], 1, 0}, {&Blocks[1], 3, WMIREG_FLAG_EXPENSIVE}};
UNICODE_STRING WmiPath = {};
PDEVICE_OBJECT WmiDevice = nullptr;
LONG WmiAsked = 0;
NTSTATUS WmiAnswer = STATUS_SUCCESS;

NTSTATUS NTAPI QueryReginfo(PDEVICE_OBJECT Device, PULONG Flags, PUNICODE_STRING BaseName,
                            PUNICODE_STRING *RegistryPath, PUNICODE_STRING ResourceName,
                            PDEVICE_OBJECT *) {
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(Device, WmiDevice);
    ++WmiAsked;
    if (!NT_SUCCESS(WmiAnswer))
        return WmiAnswer;
    *Flags = WMIREG_FLAG_INSTANCE_BASENAME;
    // WMI frees it; pool left behind would fail the case.
    BaseName->Length = BaseName->MaximumLength = 4;
    BaseName->Buffer = static_cast<PWCH>(ExAllocatePoolWithTag(PagedPool, 4, 'esaC'));
    if (!EXPECT_TRUE(BaseName->Buffer != nullptr))
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlCopyMemory(BaseName->Buffer, L"Ab", 4);
    *RegistryPath = &WmiPath;
    RtlInitUnicodeString(ResourceName, L"Mof");
    return STATUS_SUCCESS;
}

bool StringIs(const UCHAR *Info, ULONG Offset, const WCHAR *Text, USHORT Bytes) {
    USHORT Length = 0;
    RtlCopyMemory(&Length, Info + Offset, sizeof Length);
    return Length == Bytes && RtlCompareMemory(Info + Offset + sizeof Length, Text, Bytes) == Bytes;
}

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    CaseTopology Miniport(1, nullptr); // goes after its port
    CasePort Port(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Port.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Port.Open(Filter));
    auto *Service = ServiceOf<IPortWMIRegistration>(Port.Port, IID_IPortWMIRegistration);
    REQUIRE(Service != nullptr);
    WmiDevice = Case.Device;
    WmiAsked = 0;
    RtlInitUnicodeString(&WmiPath, L"Path");
    WMILIB_CONTEXT Context = {};
    Context.GuidCount = 2;
    Context.GuidList = BlockList;
    EXPECT_EQ(Service->RegisterWMIProvider(Case.Device, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Service->RegisterWMIProvider(Case.Device, &Context), STATUS_INVALID_PARAMETER);
    Context.QueryWmiRegInfo = QueryReginfo;
    EXPECT_EQ(Service->RegisterWMIProvider(Case.PhysicalDevice, &Context),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Service->UnregisterWMIProvider(Case.Device), STATUS_NOT_FOUND);
    EXPECT_SUCCESS(Service->RegisterWMIProvider(Case.Device, &Context));
    EXPECT_EQ(Service->RegisterWMIProvider(Case.Device, &Context), STATUS_INVALID_PARAMETER);
    EXPECT_FINDING("IPortWMIRegistration::RegisterWMIProvider: called twice for an adapter");
    CaseSleep(20);
    EXPECT_EQ(WmiAsked, 1); // by WMI, "as a result"

    // What WMI is told.
    UCHAR Info[512] = {};
    const auto Ask = [&](ULONG Bytes, PVOID Provider, ULONG_PTR *Information) {
        CaseIrp Query(Case.Device, IRP_MJ_SYSTEM_CONTROL, IRP_MN_REGINFO_EX);
        Query.Stack->Parameters.WMI.ProviderId = ULONG_PTR(Provider);
        Query.Stack->Parameters.WMI.BufferSize = Bytes;
        Query.Stack->Parameters.WMI.Buffer = Info;
        const NTSTATUS Status = Query.Send();
        *Information = Query.Irp->IoStatus.Information;
        return Status;
    };
    ULONG_PTR Information = 0;
    const ULONG Needed =
        sizeof(WMIREGINFOW) + 2 * sizeof(WMIREGGUIDW) + 3 * sizeof(USHORT) + 8 + 6 + 4;
    EXPECT_SUCCESS(Ask(sizeof Info, Case.Device, &Information));
    EXPECT_EQ(Information, Needed);
    const auto &Told = *reinterpret_cast<WMIREGINFOW *>(Info);
    EXPECT_EQ(Told.BufferSize, Needed);
    EXPECT_EQ(Told.GuidCount, 2);
    EXPECT_TRUE(StringIs(Info, Told.RegistryPath, L"Path", 8));
    EXPECT_TRUE(StringIs(Info, Told.MofResourceName, L"Mof", 6));
    for (ULONG Index = 0; Index < 2; ++Index) {
        const WMIREGGUIDW &Block = Told.WmiRegGuid[Index];
        EXPECT_TRUE(IsEqualGUIDAligned(Block.Guid, Blocks[Index]));
        EXPECT_EQ(Block.Flags, BlockList[Index].Flags | WMIREG_FLAG_INSTANCE_BASENAME);
        EXPECT_EQ(Block.InstanceCount, BlockList[Index].InstanceCount);
        EXPECT_TRUE(StringIs(Info, Block.BaseNameOffset, L"Ab", 4));
    }
    EXPECT_EQ(Ask(Needed - 1, Case.Device, &Information), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Information, sizeof(ULONG));
    EXPECT_EQ(Told.BufferSize, Needed);
    EXPECT_EQ(Ask(3, Case.Device, &Information), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(Information, 0);
    WmiAnswer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Ask(sizeof Info, Case.Device, &Information), STATUS_DEVICE_BUSY);
    WmiAnswer = STATUS_SUCCESS;
    // Another device's goes on to it.
    const LONG Before = WmiAsked;
    EXPECT_FALSE(NT_SUCCESS(Ask(sizeof Info, Case.PhysicalDevice, &Information)));
    EXPECT_SUCCESS(Service->UnregisterWMIProvider(Case.Device));
    EXPECT_FALSE(NT_SUCCESS(Ask(sizeof Info, Case.Device, &Information)));
    EXPECT_EQ(WmiAsked, Before);
    Service->Release();
}

// What who watches the device is told.
namespace {

struct HEARD {
    LONG Calls;
    GUID Event;
    ULONG Bytes;
    UCHAR Data[40];
    KEVENT Done;
};

NTSTATUS NTAPI Hear(PVOID Structure, PVOID Context) {
    const auto &Told = *static_cast<TARGET_DEVICE_CUSTOM_NOTIFICATION *>(Structure);
    auto &Heard = *static_cast<HEARD *>(Context);
    EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    EXPECT_EQ(Told.Version, 1);
    EXPECT_EQ(Told.NameBufferOffset, -1);
    ++Heard.Calls;
    Heard.Event = Told.Event;
    Heard.Bytes = Told.Size - FIELD_OFFSET(TARGET_DEVICE_CUSTOM_NOTIFICATION, CustomDataBuffer);
    RtlCopyMemory(Heard.Data, Told.CustomDataBuffer,
                  Heard.Bytes < sizeof Heard.Data ? Heard.Bytes : sizeof Heard.Data);
    KeSetEvent(&Heard.Done, IO_NO_INCREMENT, FALSE);
    return STATUS_SUCCESS;
}

} // namespace

EXPORT_CASE(PcNewPort, IoRegisterPlugPlayNotification) {
    CaseTopology Miniport(1, nullptr);
    CasePort Port(Case, CLSID_PortTopology);
    auto *Service = ServiceOf<IPortClsNotifications>(Port.Port, IID_IPortClsNotifications);
    REQUIRE(Service != nullptr);
    HEARD Heard = {};
    KeInitializeEvent(&Heard.Done, SynchronizationEvent, FALSE);
    PVOID Watch = nullptr;
    REQUIRE_SUCCESS(IoRegisterPlugPlayNotification(
        EventCategoryTargetDeviceChange, 0, IoGetCurrentIrpStackLocation(Case.Irp)->FileObject,
        Case.Driver, Hear, &Heard, &Watch));
    PPCNOTIFICATION_BUFFER Buffer = nullptr;
    EXPECT_EQ(Service->AllocNotificationBuffer(PagedPool, 8, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Service->AllocNotificationBuffer(PagedPool, 0, &Buffer), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Service->AllocNotificationBuffer(PagedPool, 0xffff, &Buffer),
              STATUS_INVALID_PARAMETER); // no notification is that large (inferred)
    EXPECT_EQ(Buffer, nullptr);
    REQUIRE_SUCCESS(Service->AllocNotificationBuffer(PagedPool, 40, &Buffer));
    EXPECT_EQ(ULONG_PTR(Buffer) % 8, 0); // KSAUDIOMODULE_NOTIFICATION begins with a LONGLONG
    for (UCHAR Byte = 0; Byte < 40; ++Byte)
        Buffer->NotificationBuffer[Byte] = Byte + 3;
    LARGE_INTEGER Patience = CaseMilliseconds(1000);
    const auto Wait = [&] {
        return KeWaitForSingleObject(&Heard.Done, Executive, KernelMode, FALSE, &Patience);
    };
    // Before the port knows its device, there is nobody to tell.
    Service->SendNotification(&KSNOTIFICATIONID_AudioModule, Buffer);
    EXPECT_EQ(Wait(), STATUS_TIMEOUT);
    REQUIRE_SUCCESS(Port.Init(&Miniport));
    Service->SendNotification(&KSNOTIFICATIONID_AudioModule, Buffer);
    EXPECT_SUCCESS(Wait());
    EXPECT_EQ(Heard.Calls, 1);
    EXPECT_TRUE(CaseSameGuid(Heard.Event, KSNOTIFICATIONID_AudioModule));
    EXPECT_EQ(Heard.Bytes, 40);
    EXPECT_EQ(Heard.Data[0], 3);
    EXPECT_EQ(Heard.Data[39], 42);
    // The buffer is the driver's still, and may be sent again.
    Buffer->NotificationBuffer[0] = 99;
    Service->SendNotification(&CaseOwnSet, Buffer);
    EXPECT_SUCCESS(Wait());
    EXPECT_TRUE(CaseSameGuid(Heard.Event, CaseOwnSet));
    EXPECT_EQ(Heard.Data[0], 99);
    Service->SendNotification(nullptr, Buffer);
    Service->SendNotification(&CaseOwnSet, nullptr);
    EXPECT_FINDING("IPortClsNotifications::SendNotification: what it is given is no buffer of "
                   "AllocNotificationBuffer, or it has no identifier");
    Service->FreeNotificationBuffer(Buffer);
    Service->FreeNotificationBuffer(nullptr);
    EXPECT_FINDING("IPortClsNotifications::FreeNotificationBuffer: what it is given is no buffer "
                   "of AllocNotificationBuffer");
    EXPECT_EQ(Wait(), STATUS_TIMEOUT);

    CaseRunInDpc(
        [&] { EXPECT_SUCCESS(Service->AllocNotificationBuffer(NonPagedPoolNx, 1, &Buffer)); });
    Service->FreeNotificationBuffer(Buffer);
    EXPECT_SUCCESS(IoUnregisterPlugPlayNotificationEx(Watch));
    Service->Release();
}
