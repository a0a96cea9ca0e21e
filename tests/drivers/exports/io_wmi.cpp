// WMI: providers are asked what they provide; events are taken over.
#include "support/case.h"

namespace {
ULONG Asked;

NTSTATUS NTAPI HearSystemControl(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (Stack->MinorFunction == IRP_MN_REGINFO_EX || Stack->MinorFunction == IRP_MN_REGINFO) {
        EXPECT_EQ(Stack->Parameters.WMI.ProviderId, (ULONG_PTR)Device);
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
        ++Asked;
    }
    return CasePassDown(Device, Irp);
}
} // namespace

EXPORT_CASE(IoWMIRegistrationControl) {
    Asked = 0;
    CaseHook[IRP_MJ_SYSTEM_CONTROL] = HearSystemControl;
    EXPECT_EQ(IoWMIRegistrationControl(Case.Device, 99), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(IoWMIRegistrationControl(Case.Device, 1 /* WMIREG_ACTION_REGISTER */));
    CaseSleep(20);
    EXPECT_TRUE(Asked >= 1);
    const ULONG Before = Asked;
    EXPECT_SUCCESS(IoWMIRegistrationControl(Case.Device, 2 /* WMIREG_ACTION_DEREGISTER */));
    CaseSleep(20);
    EXPECT_EQ(Asked, Before);
    CaseHook[IRP_MJ_SYSTEM_CONTROL] = nullptr;
}

EXPORT_CASE(IoWMIWriteEvent) {
    // A WNODE_EVENT_ITEM's header; success frees it, and pool left behind would fail this case.
    auto *Item = static_cast<PULONG>(ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC'));
    REQUIRE(Item != nullptr);
    RtlZeroMemory(Item, 64);
    Item[0] = 64;
    EXPECT_SUCCESS(IoWMIWriteEvent(Item));
}

EXPORT_CASE(IoWMIAllocateInstanceIds, IoWMISuggestInstanceName) {
    GUID One = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}}, Two = {2};
    ULONG First = 99, Next = 99, Other = 99;
    EXPECT_SUCCESS(IoWMIAllocateInstanceIds(&One, 3, &First));
    EXPECT_SUCCESS(IoWMIAllocateInstanceIds(&One, 1, &Next));
    EXPECT_SUCCESS(IoWMIAllocateInstanceIds(&Two, 1, &Other));
    EXPECT_EQ(Next, First + 3);
    EXPECT_EQ(Other, First);
    UNICODE_STRING Link, Name = {};
    RtlInitUnicodeString(&Link, L"\\??\\case");
    REQUIRE_SUCCESS(IoWMISuggestInstanceName(nullptr, &Link, FALSE, &Name));
    EXPECT_TRUE(RtlEqualUnicodeString(&Name, &Link, FALSE));
    RtlFreeUnicodeString(&Name);
    EXPECT_EQ(IoWMISuggestInstanceName(Case.Device, nullptr, FALSE, &Name), STATUS_NO_SUCH_DEVICE);
}
