// IRPs through KS: to create items and dispatch tables, forwarded, caught, and refused by default.
#include "ks_fixture.h"

static PIRP SeenIrp;
static PFILE_OBJECT SeenFile;
static NTSTATUS NTAPI SeeControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    SeenIrp = Irp;
    SeenFile = CaseStack(Irp)->FileObject;
    Irp->IoStatus.Information = 7;
    return CaseFinish(Irp, STATUS_NO_MORE_ENTRIES);
}

EXPORT_CASE(KsDispatchIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SeeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
    Request.Stack->FileObject = File.Object;
    EXPECT_EQ(KsDispatchIrp(Plain.Device, Request.Irp), STATUS_NO_MORE_ENTRIES);
    EXPECT_EQ(SeenIrp, Request.Irp);
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(Request.Irp->IoStatus.Information, 7u);
    // A name that no create item has.
    CaseFile Missing;
    EXPECT_EQ(Missing.Open(L"\\Device\\KsCase\\nothing"), STATUS_OBJECT_NAME_NOT_FOUND);
}

EXPORT_CASE(KsSetMajorFunctionHandler) {
    const PDRIVER_DISPATCH Before = Case.Driver->MajorFunction[IRP_MJ_READ];
    Case.Driver->MajorFunction[IRP_MJ_READ] = NULL;
    EXPECT_SUCCESS(KsSetMajorFunctionHandler(Case.Driver, IRP_MJ_READ));
    EXPECT_EQ(Case.Driver->MajorFunction[IRP_MJ_READ], Before);
    EXPECT_EQ(KsSetMajorFunctionHandler(Case.Driver, IRP_MJ_PNP), STATUS_INVALID_PARAMETER);
}

