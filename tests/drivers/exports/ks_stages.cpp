// Filters of a device that is not started yet, not any more, or gone before its files.
#include "ks_stack.h"

static NTSTATUS PostStartAnswer;
static NTSTATUS NTAPI PostStart(PKSDEVICE Device) {
    UNREFERENCED_PARAMETER(Device);
    CaseNote('o');
    CaseSleep(100000);
    CaseNote('O');
    return PostStartAnswer;
}
static const KSDEVICE_DISPATCH Dispatch = {NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                                           NULL, NULL, NULL, NULL, NULL, NULL, NULL};
static const KSDEVICE_DISPATCH Later = {NULL, NULL, PostStart, NULL, NULL, NULL, NULL,
                                        NULL, NULL, NULL,      NULL, NULL, NULL, NULL};
static const KSNODE_DESCRIPTOR Node = {NULL, &CaseOwnSet, NULL};
#define CASE_DEVICE L"\\Device\\KsCaseStack"

namespace {
// A device with one filter that its own name leads to.
struct NAMED {
    CASE_FILTER Filter;
    const KSFILTER_DESCRIPTOR *Filters[1];
    KSDEVICE_DESCRIPTOR Device;

    explicit NAMED(const KSDEVICE_DISPATCH &Callbacks) {
        CaseInitializeFilter(Filter);
        Filter.Descriptor.CategoriesCount = 0;
        Filter.Descriptor.ReferenceGuid = &CaseOwnCategory;
        Filter.Descriptor.NodeDescriptorsCount = 1;
        Filter.Descriptor.NodeDescriptors = &Node;
        Filters[0] = &Filter.Descriptor;
        Device = {&Callbacks, 1, Filters, KSDEVICE_DESCRIPTOR_VERSION};
    }
    static NTSTATUS Open(CaseFile &File) {
        return File.Open(CASE_DEVICE L"\\{5D2F0C12-3C58-4E0B-8C5E-0B6F0A7D3E21}");
    }
};
} // namespace

EXPORT_CASE(KsInitializeDevice) {
    NAMED Named(Dispatch);
    CaseDeviceStack Own(Case, Named.Device, CASE_DEVICE);
    CaseFile File;
    REQUIRE(Own.Device != NULL);
    EXPECT_EQ(Named.Open(File), STATUS_DEVICE_NOT_READY);
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
    EXPECT_SUCCESS(Named.Open(File));
    File.Close();
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_STOP_DEVICE));
    EXPECT_EQ(Named.Open(File), STATUS_DEVICE_NOT_READY);
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
    EXPECT_SUCCESS(Named.Open(File));
    File.Close();
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_SURPRISE_REMOVAL));
    EXPECT_EQ(Named.Open(File), STATUS_DEVICE_NOT_READY);
}

// Opening waits for what comes behind the start, and gets its failure.
EXPORT_CASE(KsInitializeDevice) {
    NAMED Named(Later);
    CaseDeviceStack Own(Case, Named.Device, CASE_DEVICE);
    CaseFile File;
    REQUIRE(Own.Device != NULL);
    const struct {
        NTSTATUS PostStart, Opened;
    } Known[] = {{STATUS_SUCCESS, STATUS_SUCCESS},
                 {STATUS_DEVICE_DATA_ERROR, STATUS_DEVICE_DATA_ERROR},
                 {STATUS_PENDING, STATUS_UNSUCCESSFUL}};
    for (const auto &One : Known) {
        PostStartAnswer = One.PostStart;
        EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
        EXPECT_EQ(Named.Open(File), One.Opened);
        EXPECT_TRUE(CaseSaw("loO"));
        File.Close();
        EXPECT_SUCCESS(Own.SendPnp(IRP_MN_STOP_DEVICE));
        (void)CaseSaw("");
    }
}

// A driver that takes its device down while files are open leaves files without an object.
EXPORT_CASE(KsTerminateDevice, KsCreateTopologyNode) {
    NAMED Named(Dispatch);
    CaseDeviceStack Own(Case, Named.Device, CASE_DEVICE);
    REQUIRE(Own.Device != NULL);
    EXPECT_SUCCESS(Own.SendPnp(IRP_MN_START_DEVICE));
    CaseFile File, Pin, NodeFile;
    REQUIRE_SUCCESS(Named.Open(File));
    EXPECT_SUCCESS(CaseConnect(File, 0, NULL, Pin));
    KSNODE_CREATE Request = {};
    HANDLE Created = NULL;
    REQUIRE_SUCCESS(KsCreateTopologyNode(File.Handle, &Request, GENERIC_READ, &Created));
    EXPECT_SUCCESS(NodeFile.Adopt(Created));
    Own.Terminate();
    EXPECT_EQ(File.Object->FsContext, (PVOID)NULL);
    EXPECT_EQ(Pin.Object->FsContext, (PVOID)NULL);
    EXPECT_EQ(NodeFile.Object->FsContext, (PVOID)NULL);
    ULONG Value = 0;
    const CaseFile *const Files[] = {&File, &Pin, &NodeFile};
    for (const CaseFile *One : Files) {
        EXPECT_EQ(CaseProperty(*One, KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES, KSPROPERTY_TYPE_GET,
                               &Value, sizeof Value),
                  STATUS_INVALID_DEVICE_REQUEST);
    }
}
