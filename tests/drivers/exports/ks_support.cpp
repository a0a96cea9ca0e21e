// What KS answers for an item whose driver does not, names out of the registry, and other things
// that are asked for by the way.
#include "ks_fixture.h"

static NTSTATUS SupportAnswer, ValueAnswer;
static ULONG ValueBytes;
static NTSTATUS NTAPI Support(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Irp);
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    return SupportAnswer;
}
static NTSTATUS NTAPI GetValue(PIRP Irp, PKSIDENTIFIER Request, PVOID Data) {
    UNREFERENCED_PARAMETER(Request);
    UNREFERENCED_PARAMETER(Data);
    Irp->IoStatus.Information = ValueBytes;
    return ValueAnswer;
}
static DEFINE_KSPROPERTY_TABLE(Items){
    DEFINE_KSPROPERTY_ITEM(1, GetValue, sizeof(KSPROPERTY), 0, NULL, NULL, 0, NULL, Support, 0),
    DEFINE_KSPROPERTY_ITEM(2, GetValue, sizeof(KSPROPERTY), 0, NULL, NULL, 0, NULL, NULL, 1)};
static const KSPROPERTY_SET Sets[] = {{&CaseOwnSet, SIZEOF_ARRAY(Items), Items, 0, NULL}};
static const KSMETHOD_ITEM Methods[] = {
    {3, {GetValue}, sizeof(KSMETHOD), 0, Support, KSMETHOD_TYPE_WRITE}};
static const KSMETHOD_SET MethodSets[] = {{&CaseOwnSet, 1, Methods, 0, NULL}};
static const KSAUTOMATION_TABLE Automation = {1, sizeof(KSPROPERTY_ITEM), Sets,
                                              1, sizeof(KSMETHOD_ITEM),   MethodSets,
                                              0, sizeof(KSEVENT_ITEM),    NULL};

// A support handler that leaves it to KS says so; what else it says is the answer.
EXPORT_CASE(KsCreateFilterFactory) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &Automation;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    ULONG Access = 0, Returned = 0;
    const auto Property = [&] {
        Access = 0;
        return CaseProperty(Filter, CaseOwnSet, 1, KSPROPERTY_TYPE_BASICSUPPORT, &Access,
                            sizeof Access, &Returned);
    };
    const auto Method = [&] {
        KSMETHOD Request = {};
        Request.Set = CaseOwnSet;
        Request.Id = 3;
        Request.Flags = KSMETHOD_TYPE_BASICSUPPORT;
        Access = 0;
        return CaseControl(Filter, IOCTL_KS_METHOD, &Request, sizeof Request, &Access,
                           sizeof Access, &Returned);
    };
    const NTSTATUS Leaves[] = {STATUS_SOME_NOT_MAPPED, STATUS_NOT_FOUND, STATUS_NOT_SUPPORTED};
    for (const NTSTATUS Status : Leaves) {
        SupportAnswer = Status;
        EXPECT_SUCCESS(Property());
        EXPECT_EQ(Access, (ULONG)KSPROPERTY_TYPE_GET);
        EXPECT_EQ(Returned, sizeof Access);
    }
    SupportAnswer = STATUS_SOME_NOT_MAPPED;
    EXPECT_SUCCESS(Method());
    EXPECT_EQ(Access, (ULONG)KSMETHOD_TYPE_WRITE);
    EXPECT_EQ(Returned, sizeof Access);
    SupportAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Property(), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Method(), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Access, 0u);
}