EXPORT_CASE(KsDispatchInvalidDeviceRequest) {
    CaseIrp Request(Case.Device, IRP_MJ_FLUSH_BUFFERS);
    EXPECT_EQ(KsDispatchInvalidDeviceRequest(Case.Device, Request.Irp),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(Request.Status(), STATUS_INVALID_DEVICE_REQUEST);
}

EXPORT_CASE(KsDefaultDeviceIoCompletion) {
    const struct {
        ULONG Code;
        NTSTATUS Status;
    } Known[] = {
        {IOCTL_KS_PROPERTY, STATUS_PROPSET_NOT_FOUND},
        {IOCTL_KS_METHOD, STATUS_PROPSET_NOT_FOUND},
        {IOCTL_KS_ENABLE_EVENT, STATUS_PROPSET_NOT_FOUND},
        {IOCTL_KS_DISABLE_EVENT, STATUS_INVALID_DEVICE_REQUEST},
        {IOCTL_KS_RESET_STATE, STATUS_INVALID_DEVICE_REQUEST},
    };
    for (const auto &One : Known) {
        CaseIrp Request(Case.Device, IRP_MJ_DEVICE_CONTROL);
        Request.Stack->Parameters.DeviceIoControl.IoControlCode = One.Code;
        Request.Irp->IoStatus.Information = 5;
        EXPECT_EQ(KsDefaultDeviceIoCompletion(Case.Device, Request.Irp), One.Status);
        EXPECT_TRUE(Request.Completed());
        EXPECT_EQ(Request.Status(), One.Status);
        EXPECT_EQ(Request.Irp->IoStatus.Information, 0u);
    }
}

EXPORT_CASE(KsDispatchFastIoDeviceControlFailure, KsDispatchFastReadFailure) {
    IO_STATUS_BLOCK IoStatus = {};
    LARGE_INTEGER Offset = {};
    EXPECT_FALSE(KsDispatchFastIoDeviceControlFailure(NULL, TRUE, NULL, 0, NULL, 0,
                                                      IOCTL_KS_PROPERTY, &IoStatus, Case.Device));
    EXPECT_FALSE(
        KsDispatchFastReadFailure(NULL, &Offset, 0, TRUE, 0, NULL, &IoStatus, Case.Device));
    EXPECT_FALSE(
        KsDispatchFastWriteFailure(NULL, &Offset, 0, TRUE, 0, NULL, &IoStatus, Case.Device));
}

EXPORT_CASE(KsNullDriverUnload) {
    const PDRIVER_UNLOAD Before = Case.Driver->DriverUnload;
    KsNullDriverUnload(Case.Driver);
    EXPECT_EQ(Case.Driver->DriverUnload, Before);
    EXPECT_EQ(Case.Driver->DeviceObject, Case.Device);
}

// IRPs that KS does not know go to the PnP device object.
EXPORT_CASE(KsDefaultForwardIrp) {
    CASE_PLAIN Handlers = {};
    CasePlainDevice Plain(Case, Handlers);
    CaseIrp Request(Plain.Device, IRP_MJ_SYSTEM_CONTROL);
    KsDefaultForwardIrp(Plain.Device, Request.Irp);
    EXPECT_TRUE(Request.Completed());
    // Without one the request is refused.
    KsSetDevicePnpAndBaseObject(Plain.Header, NULL, Plain.Device);
    CaseIrp Refused(Plain.Device, IRP_MJ_SYSTEM_CONTROL);
    EXPECT_EQ(KsDefaultForwardIrp(Plain.Device, Refused.Irp), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_TRUE(Refused.Completed());
    KsSetDevicePnpAndBaseObject(Plain.Header, Case.LowerDevice, Plain.Device);
}

EXPORT_CASE(KsForwardIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SeeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const BOOLEAN Ways[] = {FALSE, TRUE};
    for (const BOOLEAN Reuse : Ways) {
        CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
        SeenIrp = NULL;
        SeenFile = NULL;
        EXPECT_EQ(KsForwardIrp(Request.Irp, File.Object, Reuse), STATUS_NO_MORE_ENTRIES);
        EXPECT_EQ(SeenIrp, Request.Irp);
        EXPECT_EQ(SeenFile, File.Object);
        EXPECT_TRUE(Request.Completed());
    }
}

// The last location but one is enough.
EXPORT_CASE(KsForwardIrp, KsForwardAndCatchIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SeeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const bool Ways[] = {false, true};
    for (const bool Catch : Ways) {
        CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
        while (Request.Irp->CurrentLocation > 2) {
            IoCopyCurrentIrpStackLocationToNext(Request.Irp);
            IoSetNextIrpStackLocation(Request.Irp);
        }
        SeenIrp = NULL;
        EXPECT_EQ(Catch ? KsForwardAndCatchIrp(Plain.Device, Request.Irp, File.Object,
                                               KsStackCopyToNewLocation)
                        : KsForwardIrp(Request.Irp, File.Object, FALSE),
                  STATUS_NO_MORE_ENTRIES);
        EXPECT_EQ(SeenIrp, Request.Irp);
    }
}

// An IRP without a further stack location cannot be copied on.
EXPORT_CASE(KsForwardIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SeeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
    while (Request.Irp->CurrentLocation > 1) {
        IoCopyCurrentIrpStackLocationToNext(Request.Irp);
        IoSetNextIrpStackLocation(Request.Irp);
    }
    SeenIrp = NULL;
    EXPECT_EQ(KsForwardIrp(Request.Irp, File.Object, FALSE), STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(SeenIrp, (PIRP)NULL);
    EXPECT_TRUE(Request.Completed());
    EXPECT_EQ(Request.Status(), STATUS_INVALID_DEVICE_REQUEST);
}

EXPORT_CASE(KsForwardAndCatchIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = SeeControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    const KSSTACK_USE Ways[] = {KsStackCopyToNewLocation, KsStackReuseCurrentLocation};
    for (const KSSTACK_USE Use : Ways) {
        CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
        const PIO_STACK_LOCATION Before = Request.Stack;
        // It comes back, not completed, with its location current again.
        EXPECT_EQ(KsForwardAndCatchIrp(Plain.Device, Request.Irp, File.Object, Use),
                  STATUS_NO_MORE_ENTRIES);
        EXPECT_EQ(SeenIrp, Request.Irp);
        EXPECT_FALSE(Request.Completed());
        EXPECT_EQ(IoGetCurrentIrpStackLocation(Request.Irp), Before);
    }
}

// A request that is left pending is waited for; one that lacks a location is not sent at all.
static PIRP Pended;
static NTSTATUS NTAPI PendControl(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    IoMarkIrpPending(Irp);
    Pended = Irp;
    return STATUS_PENDING;
}
EXPORT_CASE(KsForwardAndCatchIrp) {
    CASE_PLAIN Handlers = {};
    Handlers.Control = PendControl;
    CasePlainDevice Plain(Case, Handlers);
    CaseFile File;
    REQUIRE_SUCCESS(Plain.Open(File));
    Pended = NULL;
    CaseThread Helper([] {
        while (Pended == NULL)
            CaseSleep(1000);
        CaseFinish(Pended, STATUS_END_OF_FILE);
    });
    {
        CaseIrp Request(Plain.Device, IRP_MJ_DEVICE_CONTROL);
        const PIO_STACK_LOCATION Before = Request.Stack;
        EXPECT_EQ(
            KsForwardAndCatchIrp(Plain.Device, Request.Irp, File.Object, KsStackCopyToNewLocation),
            STATUS_END_OF_FILE);
        EXPECT_FALSE(Request.Completed());
        EXPECT_EQ(IoGetCurrentIrpStackLocation(Request.Irp), Before);
    }
    Helper.Join();
    CaseIrp Short(Plain.Device, IRP_MJ_DEVICE_CONTROL);
    while (Short.Irp->CurrentLocation > 1) {
        IoCopyCurrentIrpStackLocationToNext(Short.Irp);
        IoSetNextIrpStackLocation(Short.Irp);
    }
    const KSSTACK_USE Ways[] = {KsStackCopyToNewLocation, KsStackUseNewLocation};
    for (const KSSTACK_USE Use : Ways)
        EXPECT_EQ(KsForwardAndCatchIrp(Plain.Device, Short.Irp, File.Object, Use),
                  STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(Short.Irp->CurrentLocation, 1);
    CaseFinish(Short.Irp, STATUS_SUCCESS);
}

EXPORT_CASE(KsSynchronousIoControlDevice) {
    ULONG Types = 0, Returned = 0;
    KSPROPERTY Property;
    Property.Set = KSPROPSETID_Pin;
    Property.Id = KSPROPERTY_PIN_CTYPES;
    Property.Flags = KSPROPERTY_TYPE_GET;
    const PFILE_OBJECT File = CaseStack(Case.Irp)->FileObject;
    EXPECT_SUCCESS(KsSynchronousIoControlDevice(File, KernelMode, IOCTL_KS_PROPERTY, &Property,
                                                sizeof Property, &Types, sizeof Types, &Returned));
    EXPECT_EQ(Types, Case.Filter->Descriptor->PinDescriptorsCount);
    EXPECT_EQ(Returned, sizeof Types);
    EXPECT_EQ(KsSynchronousIoControlDevice(File, KernelMode, IOCTL_KS_PROPERTY, &Property,
                                           sizeof Property, NULL, 0, &Returned),
              STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Returned, sizeof Types);
}
