// Stream pointers where there is no frame, no lock, no next one; and clones that wait for a frame.
#include "ks_fixture.h"

namespace {
// Output 0 and input 1 in the run state; the case moves the pointers itself.
class Pointers {
  public:
    explicit Pointers(CASE_CONTEXT &Case) : Stream(Case, Prepare()), In(Stream.Pin[1]) {
        EXPECT_SUCCESS(Stream.Set(KSSTATE_RUN));
    }
    PKSSTREAM_POINTER Edge(bool Locked) {
        return KsPinGetLeadingEdgeStreamPointer(In, Locked ? KSSTREAM_POINTER_STATE_LOCKED
                                                           : KSSTREAM_POINTER_STATE_UNLOCKED);
    }

  private:
    static const CASE_FILTER &Prepare() {
        static CASE_FILTER Descriptor;
        CaseInitializeFilter(Descriptor);
        for (KSPIN_DESCRIPTOR_EX &Pin : Descriptor.Pins)
            Pin.Flags = KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING;
        return Descriptor;
    }

  public:
    CaseStream Stream;
    const PKSPIN In;
};
} // namespace

EXPORT_CASE(KsPinGetLeadingEdgeStreamPointer, KsStreamPointerClone, KsStreamPointerSetStatusCode,
            KsStreamPointerAdvanceOffsets, KsStreamPointerAdvanceOffsetsAndUnlock,
            KsStreamPointerGetMdl, KsStreamPointerGetNextClone, KsStreamPointerDelete,
            KsStreamPointerAdvance) {
    Pointers Own(Case);
    REQUIRE(Own.In != NULL);
    // There is a leading edge without a frame; it only cannot be locked.
    const PKSSTREAM_POINTER Edge = Own.Edge(false);
    REQUIRE(Edge != NULL);
    EXPECT_EQ(Own.Edge(true), (PKSSTREAM_POINTER)NULL);
    EXPECT_EQ(Edge->StreamHeader, (PKSSTREAM_HEADER)NULL);
    EXPECT_EQ(Edge->Context, (PVOID)NULL);
    PKSSTREAM_POINTER Clone = NULL;
    EXPECT_EQ(KsStreamPointerClone(Edge, NULL, 64, &Clone), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(Clone, (PKSSTREAM_POINTER)NULL);
    EXPECT_EQ(KsStreamPointerSetStatusCode(Edge, STATUS_DATA_ERROR), STATUS_DEVICE_NOT_READY);
    EXPECT_EQ(KsStreamPointerGetNextClone(Edge), (PKSSTREAM_POINTER)NULL);
    EXPECT_SUCCESS(KsStreamPointerAdvance(Edge));
    // With a frame, but without a lock.
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    EXPECT_EQ(KsStreamPointerGetMdl(Edge), (PMDL)NULL);
    EXPECT_EQ(KsStreamPointerAdvanceOffsets(Edge, 4, 0, TRUE), STATUS_DEVICE_NOT_READY);
    KsStreamPointerAdvanceOffsetsAndUnlock(Edge, 4, 0, TRUE);
    EXPECT_EQ(Edge->OffsetIn.Remaining, 32u);
    KsStreamPointerUnlock(Edge, FALSE);
    EXPECT_TRUE(Frame.Pending());
    // An edge is the pin's: it cannot be deleted.
    KsStreamPointerDelete(Edge);
    REQUIRE_SUCCESS(KsStreamPointerLock(Edge));
    REQUIRE_SUCCESS(KsStreamPointerClone(Edge, NULL, 0, &Clone));
    EXPECT_EQ(KsStreamPointerGetNextClone(Edge), (PKSSTREAM_POINTER)NULL);
    EXPECT_EQ(Clone->Context, (PVOID)NULL);
    KsStreamPointerDelete(Clone);
    // More than there is is all there is.
    EXPECT_EQ(KsStreamPointerAdvanceOffsets(Edge, 31, 0, FALSE), STATUS_SUCCESS);
    EXPECT_EQ(Edge->OffsetIn.Remaining, 1u);
    KsStreamPointerAdvanceOffsetsAndUnlock(Edge, 33, 0, FALSE);
    EXPECT_SUCCESS(Frame.Wait());
    EXPECT_EQ(KsStreamPointerLock(Edge), STATUS_DEVICE_NOT_READY);
}

// A lock is a lock, however often it is asked for, and so is its end.
EXPORT_CASE(KsStreamPointerLock, KsStreamPointerUnlock, KsStreamPointerGetIrp) {
    Pointers Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame Frame(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    const PKSSTREAM_POINTER Edge = Own.Edge(true);
    REQUIRE(Edge != NULL);
    EXPECT_SUCCESS(KsStreamPointerLock(Edge));
    const PIRP Irp = KsStreamPointerGetIrp(Edge, NULL, NULL);
    REQUIRE(Irp != NULL);
    EXPECT_EQ(Irp->CancelRoutine, (PDRIVER_CANCEL)NULL);
    KsStreamPointerUnlock(Edge, FALSE);
    EXPECT_TRUE(Irp->CancelRoutine != NULL);
    KsStreamPointerUnlock(Edge, FALSE);
    EXPECT_SUCCESS(KsStreamPointerLock(Edge));
    EXPECT_EQ(Irp->CancelRoutine, (PDRIVER_CANCEL)NULL);
    KsStreamPointerUnlock(Edge, FALSE);
    EXPECT_TRUE(IoCancelIrp(Irp));
    EXPECT_EQ(Frame.Wait(), STATUS_CANCELLED);
    EXPECT_EQ(Frame.Memory->IoStatus.Information, 0u);
    EXPECT_EQ(KsStreamPointerLock(Edge), STATUS_DEVICE_NOT_READY);
}

// The first and the last frame of a request of three.
EXPORT_CASE(KsStreamPointerGetIrp, KsStreamPointerAdvance, KsStreamPointerGetMdl) {
    Pointers Own(Case);
    REQUIRE(Own.In != NULL);
    UCHAR *const Data = static_cast<UCHAR *>(ExAllocatePoolWithTag(NonPagedPool, 64, 'esaC'));
    REQUIRE(Data != NULL);
    KSSTREAM_HEADER Headers[3] = {};
    for (KSSTREAM_HEADER &Header : Headers) {
        Header.Size = sizeof Header;
        Header.Data = Data + 16 * (&Header - Headers);
        Header.FrameExtent = 16;
        Header.DataUsed = 16;
    }
    KEVENT Event;
    IO_STATUS_BLOCK IoStatus = {};
    KeInitializeEvent(&Event, NotificationEvent, FALSE);
    EXPECT_EQ(KsStreamIo(Own.Stream.File[1].Object, &Event, NULL, NULL, NULL, KsInvokeOnSuccess,
                         &IoStatus, Headers, sizeof Headers, KSSTREAM_WRITE | KSSTREAM_SYNCHRONOUS,
                         KernelMode),
              STATUS_PENDING);
    const PKSSTREAM_POINTER Edge = Own.Edge(true);
    REQUIRE(Edge != NULL);
    for (ULONG Index = 0; Index < 3; ++Index) {
        BOOLEAN IsFirst = 2, IsLast = 2;
        const PIRP Irp = KsStreamPointerGetIrp(Edge, &IsFirst, &IsLast);
        REQUIRE(Irp != NULL);
        EXPECT_EQ(IsFirst, Index == 0);
        EXPECT_EQ(IsLast, Index == 2);
        PMDL Mdl = Irp->MdlAddress;
        for (ULONG Step = 0; Step < Index && Mdl != NULL; ++Step)
            Mdl = Mdl->Next;
        EXPECT_EQ(KsStreamPointerGetMdl(Edge), Mdl);
        EXPECT_EQ(MmGetMdlVirtualAddress(Mdl), (PVOID)(Data + 16 * Index));
        EXPECT_EQ(KsStreamPointerAdvance(Edge),
                  Index < 2 ? STATUS_SUCCESS : STATUS_DEVICE_NOT_READY);
    }
    EXPECT_SUCCESS(KeWaitForSingleObject(&Event, Executive, KernelMode, FALSE, NULL));
    EXPECT_EQ(IoStatus.Information, 48u);
    EXPECT_EQ(Headers[2].Data, (PVOID)(Data + 32));
    ExFreePool(Data);
}

EXPORT_CASE(KsPinGetAvailableByteCount) {
    Pointers Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame First(Own.Stream.File[0], KSSTREAM_READ, 40),
        Second(Own.Stream.File[0], KSSTREAM_READ, 20);
    LONG Input = -1, Output = -1;
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Own.Stream.Pin[0], &Input, &Output));
    EXPECT_EQ(Input, 0);
    EXPECT_EQ(Output, 60);
    const PKSSTREAM_POINTER Edge =
        KsPinGetLeadingEdgeStreamPointer(Own.Stream.Pin[0], KSSTREAM_POINTER_STATE_LOCKED);
    REQUIRE(Edge != NULL);
    EXPECT_SUCCESS(KsStreamPointerAdvanceOffsets(Edge, 0, 15, FALSE));
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Own.Stream.Pin[0], NULL, &Output));
    EXPECT_EQ(Output, 45);
    KsStreamPointerUnlock(Edge, TRUE);
    REQUIRE_SUCCESS(KsStreamPointerLock(Edge));
    KsStreamPointerUnlock(Edge, TRUE);
    EXPECT_SUCCESS(First.Wait());
    EXPECT_EQ(First.Memory->Header.DataUsed, 15u);
    EXPECT_SUCCESS(Second.Wait());
    EXPECT_EQ(Second.Memory->Header.DataUsed, 0u);
    EXPECT_SUCCESS(KsPinGetAvailableByteCount(Own.Stream.Pin[0], NULL, &Output));
    EXPECT_EQ(Output, 0);
}

