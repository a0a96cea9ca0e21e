// An adapter whose resources are moved: what it is asked and told, and what clients notice.
#include "adapter_fixture.h"

namespace {

// What was called last is the latest.
LONG Moment;

class Pnp : public CaseObject<IAdapterPnpManagement> {
  public:
    Pnp() : CaseObject(IID_IAdapterPnpManagement) {}
    STDMETHODIMP_(PC_REBALANCE_TYPE) GetSupportedRebalanceType() override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Asked;
        return Type;
    }
    STDMETHODIMP_(void) PnpQueryStop() override { ++QueryStops; }
    STDMETHODIMP_(void) PnpCancelStop() override { ++CancelStops; }
    STDMETHODIMP_(void) PnpStop() override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Stops;
        At = ++Moment;
        if (Waits) { // for what needs the device's global lock, which is free
            bool Has = false;
            CaseThread Other([&] {
                const PKSDEVICE Device = KsGetDeviceForDeviceObject(Waits);
                KsAcquireDevice(Device);
                Has = true;
                KsReleaseDevice(Device);
            });
            Other.Join();
            EXPECT_TRUE(Has);
        }
    }
    PC_REBALANCE_TYPE Type = PcRebalanceRemoveSubdevices;
    LONG Asked = 0, QueryStops = 0, CancelStops = 0, Stops = 0, At = 0;
    PDEVICE_OBJECT Waits = nullptr;
};

class Notify : public CaseObject<IMiniportPnpNotify> {
  public:
    Notify() : CaseObject(IID_IMiniportPnpNotify) {}
    STDMETHODIMP_(void) PnpStop() override {
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Stops;
        At = ++Moment;
    }
    LONG Stops = 0, At = 0;
};

NTSTATUS Send(CASE_CONTEXT &Case, UCHAR Minor) {
    CaseIrp Request(Case.Device, IRP_MJ_PNP, Minor);
    return Request.Send();
}

} // namespace

EXPORT_CASE(PcRegisterAdapterPnpManagement, PcUnregisterAdapterPnpManagement) {
    Pnp Own;
    CaseTopology Other(1, nullptr);
    EXPECT_EQ(PcRegisterAdapterPnpManagement(nullptr, Case.Device), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPnpManagement(&Own, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPnpManagement(&Own, Case.PhysicalDevice), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcRegisterAdapterPnpManagement(&Other, Case.Device),
              STATUS_INVALID_PARAMETER); // it has no such interface
    EXPECT_EQ(PcUnregisterAdapterPnpManagement(nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcUnregisterAdapterPnpManagement(Case.Device), STATUS_NOT_FOUND); // inferred
    EXPECT_EQ(Own.References, 1);
    // Without it an adapter stops as before there was a rebalance.
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE));
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));

    REQUIRE_SUCCESS(PcRegisterAdapterPnpManagement(&Own, Case.Device));
    EXPECT_EQ(Own.References, 2);
    EXPECT_EQ(PcRegisterAdapterPnpManagement(&Own, Case.Device), STATUS_INVALID_PARAMETER);
    EXPECT_FINDING("PcRegisterAdapterPnpManagement: called twice for an adapter");
    EXPECT_EQ(Own.References, 2);
    Own.Type = PcRebalanceNotSupported;
    EXPECT_EQ(Send(Case, IRP_MN_QUERY_STOP_DEVICE), STATUS_UNSUCCESSFUL); // inferred
    EXPECT_EQ(Own.Asked, 1);
    EXPECT_EQ(Own.QueryStops, 0);
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));
    EXPECT_EQ(Own.CancelStops, 1); // "even without previously receiving a PnpQueryStop"
    Own.Type = PcRebalanceRemoveSubdevices;
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE));
    EXPECT_EQ(Own.Asked, 2);
    EXPECT_EQ(Own.QueryStops, 1);
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));
    EXPECT_EQ(Own.CancelStops, 2);
    EXPECT_EQ(Own.Stops, 0);

    EXPECT_SUCCESS(PcUnregisterAdapterPnpManagement(Case.Device));
    EXPECT_EQ(Own.References, 1);
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE));
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));
    EXPECT_EQ(Own.Asked, 2);
}

// "While a Stop is pending, Portcls will block (hold) any new create requests."
EXPORT_CASE(PcRegisterAdapterPnpManagement) {
    Pnp Own;
    CaseSubdevice Sub(Case);
    REQUIRE_SUCCESS(Sub.Register(L"Held"));
    CaseLink Link(Case, KSCATEGORY_AUDIO, L"Held");
    REQUIRE(Link.Found());
    REQUIRE_SUCCESS(PcRegisterAdapterPnpManagement(&Own, Case.Device));
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE));
    CaseFile Filter;
    NTSTATUS Opened = STATUS_PENDING;
    CaseThread Client([&] { Opened = Filter.Open(&Link.Text); });
    CaseSleep(1000);
    EXPECT_EQ(Opened, STATUS_PENDING);
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));
    Client.Join();
    EXPECT_SUCCESS(Opened);
    Filter.Close();
    EXPECT_SUCCESS(Filter.Open(&Link.Text)); // and at once
    Filter.Close();
    EXPECT_SUCCESS(PcUnregisterAdapterPnpManagement(Case.Device));
}

// Miniports are told first, then the adapter, which may wait; then its resources go.
EXPORT_CASE(PcRegisterAdapterPnpManagement, PcUnregisterAdapterPnpManagement) {
    Pnp Own;
    Notify Miniport;
    CaseSubdevice Sub(Case);
    Sub.Miniport.Further = &Miniport;
    REQUIRE_SUCCESS(Sub.Register(L"Notified"));
    REQUIRE_SUCCESS(PcRegisterAdapterPnpManagement(&Own, Case.Device));
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE));
    EXPECT_EQ(Miniport.Stops, 0);
    Own.Waits = Case.Device;
    EXPECT_SUCCESS(Send(Case, IRP_MN_STOP_DEVICE));
    EXPECT_EQ(Miniport.Stops, 1);
    EXPECT_EQ(Own.Stops, 1);
    EXPECT_TRUE(Miniport.At < Own.At);
    EXPECT_EQ(Miniport.References, 1);
    EXPECT_FALSE(CaseLink(Case, KSCATEGORY_AUDIO, L"Notified").Found());
    EXPECT_SUCCESS(Send(Case, IRP_MN_START_DEVICE));
    EXPECT_SUCCESS(Sub.Register(L"Notified")); // the stop took it off
    EXPECT_TRUE(CaseLink(Case, KSCATEGORY_AUDIO, L"Notified").Found());
    EXPECT_SUCCESS(Send(Case, IRP_MN_QUERY_STOP_DEVICE)); // the registration outlives the stop
    EXPECT_EQ(Own.QueryStops, 2);
    EXPECT_SUCCESS(Send(Case, IRP_MN_CANCEL_STOP_DEVICE));
    EXPECT_SUCCESS(PcUnregisterAdapterPnpManagement(Case.Device));
    EXPECT_EQ(Own.References, 1);
}
