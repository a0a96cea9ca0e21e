// The property set of factories.h: what the driver does when a test asks for it.
#include "parts.h"

static NTSTATUS AnswerNumber(PIRP Irp, PVOID Data, ULONG Value) {
    *static_cast<PULONG>(Data) = Value;
    Irp->IoStatus.Information = sizeof(ULONG);
    return STATUS_SUCCESS;
}

static NTSTATUS NTAPI GetCreateString(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const ULONG Offered =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    Irp->IoStatus.Information = CopyCreateString(Data, Offered);
    return Offered < Irp->IoStatus.Information ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS NTAPI SetFinish(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    return FinishHeldIrp(*static_cast<NTSTATUS *>(Data));
}

// Each dynamic factory has a descriptor of its own.
const KSFILTER_DESCRIPTOR DynamicFilters[FACTORIES_DYNAMIC_COUNT] = {
#define DYNAMIC                                                                                    \
    {&FactoriesDispatch,                                                                           \
     &FactoriesAutomation,                                                                         \
     KSFILTER_DESCRIPTOR_VERSION,                                                                  \
     0,                                                                                            \
     NULL,                                                                                         \
     DEFINE_KSFILTER_PIN_DESCRIPTORS(CreationPins),                                                \
     DEFINE_KSFILTER_CATEGORY(FactoriesCategory),                                                  \
     DEFINE_KSFILTER_NODE_DESCRIPTORS_NULL,                                                        \
     DEFINE_KSFILTER_DEFAULT_CONNECTIONS,                                                          \
     NULL}
    DYNAMIC, DYNAMIC, DYNAMIC, DYNAMIC};
static PWSTR const DynamicNames[FACTORIES_DYNAMIC_COUNT] = {PWSTR(L"dynamic0"), PWSTR(L"dynamic1"),
                                                            PWSTR(L"dynamic2"), PWSTR(L"dynamic3")};
static PWSTR const AliasNames[FACTORIES_DYNAMIC_COUNT] = {PWSTR(L"alias0"), PWSTR(L"alias1"),
                                                          PWSTR(L"alias2"), PWSTR(L"alias3")};
static PKSFILTERFACTORY Dynamic[FACTORIES_DYNAMIC_COUNT]; // device mutex

static NTSTATUS NTAPI GetWhich(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const KSFILTER_DESCRIPTOR *Descriptor =
        KsFilterGetParentFilterFactory(KsGetFilterFromIrp(Irp))->FilterDescriptor;
    for (ULONG Number = 0; Number < FACTORIES_DYNAMIC; Number++) {
        if (StartFilters[Number] == Descriptor) {
            return AnswerNumber(Irp, Data, Number);
        }
    }
    return AnswerNumber(Irp, Data, FACTORIES_DYNAMIC + ULONG(Descriptor - DynamicFilters));
}

static NTSTATUS NTAPI AddPins(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Id = 0;
    KsFilterAcquireControl(Filter);
    for (ULONG Count = reinterpret_cast<PKSP_PIN>(Request)->PinId; Count != 0 && NT_SUCCESS(Status);
         Count--) {
        Status = KsFilterCreatePinFactory(Filter, &CreationPins[CREATION_TWO], &Id);
    }
    KsFilterReleaseControl(Filter);
    return NT_SUCCESS(Status) ? AnswerNumber(Irp, Data, Id) : Status;
}

// The pin's descriptor must still be one of those that its filter was described with or given.
static BOOLEAN IsSound(PKSPIN Pin) {
    const KSPIN_DESCRIPTOR_EX *Wanted =
        Pin->Id < CREATION_COUNT ? &CreationPins[Pin->Id] : &CreationPins[CREATION_TWO];
    return Pin->Descriptor->Dispatch == Wanted->Dispatch &&
           Pin->Descriptor->Flags == Wanted->Flags &&
           Pin->Descriptor->InstancesPossible == Wanted->InstancesPossible &&
           Pin->Descriptor->PinDescriptor.DataRanges == Wanted->PinDescriptor.DataRanges;
}

static NTSTATUS NTAPI GetSoundPins(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    const PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    ULONG Sound = 0;
    KsFilterAcquireControl(Filter);
    for (ULONG Id = 0; Id < Filter->Descriptor->PinDescriptorsCount; Id++) {
        for (PKSPIN Pin = KsFilterGetFirstChildPin(Filter, Id); Pin != NULL;
             Pin = KsPinGetNextSiblingPin(Pin)) {
            Sound += IsSound(Pin);
        }
    }
    KsFilterReleaseControl(Filter);
    return AnswerNumber(Irp, Data, Sound);
}

static VOID NTAPI FactoryPower(PKSFILTERFACTORY Factory, DEVICE_POWER_STATE State) {
    UNREFERENCED_PARAMETER(Factory);
    UNREFERENCED_PARAMETER(State);
}

static NTSTATUS NTAPI AddFilter(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Asked = reinterpret_cast<const KSP_PIN *>(Request);
    const PKSDEVICE Device = KsGetDevice(KsGetFilterFromIrp(Irp));
    if (Asked->PinId >= FACTORIES_DYNAMIC_COUNT) {
        return STATUS_INVALID_PARAMETER;
    }
    PKSFILTERFACTORY Factory = NULL;
    KsAcquireDevice(Device);
    NTSTATUS Status = KsCreateFilterFactory(
        Device->FunctionalDeviceObject, &DynamicFilters[Asked->PinId], DynamicNames[Asked->PinId],
        NULL, Asked->Reserved, FactoryPower, FactoryPower, &Factory);
    if (NT_SUCCESS(Status)) {
        Dynamic[Asked->PinId] = Factory;
        Status = KsFilterFactorySetDeviceClassesState(Factory, TRUE);
    }
    KsReleaseDevice(Device);
    return AnswerNumber(Irp, Data, ULONG(Status));
}

static NTSTATUS NTAPI DeleteFilter(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Asked = reinterpret_cast<const KSP_PIN *>(Request);
    const PKSDEVICE Device = KsGetDevice(KsGetFilterFromIrp(Irp));
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    KsAcquireDevice(Device);
    if (Asked->PinId < FACTORIES_DYNAMIC_COUNT && Dynamic[Asked->PinId] != NULL) {
        const PKSFILTERFACTORY Factory = Dynamic[Asked->PinId];
        Dynamic[Asked->PinId] = NULL;
        Status = KsDeleteFilterFactory(Factory);
    }
    KsReleaseDevice(Device);
    return AnswerNumber(Irp, Data, ULONG(Status));
}

static NTSTATUS NTAPI EnableFilter(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Asked = reinterpret_cast<const KSP_PIN *>(Request);
    const PKSDEVICE Device = KsGetDevice(KsGetFilterFromIrp(Irp));
    NTSTATUS Status = STATUS_INVALID_PARAMETER;
    KsAcquireDevice(Device);
    if (Asked->PinId < FACTORIES_DYNAMIC_COUNT && Dynamic[Asked->PinId] != NULL) {
        Status =
            KsFilterFactorySetDeviceClassesState(Dynamic[Asked->PinId], BOOLEAN(Asked->Reserved));
    }
    KsReleaseDevice(Device);
    return AnswerNumber(Irp, Data, ULONG(Status));
}

static NTSTATUS NTAPI AddAlias(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const KSP_PIN *Asked = reinterpret_cast<const KSP_PIN *>(Request);
    const PKSFILTER Filter = KsGetFilterFromIrp(Irp);
    const PKSDEVICE Device = KsGetDevice(Filter);
    if (Asked->PinId >= FACTORIES_DYNAMIC_COUNT) {
        return STATUS_INVALID_PARAMETER;
    }
    KsAcquireDevice(Device);
    const NTSTATUS Status = KsFilterFactoryAddCreateItem(
        KsFilterGetParentFilterFactory(Filter), AliasNames[Asked->PinId], NULL, Asked->Reserved);
    KsReleaseDevice(Device);
    return AnswerNumber(Irp, Data, ULONG(Status));
}

static NTSTATUS NTAPI OpenInKernel(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const ULONG Bytes =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.InputBufferLength -
        ULONG(sizeof(KSPROPERTY));
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    HANDLE Handle;
    Name.Length = Name.MaximumLength = USHORT(Bytes);
    Name.Buffer = reinterpret_cast<PWCH>(Request + 1);
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    const NTSTATUS Status =
        ZwCreateFile(&Handle, GENERIC_READ | GENERIC_WRITE, &Attributes, &IoStatus, NULL,
                     FILE_ATTRIBUTE_NORMAL, 0, FILE_OPEN, 0, NULL, 0);
    if (NT_SUCCESS(Status)) {
        ZwClose(Handle);
    }
    return AnswerNumber(Irp, Data, ULONG(Status));
}

static NTSTATUS NTAPI AddBad(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    const PKSDEVICE Device = KsGetDevice(KsGetFilterFromIrp(Irp));
    KSFILTER_DESCRIPTOR Bad = CreationFilter;
    PWSTR Name = PWSTR(L"bad");
    switch (reinterpret_cast<PKSP_PIN>(Request)->PinId) {
    case FACTORIES_BAD_SIZE:
        Bad.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR);
        break;
    case FACTORIES_BAD_MULTIPLE:
        Bad.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX) + 4;
        break;
    case FACTORIES_BAD_PINS:
        Bad.PinDescriptors = NULL;
        break;
    case FACTORIES_BAD_CATEGORIES:
        Bad.Categories = NULL;
        break;
    case FACTORIES_BAD_CONNECTIONS:
        Bad.ConnectionsCount = 1;
        break;
    case FACTORIES_BAD_NODES:
        Bad.NodeDescriptorsCount = 1;
        break;
    case FACTORIES_BAD_NAME:
        Name = PWSTR(L"creation");
        break;
    }
    KsAcquireDevice(Device);
    const NTSTATUS Status = KsCreateFilterFactory(Device->FunctionalDeviceObject, &Bad, Name, NULL,
                                                  0, NULL, NULL, NULL);
    KsReleaseDevice(Device);
    return AnswerNumber(Irp, Data, ULONG(Status));
}

