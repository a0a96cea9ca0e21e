// Creations that fail for want of memory leave nothing behind and call nothing. Run with each
// allocation failing in turn, too (tests/exports/framework_test.cpp).
#include "support/wdf_case.h"

namespace {

LONG Given, Cleanups, Destructions;

VOID NTAPI Cleanup(WDFOBJECT) {
    InterlockedIncrement(&Cleanups);
}
VOID NTAPI Destroy(WDFOBJECT) {
    InterlockedIncrement(&Destructions);
}
VOID NTAPI Nothing(WDFTIMER) {}
VOID NTAPI NothingElse(WDFWORKITEM) {}

// Whether it came to be.
template <typename HANDLE> bool IsGiven(NTSTATUS Status, const HANDLE &Handle) {
    EXPECT_TRUE((Handle != nullptr) == NT_SUCCESS(Status));
    if (NT_SUCCESS(Status))
        ++Given;
    else
        EXPECT_EQ(Status, STATUS_INSUFFICIENT_RESOURCES);
    return NT_SUCCESS(Status);
}

// Some object of each kind, deleted with the device.
void CreateChildren(WDFDEVICE Device, WDF_OBJECT_ATTRIBUTES &Attributes, PDEVICE_OBJECT Echo) {
    Attributes.ParentObject = Device;
    WDFOBJECT Object;
    IsGiven(WdfObjectCreate(&Attributes, &Object), Object);
    WDFCOLLECTION Collection;
    IsGiven(WdfCollectionCreate(&Attributes, &Collection), Collection);
    WDFSPINLOCK SpinLock;
    IsGiven(WdfSpinLockCreate(&Attributes, &SpinLock), SpinLock);
    WDFWAITLOCK WaitLock;
    IsGiven(WdfWaitLockCreate(&Attributes, &WaitLock), WaitLock);
    WDFMEMORY Memory;
    IsGiven(WdfMemoryCreate(&Attributes, PagedPool, 0, 100, &Memory, nullptr), Memory);
    WDF_TIMER_CONFIG Timing;
    WDF_TIMER_CONFIG_INIT(&Timing, Nothing);
    for (int Exact = 0; Exact < 2; ++Exact) {
        Timing.UseHighResolutionTimer = Exact ? WdfTrue : WdfFalse;
        WDFTIMER Timer;
        IsGiven(WdfTimerCreate(&Timing, &Attributes, &Timer), Timer);
    }
    WDF_WORKITEM_CONFIG Work;
    WDF_WORKITEM_CONFIG_INIT(&Work, NothingElse);
    Work.AutomaticSerialization = FALSE;
    WDFWORKITEM WorkItem;
    IsGiven(WdfWorkItemCreate(&Work, &Attributes, &WorkItem), WorkItem);
    WDFIOTARGET Target;
    IsGiven(WdfIoTargetCreate(Device, &Attributes, &Target), Target);
    WDFREQUEST Request;
    IsGiven(WdfRequestCreate(&Attributes, nullptr, &Request), Request);
    // The driver keeps an IRP of which no request came to be.
    const PIRP Irp = IoAllocateIrp(Echo->StackSize, FALSE);
    if (Irp != nullptr &&
        !IsGiven(WdfRequestCreateFromIrp(&Attributes, Irp, TRUE, &Request), Request))
        IoFreeIrp(Irp);
}

} // namespace

EXPORT_CASE(WdfDriverCreate, WdfDeviceMiniportCreate, WdfObjectCreate, WdfCollectionCreate,
            WdfSpinLockCreate, WdfWaitLockCreate, WdfMemoryCreate, WdfTimerCreate,
            WdfWorkItemCreate, WdfIoTargetCreate, WdfRequestCreate, WdfRequestCreateFromIrp) {
    Given = Cleanups = Destructions = 0;
    WDF_DRIVER_CONFIG Config;
    WDF_DRIVER_CONFIG_INIT(&Config, WDF_NO_EVENT_CALLBACK);
    Config.DriverInitFlags = WdfDriverInitNoDispatchOverride;
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    Attributes.EvtCleanupCallback = Cleanup;
    Attributes.EvtDestroyCallback = Destroy;
    WDFDRIVER Driver;
    const auto CreateDriver = [&] {
        return WdfDriverCreate(Case.Driver, Case.RegistryPath, &Attributes, &Config, &Driver);
    };
    if (!IsGiven(CreateDriver(), Driver)) // there is only one that fails
        REQUIRE(IsGiven(CreateDriver(), Driver));
    WDFDEVICE Device;
    if (IsGiven(WdfDeviceMiniportCreate(Driver, &Attributes, Case.Device, Case.LowerDevice, nullptr,
                                        &Device),
                Device))
        CreateChildren(Device, Attributes, Case.LowerDevice);
    WdfDriverMiniportUnload(Driver);
    EXPECT_EQ(Cleanups, Given);
    EXPECT_EQ(Destructions, Given);
}
