// Content identifiers, drmk's functions and PortCls's equals of them.
#include "support/pc_case.h"

namespace {

class Stream : public CaseObject<IDrmAudioStream> {
  public:
    Stream() : CaseObject(IID_IDrmAudioStream) {}
    STDMETHODIMP_(NTSTATUS) SetContentId(ULONG Id, PCDRMRIGHTS Rights) {
        Content = Id;
        Protected = Rights->CopyProtect || Rights->DigitalOutputDisable;
        return Answer;
    }
    ULONG Content = 0xffff;
    BOOL Protected = TRUE;
    NTSTATUS Answer = STATUS_SUCCESS;
};

// What a device below was asked.
struct ASKED {
    ULONG Code;
    KSP_DRMAUDIOSTREAM_CONTENTID Property;
    KSDRMAUDIOSTREAM_CONTENTID Value;
    ULONG InBytes, OutBytes;
    PFILE_OBJECT File;
    KPROCESSOR_MODE Mode;
    NTSTATUS Answer;
    bool Later;
};
ASKED Asked;
PIRP Waiting;

VOID NTAPI CompleteLater(PDEVICE_OBJECT, PVOID Item) {
    CaseComplete(Waiting, Asked.Answer, 0);
    IoFreeWorkItem(static_cast<PIO_WORKITEM>(Item));
}

NTSTATUS NTAPI Below(PDEVICE_OBJECT Device, PIRP Irp) {
    const PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    const auto &Control = Stack->Parameters.DeviceIoControl;
    Asked.Code = Control.IoControlCode;
    Asked.InBytes = Control.InputBufferLength;
    Asked.OutBytes = Control.OutputBufferLength;
    if (Asked.InBytes == sizeof Asked.Property && Asked.OutBytes == sizeof Asked.Value) {
        RtlCopyMemory(&Asked.Property, Control.Type3InputBuffer, sizeof Asked.Property);
        RtlCopyMemory(&Asked.Value, Irp->UserBuffer, sizeof Asked.Value);
    }
    Asked.File = Stack->FileObject;
    Asked.Mode = Irp->RequestorMode;
    if (!Asked.Later)
        return CaseComplete(Irp, Asked.Answer, 0);
    PIO_WORKITEM Item = IoAllocateWorkItem(Device);
    Waiting = Irp;
    IoMarkIrpPending(Irp);
    IoQueueWorkItem(Item, CompleteLater, DelayedWorkQueue, Item);
    return STATUS_PENDING;
}

VOID Handler() {}

struct FUNCTIONS {
    NTSTATUS(NTAPI *Add)(ULONG, PVOID *, ULONG);
    NTSTATUS(NTAPI *Mix)(PULONG, ULONG, PULONG);
    NTSTATUS(NTAPI *Destroy)(ULONG);
    NTSTATUS(NTAPI *ToDevice)(ULONG, PVOID, PCDRMFORWARD);
    NTSTATUS(NTAPI *ToFile)(ULONG, PFILE_OBJECT);
    NTSTATUS(NTAPI *ToInterface)(ULONG, PUNKNOWN, ULONG);
    NTSTATUS(NTAPI *Rights)(ULONG, PDRMRIGHTS);
};
FUNCTIONS Drm() {
    return {DrmAddContentHandlers,
            DrmCreateContentMixed,
            DrmDestroyContent,
            DrmForwardContentToDeviceObject,
            DrmForwardContentToFileObject,
            DrmForwardContentToInterface,
            DrmGetContentRights};
}
FUNCTIONS Pc() {
    return {PcAddContentHandlers,
            PcCreateContentMixed,
            PcDestroyContent,
            PcForwardContentToDeviceObject,
            PcForwardContentToFileObject,
            PcForwardContentToInterface,
            PcGetContentRights};
}

void Identifiers(const FUNCTIONS &Call) {
    ULONG First = 0, Second = 0, Mixed = 0;
    DRMRIGHTS Rights = {TRUE, 1, TRUE};
    EXPECT_SUCCESS(Call.Rights(0, &Rights)); // the default
    EXPECT_FALSE(Rights.CopyProtect);
    EXPECT_FALSE(Rights.DigitalOutputDisable);
    EXPECT_EQ(Rights.Reserved, 0);
    EXPECT_EQ(Call.Rights(0, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Rights(12345, &Rights), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Mix(nullptr, 0, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Mix(nullptr, 1, &First), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Call.Mix(nullptr, 0, &First));
    EXPECT_SUCCESS(Call.Mix(nullptr, 0, &Second));
    EXPECT_NE(First, 0);
    EXPECT_NE(First, Second);
    ULONG Parts[] = {First, 0, Second};
    EXPECT_SUCCESS(Call.Mix(Parts, 3, &Mixed));
    EXPECT_TRUE(Mixed != First && Mixed != Second && Mixed != 0);
    Rights.CopyProtect = TRUE;
    EXPECT_SUCCESS(Call.Rights(Mixed, &Rights));
    EXPECT_FALSE(Rights.CopyProtect);
    EXPECT_EQ(Call.Destroy(0), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Call.Destroy(Second));
    EXPECT_EQ(Call.Destroy(Second), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Rights(Second, &Rights), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Mix(Parts, 3, &Second), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Call.Destroy(First));
    EXPECT_SUCCESS(Call.Destroy(Mixed));
}

void Interfaces(const FUNCTIONS &Call) {
    PVOID Handlers[] = {(PVOID)Handler, (PVOID)Handler};
    EXPECT_SUCCESS(Call.Add(0, Handlers, 2));
    EXPECT_EQ(Call.Add(0, nullptr, 2), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Add(0, Handlers, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.Add(4711, Handlers, 2), STATUS_INVALID_PARAMETER);
    Handlers[1] = nullptr;
    EXPECT_EQ(Call.Add(0, Handlers, 2), STATUS_INVALID_PARAMETER);

    ULONG Content = 0;
    EXPECT_SUCCESS(Call.Mix(nullptr, 0, &Content));
    Stream Sink;
    EXPECT_SUCCESS(Call.ToInterface(Content, &Sink, 4));
    EXPECT_EQ(Sink.Content, Content);
    EXPECT_FALSE(Sink.Protected);
    EXPECT_EQ(Sink.References, 1); // released again
    Sink.Answer = STATUS_NOT_IMPLEMENTED;
    EXPECT_EQ(Call.ToInterface(0, &Sink, 4), STATUS_NOT_IMPLEMENTED);
    EXPECT_EQ(Sink.Content, 0);
    CaseObject<IUnknown> Unaware(IID_IUnknown);
    EXPECT_EQ(Call.ToInterface(Content, &Unaware, 3), STATUS_NOT_IMPLEMENTED);
    EXPECT_EQ(Call.ToInterface(Content, &Sink, 2), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.ToInterface(Content, nullptr, 3), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.ToInterface(Content + 1, &Sink, 4), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Call.Destroy(Content));
}

void Devices(const FUNCTIONS &Call, CASE_CONTEXT &Case) {
    PDEVICE_OBJECT Device = nullptr;
    REQUIRE_SUCCESS(CaseCreateDevice(Case, Below, 0, &Device));
    ULONG Content = 0;
    EXPECT_SUCCESS(Call.Mix(nullptr, 0, &Content));
    PFILE_OBJECT File = IoGetCurrentIrpStackLocation(Case.Irp)->FileObject;
    ULONG Context = 0;
    DRMFORWARD Forward = {0, Device, File, &Context};
    RtlZeroMemory(&Asked, sizeof Asked);
    EXPECT_SUCCESS(Call.ToDevice(Content, nullptr, &Forward));
    EXPECT_EQ(Asked.Code, IOCTL_KS_PROPERTY);
    EXPECT_EQ(Asked.InBytes, sizeof(KSP_DRMAUDIOSTREAM_CONTENTID));
    EXPECT_EQ(Asked.OutBytes, sizeof(KSDRMAUDIOSTREAM_CONTENTID));
    EXPECT_EQ(Asked.File, File);
    EXPECT_EQ(Asked.Mode, KernelMode);
    EXPECT_TRUE(IsEqualGUIDAligned(Asked.Property.Property.Set, KSPROPSETID_DrmAudioStream));
    EXPECT_EQ(Asked.Property.Property.Id, KSPROPERTY_DRMAUDIOSTREAM_CONTENTID);
    EXPECT_EQ(Asked.Property.Property.Flags, KSPROPERTY_TYPE_SET);
    EXPECT_EQ(Asked.Property.Context, static_cast<PVOID>(&Context));
    EXPECT_EQ(Asked.Value.ContentId, Content);
    EXPECT_FALSE(Asked.Value.DrmRights.CopyProtect);
    DRMRIGHTS Rights = {TRUE, 0, TRUE};
    REQUIRE(Asked.Property.DrmGetContentRights != nullptr);
    EXPECT_SUCCESS(
        Asked.Property.DrmGetContentRights(Content, &Rights)); // for drivers without drmk
    EXPECT_FALSE(Rights.DigitalOutputDisable);
    Asked.Answer = STATUS_DEVICE_BUSY;
    Asked.Later = true;
    EXPECT_EQ(Call.ToDevice(0, nullptr, &Forward), STATUS_DEVICE_BUSY);
    Asked.Answer = STATUS_PROPSET_NOT_FOUND;
    EXPECT_EQ(Call.ToDevice(0, nullptr, &Forward), STATUS_NOT_IMPLEMENTED);
    Asked.Answer = STATUS_NOT_FOUND;
    EXPECT_EQ(Call.ToDevice(0, nullptr, &Forward), STATUS_NOT_IMPLEMENTED);
    EXPECT_EQ(Call.ToDevice(Content + 1, nullptr, &Forward), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Call.ToDevice(0, nullptr, nullptr), STATUS_INVALID_PARAMETER);
    Forward.DeviceObject = nullptr;
    EXPECT_EQ(Call.ToDevice(0, nullptr, &Forward), STATUS_INVALID_PARAMETER);

    // A file is of Case.Device.
    EXPECT_EQ(Call.ToFile(0, nullptr), STATUS_INVALID_PARAMETER);
    Asked.Later = false;
    Asked.Answer = STATUS_SUCCESS;
    Asked.File = nullptr;
    CaseHook[IRP_MJ_DEVICE_CONTROL] = Below;
    EXPECT_SUCCESS(Call.ToFile(Content, File));
    CaseHook[IRP_MJ_DEVICE_CONTROL] = nullptr;
    EXPECT_EQ(Asked.File, File);
    EXPECT_EQ(Asked.Property.Context, static_cast<PVOID>(File));
    EXPECT_EQ(Asked.Value.ContentId, Content);
    EXPECT_SUCCESS(Call.Destroy(Content));
    IoDeleteDevice(Device);
}

} // namespace

EXPORT_CASE(DrmCreateContentMixed, DrmDestroyContent, DrmGetContentRights) {
    UNREFERENCED_PARAMETER(Case);
    Identifiers(Drm());
}
EXPORT_CASE(DrmAddContentHandlers, DrmForwardContentToInterface) {
    UNREFERENCED_PARAMETER(Case);
    Interfaces(Drm());
}
EXPORT_CASE(DrmForwardContentToDeviceObject, DrmForwardContentToFileObject) {
    Devices(Drm(), Case);
}
EXPORT_CASE(PcCreateContentMixed, PcDestroyContent, PcGetContentRights) {
    UNREFERENCED_PARAMETER(Case);
    Identifiers(Pc());
}
EXPORT_CASE(PcAddContentHandlers, PcForwardContentToInterface) {
    UNREFERENCED_PARAMETER(Case);
    Interfaces(Pc());
}
EXPORT_CASE(PcForwardContentToDeviceObject, PcForwardContentToFileObject) {
    Devices(Pc(), Case);
}