// A property whose size only it knows, and does not tell.
EXPORT_CASE(KsFilterFactorySetDeviceClassesState) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.AutomationTable = &Automation;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    ULONG Bytes = 0, Returned = 0;
    const auto Size = [&] {
        return CaseProperty(Filter, CaseOwnSet, 2, KSPROPERTY_TYPE_SERIALIZESIZE, &Bytes,
                            sizeof Bytes, &Returned);
    };
    const auto Whole = [&] {
        return CaseProperty(Filter, CaseOwnSet, 0, KSPROPERTY_TYPE_SERIALIZESET, NULL, 0,
                            &Returned);
    };
    ValueAnswer = STATUS_BUFFER_OVERFLOW;
    ValueBytes = 10;
    EXPECT_SUCCESS(Size());
    EXPECT_EQ(Bytes, 10u);
    EXPECT_EQ(Whole(), STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(Returned, sizeof(KSPROPERTY_SERIALHDR) + sizeof(KSPROPERTY_SERIAL) + 10);
    ValueAnswer = STATUS_DEVICE_NOT_READY;
    EXPECT_EQ(Size(), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Whole(), STATUS_DEVICE_NOT_READY);
    ValueAnswer = STATUS_SUCCESS; // of nothing
    EXPECT_EQ(Size(), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Whole(), STATUS_UNSUCCESSFUL);
}

// A create string of a node that is too short for a KSNODE_CREATE.
EXPORT_CASE(KsGetObjectTypeFromFileObject) {
    static const KSNODE_DESCRIPTOR Nodes[1] = {};
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Descriptor.NodeDescriptorsCount = 1;
    Descriptor.Descriptor.NodeDescriptors = Nodes;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    EXPECT_EQ(KsGetObjectTypeFromFileObject(Filter.Object), KsObjectTypeFilter);
    WCHAR Text[] = KSSTRING_TopologyNode L"\\abcd";
    UNICODE_STRING Name;
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK IoStatus;
    RtlInitUnicodeString(&Name, Text);
    for (ULONG Index = 0; Index < 4; ++Index)
        Text[Name.Length / sizeof(WCHAR) - 4 + Index] = 0; // node 0, no flags
    InitializeObjectAttributes(&Attributes, &Name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               Filter.Handle, NULL);
    const auto Open = [&](CaseFile &Node) {
        HANDLE Handle = NULL;
        const NTSTATUS Status = ZwCreateFile(&Handle, GENERIC_READ, &Attributes, &IoStatus, NULL, 0,
                                             0, FILE_OPEN, 0, NULL, 0);
        return NT_SUCCESS(Status) ? Node.Adopt(Handle) : Status;
    };
    CaseFile Node;
    EXPECT_SUCCESS(Open(Node));
    Name.Length -= sizeof(WCHAR);
    EXPECT_EQ(Open(Node), STATUS_INVALID_BUFFER_SIZE);
}

// A category's name is a string of the registry.
EXPORT_CASE(KsPinPropertyHandler) {
    CASE_FILTER Filter;
    CaseInitializeFilter(Filter);
    KSPIN_DESCRIPTOR Pin = Filter.Pins[0].PinDescriptor;
    Pin.Category = &CaseOwnCategory;
    HANDLE Key = NULL;
    UNICODE_STRING Path, Value;
    OBJECT_ATTRIBUTES Attributes;
    RtlInitUnicodeString(&Path,
                         L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\MediaCategories"
                         L"\\{5D2F0C12-3C58-4E0B-8C5E-0B6F0A7D3E21}");
    RtlInitUnicodeString(&Value, L"Name");
    InitializeObjectAttributes(&Attributes, &Path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    WCHAR Found[8] = {};
    ULONG_PTR Information = 0;
    const auto Ask = [&] {
        CaseIrp Request(Case.Device, IRP_MJ_DEVICE_CONTROL);
        Request.Stack->Parameters.DeviceIoControl.OutputBufferLength = sizeof Found;
        KSP_PIN Named = {};
        Named.Property.Id = KSPROPERTY_PIN_NAME;
        const NTSTATUS Status = KsPinPropertyHandler(Request.Irp, &Named.Property, Found, 1, &Pin);
        Information = Request.Irp->IoStatus.Information;
        CaseFinish(Request.Irp, STATUS_SUCCESS);
        return Status;
    };
    EXPECT_EQ(Ask(), STATUS_NOT_FOUND); // no such key
    REQUIRE_SUCCESS(ZwCreateKey(&Key, KEY_ALL_ACCESS, &Attributes, 0, NULL, 0, NULL));
    EXPECT_EQ(Ask(), STATUS_NOT_FOUND); // no such value
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Value, 0, REG_BINARY, Found, 6));
    EXPECT_EQ(Ask(), STATUS_NOT_FOUND); // which is no string
    WCHAR Text[] = L"one";
    EXPECT_SUCCESS(ZwSetValueKey(Key, &Value, 0, REG_SZ, Text, sizeof Text));
    EXPECT_SUCCESS(Ask());
    EXPECT_EQ(Information, sizeof Text);
    EXPECT_EQ(RtlCompareMemory(Found, Text, sizeof Text), sizeof Text);
    EXPECT_SUCCESS(ZwDeleteKey(Key));
    ZwClose(Key);
}

