// What a port offers its adapter: power and PnP management, notifications to audio module clients.
#include "adapter_audio.h"

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
