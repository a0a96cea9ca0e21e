// PnP requests of an AVStream device: who is asked, in which order, and what comes back.
#include "ks_stack.h"

// What the minidriver answers.
static NTSTATUS Answer;
static PCM_RESOURCE_LIST Raw, Translated;
static NTSTATUS NTAPI Start(PKSDEVICE Device, PIRP Irp, PCM_RESOURCE_LIST First,
                            PCM_RESOURCE_LIST Second) {
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('S');
    EXPECT_FALSE(Device->Started);
    EXPECT_EQ(First, Translated);
    EXPECT_EQ(Second, Raw);
    return Answer;
}
static NTSTATUS NTAPI Query(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('q');
    return Answer;
}
static void NTAPI Cancel(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('c');
}
static void NTAPI Stop(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('p');
    EXPECT_TRUE(Device->Started);
}
static DEVICE_CAPABILITIES Capabilities;
static NTSTATUS NTAPI QueryCapabilities(PKSDEVICE Device, PIRP Irp, PDEVICE_CAPABILITIES Asked) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('C');
    EXPECT_EQ(Asked, &Capabilities);
    return Answer;
}
static void NTAPI Pulled(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    CaseNote('s');
}
static NTSTATUS NTAPI QueryInterface(PKSDEVICE Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    CaseNote('i');
    if (Answer == STATUS_PENDING)
        IoMarkIrpPending(Irp);
    return Answer;
}
static const KSDEVICE_DISPATCH Dispatch = {NULL,   Start, NULL,   Query,         Cancel,
                                           Stop,   Query, Cancel, NULL,          QueryCapabilities,
                                           Pulled, NULL,  NULL,   QueryInterface};
static const KSDEVICE_DESCRIPTOR Current = {&Dispatch, 0, NULL, KSDEVICE_DESCRIPTOR_VERSION};
static const KSDEVICE_DESCRIPTOR Older = {&Dispatch, 0, NULL, 0};

// The bus starts first; who fails keeps the device from being started.
EXPORT_CASE(KsInitializeDevice, KsTerminateDevice) {
    CaseDeviceStack Own(Case, Current);
    Answer = STATUS_SUCCESS;
    Raw = &Own.Raw;
    Translated = &Own.Translated;
    REQUIRE(Own.Device != NULL);
    Own.LowerAnswer = STATUS_DEVICE_POWER_FAILURE;
    EXPECT_EQ(Own.SendPnp(IRP_MN_START_DEVICE), STATUS_DEVICE_POWER_FAILURE);
    EXPECT_TRUE(CaseSaw("l"));
    EXPECT_FALSE(Own.Device->Started);
    Own.LowerAnswer = STATUS_SUCCESS;
    Answer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Own.SendPnp(IRP_MN_START_DEVICE), STATUS_DEVICE_BUSY);
    EXPECT_TRUE(CaseSaw("lS"));
    EXPECT_FALSE(Own.Device->Started);
    Answer = STATUS_PENDING; // none of a start's answers
    EXPECT_EQ(Own.SendPnp(IRP_MN_START_DEVICE), STATUS_UNSUCCESSFUL);
    EXPECT_TRUE(CaseSaw("lS"));
    EXPECT_FALSE(Own.Device->Started);
    // Stopping what has not started tells the minidriver nothing.
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_STOP_DEVICE));
    EXPECT_TRUE(CaseSaw("l"));
    Answer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
    EXPECT_TRUE(CaseSaw("lS"));
    EXPECT_TRUE(Own.Device->Started);
    Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Own.SendPnp(IRP_MN_STOP_DEVICE), STATUS_DEVICE_NOT_READY);
    EXPECT_TRUE(CaseSaw("pl"));
    EXPECT_SUCCESS(Own.CameWith);
    EXPECT_FALSE(Own.Device->Started);
    Own.LowerAnswer = STATUS_SUCCESS;
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
    EXPECT_TRUE(CaseSaw("lS"));
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_SURPRISE_REMOVAL));
    EXPECT_TRUE(CaseSaw("sl"));
    EXPECT_SUCCESS(Own.CameWith);
    EXPECT_FALSE(Own.Device->Started);
}