// A clone that has run off the end gets the next frame, and keeps it.
EXPORT_CASE(KsStreamPointerClone, KsStreamPointerAdvance, KsStreamPointerDelete) {
    Pointers Own(Case);
    REQUIRE(Own.In != NULL);
    CaseFrame First(Own.Stream.File[1], KSSTREAM_WRITE, 32);
    const PKSSTREAM_POINTER Edge = Own.Edge(true);
    REQUIRE(Edge != NULL);
    PKSSTREAM_POINTER Clones[2] = {};
    for (PKSSTREAM_POINTER &Clone : Clones) {
        REQUIRE_SUCCESS(KsStreamPointerClone(Edge, NULL, 0, &Clone));
        KsStreamPointerUnlock(Clone, FALSE);
        EXPECT_SUCCESS(KsStreamPointerAdvance(Clone));
        EXPECT_EQ(KsStreamPointerLock(Clone), STATUS_DEVICE_NOT_READY);
        EXPECT_EQ(Clone->StreamHeader, (PKSSTREAM_HEADER)NULL);
    }
    KsStreamPointerUnlock(Edge, TRUE);
    EXPECT_SUCCESS(First.Wait());
    CaseFrame Second(Own.Stream.File[1], KSSTREAM_WRITE, 24);
    for (const PKSSTREAM_POINTER Clone : Clones)
        EXPECT_EQ(Clone->OffsetIn.Remaining, 24u);
    REQUIRE_SUCCESS(KsStreamPointerLock(Edge));
    KsStreamPointerUnlock(Edge, TRUE);
    EXPECT_TRUE(Second.Pending());
    KsStreamPointerDelete(Clones[0]);
    EXPECT_TRUE(Second.Pending());
    KsStreamPointerDelete(Clones[1]);
    EXPECT_SUCCESS(Second.Wait());
}

static LONG LateTimeouts;
static void NTAPI OnLateTimeout(PKSSTREAM_POINTER Pointer) {
    UNREFERENCED_PARAMETER(Pointer);
    ++LateTimeouts;
}

// A timeout of an edge ends with its pin.
EXPORT_CASE(KsStreamPointerScheduleTimeout) {
    LateTimeouts = 0;
    {
        Pointers Own(Case);
        REQUIRE(Own.In != NULL);
        const PKSSTREAM_POINTER Edge = Own.Edge(false);
        KsStreamPointerScheduleTimeout(Edge, OnLateTimeout, 50 * 10000);
        CaseSleep(150);
        EXPECT_EQ(LateTimeouts, 1);
        KsStreamPointerScheduleTimeout(Edge, OnLateTimeout, 50 * 10000);
    }
    CaseSleep(150);
    EXPECT_EQ(LateTimeouts, 1);
}
