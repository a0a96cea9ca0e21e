// Allocators of a driver's own: what they may lack, what they may refuse, and whose frames are
// whose.
#include "ks_allocator.h"

static LONG Out, Inits, Removals;
static NTSTATUS InitAnswer;
static PVOID NTAPI Give(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    ++Out;
    return ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC');
}
static VOID NTAPI Take(PVOID Context, PVOID Buffer) {
    UNREFERENCED_PARAMETER(Context);
    --Out;
    ExFreePool(Buffer);
}
static NTSTATUS NTAPI Init(PVOID Context, PKSALLOCATOR_FRAMING Framing, PVOID *Allocator) {
    EXPECT_EQ(Context, (PVOID)&Inits);
    Framing->FrameSize = 48; // what it says from now on
    ++Inits;
    *Allocator = &Out;
    return InitAnswer;
}
static VOID NTAPI Remove(PVOID Context) {
    EXPECT_EQ(Context, (PVOID)&Out);
    ++Removals;
}

// What the next allocator is made of.
static struct {
    PVOID Context;
    PFNKSDEFAULTALLOCATE Allocate;
    PFNKSDEFAULTFREE Free;
    PFNKSINITIALIZEALLOCATOR Initialize;
    PFNKSDELETEALLOCATOR Delete;
} Parts;
static NTSTATUS NTAPI CreateOfParts(PDEVICE_OBJECT Device, PIRP Irp) {
    UNREFERENCED_PARAMETER(Device);
    return CaseFinish(Irp, KsCreateDefaultAllocatorEx(Irp, Parts.Context, Parts.Allocate,
                                                      Parts.Free, Parts.Initialize, Parts.Delete));
}

namespace {
class Frames : public CaseAllocator {
  public:
    explicit Frames(CASE_CONTEXT &Case) : CaseAllocator(Case, CreateOfParts) {
        Out = Inits = Removals = 0;
        InitAnswer = STATUS_SUCCESS;
    }
    ULONG FrameSize() { return Status().Framing.FrameSize; }
    NTSTATUS Method(ULONG Id, ULONG Flags, PVOID &Frame) {
        KSMETHOD Request = {};
        Request.Set = KSMETHODSETID_StreamAllocator;
        Request.Id = Id;
        Request.Flags = Flags;
        return CaseControl(File, IOCTL_KS_METHOD, &Request, sizeof Request, &Frame, sizeof Frame);
    }
};
} // namespace

EXPORT_CASE(KsCreateDefaultAllocatorEx) {
    constexpr ULONG System = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY;
    // Neither an initialization nor an end of its own.
    {
        Parts = {NULL, Give, Take, NULL, NULL};
        Frames Own(Case);
        REQUIRE_SUCCESS(Own.Create(0));
        EXPECT_EQ(Own.FrameSize(), 64u);
        PVOID Frame = NULL;
        EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Frame));
        EXPECT_EQ(Out, 1);
        Own.File.Close(); // with the frame still out
        EXPECT_EQ(Out, 0);
    }
    // Its refusal is the create's, and it is not told of an end.
    {
        Parts = {&Inits, Give, Take, Init, Remove};
        Frames Own(Case);
        InitAnswer = STATUS_DEVICE_BUSY;
        EXPECT_EQ(Own.Create(0), STATUS_DEVICE_BUSY);
        EXPECT_EQ(Removals, 0);
        InitAnswer = STATUS_SUCCESS;
        REQUIRE_SUCCESS(Own.Create(0));
        EXPECT_EQ(Own.FrameSize(), 48u);
        Own.File.Close();
        EXPECT_EQ(Inits, 2);
        EXPECT_EQ(Removals, 1);
    }
    // Without a way to free them its frames are of no use: the system's are taken, where allowed.
    {
        Parts = {&Inits, Give, NULL, Init, Remove};
        Frames Own(Case);
        EXPECT_EQ(Own.Create(0), STATUS_INVALID_PARAMETER);
        REQUIRE_SUCCESS(Own.Create(System));
        PVOID Frame = NULL;
        EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Frame));
        Own.Table.FreeFrame(Own.File.Object, Frame);
        Own.File.Close();
        EXPECT_EQ(Out, 0);
        EXPECT_EQ(Inits, 0);
        EXPECT_EQ(Removals, 0);
    }
}

