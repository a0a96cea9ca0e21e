// The device stack of ks_stack.h.
#include "ks_stack.h"

static char Seen[16];
static ULONG SeenCount;
void CaseNote(char Letter) {
    if (SeenCount < sizeof Seen - 1)
        Seen[SeenCount++] = Letter;
}
bool CaseSaw(const char *Expected) {
    ULONG Index = 0;
    while (Index < SeenCount && Expected[Index] == Seen[Index])
        ++Index;
    const bool Same = Index == SeenCount && Expected[Index] == 0;
    SeenCount = 0;
    return Same;
}

// One at a time.
static CaseDeviceStack *Current;
static NTSTATUS BeLower(PIRP Irp) {
    CaseNote('l');
    Current->CameWith = Irp->IoStatus.Status;
    return CaseFinish(Irp, Current->LowerAnswer);
}
static NTSTATUS NTAPI Pnp(PDEVICE_OBJECT Device, PIRP Irp) {
    return Device == Current->Lower ? BeLower(Irp) : Current->RealPnp(Device, Irp);
}
static NTSTATUS NTAPI Power(PDEVICE_OBJECT Device, PIRP Irp) {
    return Device == Current->Lower ? BeLower(Irp) : Current->RealPower(Device, Irp);
}

CaseDeviceStack::CaseDeviceStack(CASE_CONTEXT &Case, const KSDEVICE_DESCRIPTOR &Descriptor,
                                 PCWSTR Name)
    : Driver_(Case.Driver) {
    UNICODE_STRING Text;
    Current = this;
    (void)CaseSaw("");
    EXPECT_SUCCESS(IoCreateDevice(Driver_, sizeof(KSDEVICE_HEADER), NULL, FILE_DEVICE_UNKNOWN, 0,
                                  FALSE, &Lower));
    Lower->Flags &= ~DO_DEVICE_INITIALIZING;
    RealPnp = Driver_->MajorFunction[IRP_MJ_PNP];
    RealPower = Driver_->MajorFunction[IRP_MJ_POWER];
    Driver_->MajorFunction[IRP_MJ_PNP] = Pnp;
    Driver_->MajorFunction[IRP_MJ_POWER] = Power;
    RtlInitUnicodeString(&Text, Name);
    EXPECT_SUCCESS(IoCreateDevice(Driver_, sizeof(KSDEVICE_HEADER), Name != NULL ? &Text : NULL,
                                  FILE_DEVICE_KS, 0, FALSE, &Fdo));
    EXPECT_EQ(IoAttachDeviceToDeviceStack(Fdo, Lower), Lower);
    if (EXPECT_SUCCESS(KsInitializeDevice(Fdo, Lower, Lower, &Descriptor)))
        Device = KsGetDeviceForDeviceObject(Fdo);
    Fdo->Flags |= DO_POWER_PAGABLE;
    Fdo->Flags &= ~DO_DEVICE_INITIALIZING;
}

void CaseDeviceStack::Terminate() {
    KsTerminateDevice(Fdo);
    Device = NULL;
}

CaseDeviceStack::~CaseDeviceStack() {
    if (Device != NULL)
        Terminate();
    IoDetachDevice(Lower);
    IoDeleteDevice(Fdo);
    IoDeleteDevice(Lower);
    Driver_->MajorFunction[IRP_MJ_PNP] = RealPnp;
    Driver_->MajorFunction[IRP_MJ_POWER] = RealPower;
    Current = NULL;
}

NTSTATUS CaseDeviceStack::SendPnp(UCHAR Minor) {
    return Send(IRP_MJ_PNP, Minor, [this](auto &Parameters) {
        Parameters.StartDevice.AllocatedResources = &Raw;
        Parameters.StartDevice.AllocatedResourcesTranslated = &Translated;
    });
}

NTSTATUS CaseDeviceStack::SendPower(UCHAR Minor, POWER_STATE_TYPE Type, ULONG State) {
    return Send(IRP_MJ_POWER, Minor, [&](auto &Parameters) {
        Parameters.Power.Type = Type;
        if (Type == SystemPowerState)
            Parameters.Power.State.SystemState = static_cast<SYSTEM_POWER_STATE>(State);
        else
            Parameters.Power.State.DeviceState = static_cast<DEVICE_POWER_STATE>(State);
        Parameters.Power.ShutdownType = PowerActionSleep;
    });
}
