// The allocator of CLOCKS_ALLOCATOR and CLOCKS_MODEST.
#include "parts.h"

struct Frames {
    ULONG PinId;
    ULONG Bytes;
};

static NTSTATUS NTAPI Initialize(PKSPIN Pin, PKSALLOCATOR_FRAMING Framing, PVOID *Context) {
    Journal("initialize", Pin->Id, Framing->Frames, Framing->FrameSize);
    Journal("initialize aligned", Pin->Id, Framing->FileAlignment);
    const NTSTATUS Status = AnswerTo("initialize", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Frames *Own =
        static_cast<Frames *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(Frames), 'kolC'));
    if (Own == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    Own->PinId = Pin->Id;
    Own->Bytes = Framing->FrameSize;
    *Context = Own;
    return STATUS_SUCCESS;
}

static VOID NTAPI Delete(PVOID Context) {
    Journal("delete", static_cast<Frames *>(Context)->PinId);
    ExFreePoolWithTag(Context, 'kolC');
}

static PVOID NTAPI Allocate(PVOID Context) {
    Frames *Own = static_cast<Frames *>(Context);
    Journal("allocate", Own->PinId);
    if (!NT_SUCCESS(AnswerTo("allocate", STATUS_SUCCESS))) {
        return NULL;
    }
    return ExAllocatePool2(POOL_FLAG_NON_PAGED, Own->Bytes, 'FolC');
}

static VOID NTAPI Free(PVOID Context, PVOID Buffer) {
    Journal("free", static_cast<Frames *>(Context)->PinId);
    ExFreePoolWithTag(Buffer, 'FolC');
}

const KSALLOCATOR_DISPATCH OwnAllocator = {Initialize, Delete, Allocate, Free};