// An item that queues itself again while it runs is waited for, too.
namespace {
struct AGAIN {
    WORK_QUEUE_ITEM Item;
    PKSWORKER Worker;
    LONG Runs;
};
} // namespace
static VOID NTAPI RunAgain(PVOID Parameter) {
    AGAIN *const Again = static_cast<AGAIN *>(Parameter);
    if (++Again->Runs < 3)
        EXPECT_SUCCESS(KsQueueWorkItem(Again->Worker, &Again->Item));
    LARGE_INTEGER Soon = CaseMilliseconds(5);
    KeDelayExecutionThread(KernelMode, FALSE, &Soon);
}
EXPORT_CASE(KsRegisterWorker, KsQueueWorkItem, KsUnregisterWorker) {
    AGAIN Again = {};
    PKSWORKER None = &Again;
    EXPECT_EQ(KsRegisterWorker(static_cast<WORK_QUEUE_TYPE>(HyperCriticalWorkQueue + 1), &None),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(None, (PKSWORKER)NULL);
    ExInitializeWorkItem(&Again.Item, RunAgain, &Again);
    REQUIRE_SUCCESS(KsRegisterWorker(HyperCriticalWorkQueue, &Again.Worker));
    EXPECT_SUCCESS(KsQueueWorkItem(Again.Worker, &Again.Item));
    KsUnregisterWorker(Again.Worker);
    EXPECT_EQ(Again.Runs, 3);
}

// A pin without a transport is told that it stops when it is closed on its way.
static LONG Stops, Changes;
static NTSTATUS NTAPI CountStates(PKSPIN Pin, KSSTATE ToState, KSSTATE FromState) {
    UNREFERENCED_PARAMETER(Pin);
    ++Changes;
    if (ToState == KSSTATE_STOP && FromState == KSSTATE_RUN)
        ++Stops;
    return STATUS_SUCCESS;
}
EXPORT_CASE(KsGetObjectTypeFromFileObject) {
    CASE_FILTER Descriptor;
    CaseInitializeFilter(Descriptor);
    Descriptor.Pins[1].Flags = KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT;
    Descriptor.PinDispatch[1].SetDeviceState = CountStates;
    CaseFactory Own(Case, Descriptor.Descriptor);
    CaseFile Filter, File;
    REQUIRE_SUCCESS(Own.Open(Filter));
    Stops = Changes = 0;
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, File));
    EXPECT_EQ(KsGetObjectTypeFromFileObject(File.Object), KsObjectTypePin);
    EXPECT_SUCCESS(CaseSetState(File, KSSTATE_RUN));
    EXPECT_EQ(Changes, 1);
    File.Close();
    EXPECT_EQ(Changes, 2);
    EXPECT_EQ(Stops, 1);
    REQUIRE_SUCCESS(CaseConnect(Filter, 1, NULL, File));
    File.Close();
    EXPECT_EQ(Changes, 2);
}