EXPORT_CASE(KsCreateDefaultAllocatorEx) {
    Parts = {NULL, Give, Take, NULL, NULL};
    Frames Own(Case);
    REQUIRE_SUCCESS(Own.Create(0));
    PVOID First = NULL, Second = NULL, Wrong = &First;
    EXPECT_SUCCESS(Own.Method(KSMETHOD_STREAMALLOCATOR_ALLOC, KSMETHOD_TYPE_WRITE, First));
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Second));
    EXPECT_TRUE(First != NULL && Second != NULL && First != Second);
    PVOID Third = First;
    EXPECT_EQ(Own.Table.AllocateFrame(Own.File.Object, &Third), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(Third, (PVOID)NULL);
    EXPECT_EQ(Own.Method(KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ, Wrong),
              STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Own.Method(KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ, First));
    Own.Table.FreeFrame(Own.File.Object, Second);
    EXPECT_EQ(Out, 2); // kept for the next
    ULONG Data[4] = {};
    IO_STATUS_BLOCK IoStatus = {};
    EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_RESET_STATE, Data, sizeof Data, NULL, 0),
              STATUS_INVALID_DEVICE_REQUEST);
    EXPECT_EQ(CaseControl(Own.File, IOCTL_KS_ENABLE_EVENT, Data, sizeof Data, NULL, 0),
              STATUS_PROPSET_NOT_FOUND);
    EXPECT_EQ(KsReadFile(Own.File.Object, NULL, NULL, &IoStatus, Data, sizeof Data, 0, KernelMode),
              STATUS_INVALID_DEVICE_REQUEST);
    Own.File.Close();
    EXPECT_EQ(Out, 0);
}

// A request for a frame that is cancelled before it arrives does not wait for one.
EXPORT_CASE(KsCreateDefaultAllocatorEx) {
    Parts = {NULL, Give, Take, NULL, NULL};
    Frames Own(Case);
    REQUIRE_SUCCESS(Own.Create(0));
    PVOID First = NULL, Second = NULL, Third = NULL;
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &First));
    EXPECT_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Second));
    KSMETHOD Request = {};
    Request.Set = KSMETHODSETID_StreamAllocator;
    Request.Id = KSMETHOD_STREAMALLOCATOR_ALLOC;
    Request.Flags = KSMETHOD_TYPE_WRITE;
    KEVENT Ended;
    KeInitializeEvent(&Ended, NotificationEvent, FALSE);
    IO_STATUS_BLOCK IoStatus = {};
    const PDEVICE_OBJECT Device = IoGetRelatedDeviceObject(Own.File.Object);
    const PIRP Irp =
        IoBuildDeviceIoControlRequest(IOCTL_KS_METHOD, Device, &Request, sizeof Request, &Third,
                                      sizeof Third, FALSE, &Ended, &IoStatus);
    REQUIRE(Irp != NULL);
    IoGetNextIrpStackLocation(Irp)->FileObject = Own.File.Object;
    EXPECT_FALSE(IoCancelIrp(Irp)); // nobody's yet
    EXPECT_EQ(IoCallDriver(Device, Irp), STATUS_CANCELLED);
    EXPECT_EQ(IoStatus.Status, STATUS_CANCELLED);
    EXPECT_EQ(Third, (PVOID)NULL);
    Own.Table.FreeFrame(Own.File.Object, First); // to nobody who waits
    EXPECT_EQ(Own.Status().AllocatedFrames, 1u);
    Own.Table.FreeFrame(Own.File.Object, Second);
}

// A frame comes back once.
EXPORT_CASE_STOPS(KsCreateDefaultAllocatorEx, 0xC4,
                  "a driver freed a frame that its allocator has not given away") {
    Parts = {NULL, Give, Take, NULL, NULL};
    Frames Own(Case);
    REQUIRE_SUCCESS(Own.Create(0));
    PVOID Frame = NULL;
    REQUIRE_SUCCESS(Own.Table.AllocateFrame(Own.File.Object, &Frame));
    Own.Table.FreeFrame(Own.File.Object, Frame);
    Own.Table.FreeFrame(Own.File.Object, Frame);
}
