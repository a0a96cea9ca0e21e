// Functions that ks.h defines inline, imported by name.
#include "ks_fixture.h"

// ks_inline_imports.cpp
extern "C" {
PKSDEVICE NTAPI PinGetDevice(PKSPIN Pin);
PKSDEVICE NTAPI FilterGetDevice(PKSFILTER Filter);
PKSDEVICE NTAPI FactoryGetDevice(PKSFILTERFACTORY Factory);
PKSFILTERFACTORY NTAPI FilterGetFactory(PKSFILTER Filter);
PKSFILTER NTAPI FactoryGetFirst(PKSFILTERFACTORY Factory);
PKSFILTER NTAPI FilterGetNext(PKSFILTER Filter);
PKSFILTER NTAPI GetFilterOfFile(PFILE_OBJECT File);
PKSPIN NTAPI GetPinOfFile(PFILE_OBJECT File);
void NTAPI FilterAcquire(PKSFILTER Filter);
void NTAPI FilterRelease(PKSFILTER Filter);
void NTAPI PinAcquire(PKSPIN Pin);
void NTAPI PinRelease(PKSPIN Pin);
void NTAPI FilterEvents(PKSFILTER Filter, const GUID *Set, ULONG Id, ULONG Bytes, PVOID Data,
                        PFNKSGENERATEEVENTCALLBACK CallBack, PVOID Context);
void NTAPI PinEvents(PKSPIN Pin, const GUID *Set, ULONG Id, ULONG Bytes, PVOID Data,
                     PFNKSGENERATEEVENTCALLBACK CallBack, PVOID Context);
NTSTATUS NTAPI DeleteFactory(PKSFILTERFACTORY Factory);
void NTAPI GateOn(PKSGATE Gate);
void NTAPI GateOff(PKSGATE Gate);
}

EXPORT_PIN_CASE(KsPinGetDevice, KsFilterGetDevice, KsFilterFactoryGetDevice,
                KsFilterGetParentFilterFactory, KsFilterFactoryGetFirstChildFilter,
                KsFilterGetNextSiblingFilter, KsGetFilterFromFileObject, KsGetPinFromFileObject) {
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    const PKSFILTERFACTORY Factory = FilterGetFactory(Case.Filter);
    const PFILE_OBJECT File = CaseStack(Case.Irp)->FileObject;
    EXPECT_EQ(PinGetDevice(Case.Pin), Device);
    EXPECT_EQ(FilterGetDevice(Case.Filter), Device);
    EXPECT_EQ(FactoryGetDevice(Factory), Device);
    EXPECT_EQ(FactoryGetFirst(Factory), Case.Filter);
    EXPECT_EQ(FilterGetNext(Case.Filter), (PKSFILTER)NULL);
    EXPECT_EQ(GetPinOfFile(File), Case.Pin);
    EXPECT_EQ(GetFilterOfFile(File->RelatedFileObject), Case.Filter);
}

EXPORT_PIN_CASE(KsFilterAcquireControl, KsFilterReleaseControl, KsPinAcquireControl,
                KsPinReleaseControl) {
    KEVENT Got;
    LARGE_INTEGER Soon = CaseMilliseconds(50);
    KeInitializeEvent(&Got, NotificationEvent, FALSE);
    FilterAcquire(Case.Filter);
    CaseThread Other([&] {
        PinAcquire(Case.Pin);
        KeSetEvent(&Got, IO_NO_INCREMENT, FALSE);
        PinRelease(Case.Pin);
    });
    EXPECT_EQ(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, &Soon), STATUS_TIMEOUT);
    FilterRelease(Case.Filter);
    EXPECT_SUCCESS(KeWaitForSingleObject(&Got, Executive, KernelMode, FALSE, NULL));
}

static const KSEVENT_ITEM Items[] = {{5, sizeof(KSEVENTDATA), 0, NULL, NULL, NULL}};
static const KSEVENT_SET Sets[] = {{&CaseOwnSet, SIZEOF_ARRAY(Items), Items}};
static const KSAUTOMATION_TABLE Automation = {0,
                                              sizeof(KSPROPERTY_ITEM),
                                              NULL,
                                              0,
                                              sizeof(KSMETHOD_ITEM),
                                              NULL,
                                              SIZEOF_ARRAY(Sets),
                                              sizeof(KSEVENT_ITEM),
                                              Sets};

EXPORT_CASE(KsFilterGenerateEvents, KsPinGenerateEvents) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &Automation;
    Descriptor.Pins[0].AutomationTable = &Automation;
    CaseStream Stream(Case, Descriptor);
    REQUIRE(Stream.Pin[0] != NULL);
    CaseWatch OfFilter, OfPin;
    REQUIRE_SUCCESS(OfFilter.Enable(Stream.Filter, CaseOwnSet, 5));
    REQUIRE_SUCCESS(OfPin.Enable(Stream.File[0], CaseOwnSet, 5));
    FilterEvents(KsGetFilterFromFileObject(Stream.Filter.Object), &CaseOwnSet, 5, 0, NULL, NULL,
                 NULL);
    EXPECT_TRUE(OfFilter.Signalled());
    EXPECT_FALSE(OfPin.Signalled());
    PinEvents(Stream.Pin[0], &CaseOwnSet, 5, 0, NULL, NULL, NULL);
    EXPECT_FALSE(OfFilter.Signalled());
    EXPECT_TRUE(OfPin.Signalled());
    EXPECT_SUCCESS(OfFilter.Disable(Stream.Filter));
    EXPECT_SUCCESS(OfPin.Disable(Stream.File[0]));
}

EXPORT_CASE(KsDeleteFilterFactory) {
    static WCHAR Reference[] = L"short";
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    const PKSDEVICE Device = KsGetDeviceForDeviceObject(Case.Device);
    PKSFILTERFACTORY Factory = NULL;
    KsAcquireDevice(Device);
    REQUIRE_SUCCESS(KsCreateFilterFactory(Case.Device, &Descriptor.Descriptor, Reference, NULL, 0,
                                          NULL, NULL, &Factory));
    EXPECT_SUCCESS(DeleteFactory(Factory));
    // The reference string is free again.
    EXPECT_SUCCESS(KsCreateFilterFactory(Case.Device, &Descriptor.Descriptor, Reference, NULL, 0,
                                         NULL, NULL, &Factory));
    EXPECT_SUCCESS(DeleteFactory(Factory));
    KsReleaseDevice(Device);
}

EXPORT_CASE(KsGateTurnInputOn, KsGateTurnInputOff) {
    KSGATE Or, And;
    KsGateInitializeAnd(&And, NULL);
    KsGateInitializeOr(&Or, &And);
    EXPECT_FALSE(KsGateGetStateUnsafe(&Or));
    EXPECT_FALSE(KsGateGetStateUnsafe(&And));
    GateOn(&Or);
    EXPECT_TRUE(KsGateGetStateUnsafe(&And));
    GateOn(&Or);
    GateOff(&Or);
    EXPECT_TRUE(KsGateGetStateUnsafe(&And));
    GateOff(&Or);
    EXPECT_FALSE(KsGateGetStateUnsafe(&Or));
    EXPECT_FALSE(KsGateGetStateUnsafe(&And));
}