// Who refuses a stop or a removal is the last to be asked; a cancel goes from the bus up.
EXPORT_CASE(KsInitializeDevice) {
    CaseDeviceStack Own(Case, Current);
    Answer = STATUS_SUCCESS;
    REQUIRE(Own.Device != NULL);
    const UCHAR Queries[] = {IRP_MN_QUERY_STOP_DEVICE, IRP_MN_QUERY_REMOVE_DEVICE};
    for (const UCHAR Minor : Queries) {
        Answer = STATUS_DEVICE_BUSY;
        EXPECT_EQ(Own.SendPnp(Minor), STATUS_DEVICE_BUSY);
        EXPECT_TRUE(CaseSaw("q"));
        Answer = STATUS_PENDING;
        EXPECT_EQ(Own.SendPnp(Minor), STATUS_UNSUCCESSFUL);
        EXPECT_TRUE(CaseSaw("q"));
        Answer = STATUS_SUCCESS;
        Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
        EXPECT_EQ(Own.SendPnp(Minor), STATUS_DEVICE_NOT_READY);
        EXPECT_TRUE(CaseSaw("ql"));
        EXPECT_SUCCESS(Own.CameWith);
        Own.LowerAnswer = STATUS_SUCCESS;
    }
    const UCHAR Cancels[] = {IRP_MN_CANCEL_STOP_DEVICE, IRP_MN_CANCEL_REMOVE_DEVICE};
    for (const UCHAR Minor : Cancels) {
        EXPECT_SUCCESS(Own.SendPnp(Minor));
        EXPECT_TRUE(CaseSaw("lc"));
        EXPECT_SUCCESS(Own.CameWith);
    }
    // What AVStream does not know goes by as it came.
    Own.LowerAnswer = STATUS_NOT_IMPLEMENTED;
    EXPECT_EQ(Own.SendPnp(IRP_MN_QUERY_PNP_DEVICE_STATE), STATUS_NOT_IMPLEMENTED);
    EXPECT_TRUE(CaseSaw("l"));
    EXPECT_EQ(Own.CameWith, STATUS_NOT_SUPPORTED);
}

// The bus fills the capabilities in, the minidriver changes them.
EXPORT_CASE(KsInitializeDevice) {
    CaseDeviceStack Own(Case, Current);
    Answer = STATUS_SUCCESS;
    REQUIRE(Own.Device != NULL);
    const auto Ask = [&] {
        return Own.Send(IRP_MJ_PNP, IRP_MN_QUERY_CAPABILITIES, [](auto &Parameters) {
            Parameters.DeviceCapabilities.Capabilities = &Capabilities;
        });
    };
    EXPECT_SUCCESS(Ask());
    EXPECT_TRUE(CaseSaw("lC"));
    Answer = STATUS_DEVICE_BUSY;
    EXPECT_EQ(Ask(), STATUS_DEVICE_BUSY);
    EXPECT_TRUE(CaseSaw("lC"));
    Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Ask(), STATUS_DEVICE_NOT_READY);
    EXPECT_TRUE(CaseSaw("l"));
}

// An interface that the minidriver gives, does not know, refuses, or gives later.
EXPORT_CASE(KsCompletePendingRequest, KsInitializeDevice) {
    INTERFACE Room = {};
    const auto Fill = [&](auto &Parameters) {
        Parameters.QueryInterface.InterfaceType = &CaseOwnSet;
        Parameters.QueryInterface.Size = sizeof Room;
        Parameters.QueryInterface.Version = 1;
        Parameters.QueryInterface.Interface = &Room;
    };
    {
        CaseDeviceStack Own(Case, Current);
        Answer = STATUS_SUCCESS;
        REQUIRE(Own.Device != NULL);
        const auto Ask = [&] { return Own.Send(IRP_MJ_PNP, IRP_MN_QUERY_INTERFACE, Fill); };
        EXPECT_SUCCESS(Ask());
        EXPECT_TRUE(CaseSaw("il"));
        EXPECT_SUCCESS(Own.CameWith);
        Answer = STATUS_NOT_SUPPORTED;
        Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
        EXPECT_EQ(Ask(), STATUS_DEVICE_NOT_READY);
        EXPECT_TRUE(CaseSaw("il"));
        EXPECT_EQ(Own.CameWith, STATUS_NOT_SUPPORTED);
        Answer = STATUS_DEVICE_BUSY;
        EXPECT_EQ(Ask(), STATUS_DEVICE_BUSY);
        EXPECT_TRUE(CaseSaw("i"));
        Answer = STATUS_PENDING;
        CaseIrp Request(Own.Fdo, IRP_MJ_PNP, IRP_MN_QUERY_INTERFACE);
        Fill(Request.Stack->Parameters);
        EXPECT_EQ(Own.RealPnp(Own.Fdo, Request.Irp), STATUS_PENDING);
        EXPECT_FALSE(Request.Completed());
        EXPECT_TRUE(CaseSaw("i"));
        Request.Irp->IoStatus.Status = STATUS_DEVICE_DATA_ERROR;
        KsCompletePendingRequest(Request.Irp);
        EXPECT_TRUE(Request.Completed());
        EXPECT_EQ(Request.Status(), STATUS_DEVICE_DATA_ERROR);
    }
    // Tables of older descriptors end before the member.
    CaseDeviceStack Own(Case, Older);
    REQUIRE(Own.Device != NULL);
    Own.LowerAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Own.Send(IRP_MJ_PNP, IRP_MN_QUERY_INTERFACE, Fill), STATUS_DEVICE_NOT_READY);
    EXPECT_TRUE(CaseSaw("l"));
}