const GUID FactoriesSetId = {STATIC_KSPROPSETID_Factories};

#define GET(Id, Handler, RequestType)                                                              \
    DEFINE_KSPROPERTY_ITEM(Id, Handler, sizeof(RequestType), sizeof(ULONG), NULL, NULL, 0, NULL,   \
                           NULL, 0)

const KSPROPERTY_ITEM FactoriesItems[FACTORIES_ITEMS_COUNT] = {
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_FACTORIES_CREATE_STRING, GetCreateString, sizeof(KSPROPERTY),
                           0, NULL, NULL, 0, NULL, NULL, 0),
    DEFINE_KSPROPERTY_ITEM(KSPROPERTY_FACTORIES_FINISH, NULL, sizeof(KSPROPERTY), sizeof(NTSTATUS),
                           SetFinish, NULL, 0, NULL, NULL, 0),
    GET(KSPROPERTY_FACTORIES_WHICH, GetWhich, KSPROPERTY),
    GET(KSPROPERTY_FACTORIES_ADD_PINS, AddPins, KSP_PIN),
    GET(KSPROPERTY_FACTORIES_SOUND_PINS, GetSoundPins, KSPROPERTY),
    GET(KSPROPERTY_FACTORIES_ADD_FILTER, AddFilter, KSP_PIN),
    GET(KSPROPERTY_FACTORIES_DELETE_FILTER, DeleteFilter, KSP_PIN),
    GET(KSPROPERTY_FACTORIES_ENABLE_FILTER, EnableFilter, KSP_PIN),
    GET(KSPROPERTY_FACTORIES_ADD_ALIAS, AddAlias, KSP_PIN),
    GET(KSPROPERTY_FACTORIES_OPEN_IN_KERNEL, OpenInKernel, KSPROPERTY),
    GET(KSPROPERTY_FACTORIES_ADD_BAD, AddBad, KSP_PIN)};
