// Mistakes that sanitizers, the guarded pool and the leak list find, each in a function of its own
// so that a report can name it. Excess is how far each goes wrong; at 0 the same code is right.
#include "faults.h"

static volatile LONG Excess = 1;

static const ULONG Tag = 'wofO';

VOID SetMistaken(BOOLEAN Mistaken) {
    Excess = Mistaken ? 1 : 0;
}

static DECLSPEC_NOINLINE PUCHAR AllocateBlock() {
    const PUCHAR Block = static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, 48, Tag));
    if (Block != NULL) {
        Block[0] = 1; // not a tail call: stacks are to show this function
    }
    return Block;
}

static DECLSPEC_NOINLINE VOID ReleaseBlock(PUCHAR Block, ULONG WithTag) {
    ExFreePoolWithTag(Block, WithTag);
    KeMemoryBarrierWithoutFence(); // not a tail call either
}

static DECLSPEC_NOINLINE VOID OverflowPool(PUCHAR Block) {
    static_cast<volatile UCHAR *>(Block)[47 + Excess] = 1;
}

static DECLSPEC_NOINLINE VOID UnderrunPool(PUCHAR Block) {
    static_cast<volatile UCHAR *>(Block)[-Excess] = 1;
}

static DECLSPEC_NOINLINE VOID OverflowStack() {
    volatile UCHAR Local[48];
    Local[47 + Excess] = 1;
}

static UCHAR Table[48];

static DECLSPEC_NOINLINE VOID OverflowGlobal() {
    static_cast<volatile UCHAR *>(Table)[47 + Excess] = 1;
}

static DECLSPEC_NOINLINE VOID UseAfterFree(PUCHAR Block) {
    if (Excess != 0) {
        ReleaseBlock(Block, Tag);
    }
    static_cast<volatile UCHAR *>(Block)[7] = 1;
    if (Excess == 0) {
        ReleaseBlock(Block, Tag);
    }
}

static DECLSPEC_NOINLINE VOID FreeTwice(PUCHAR Block) {
    ReleaseBlock(Block, Tag);
    if (Excess != 0) {
        ReleaseBlock(Block, Tag);
    }
}

static volatile LONG Sum = MAXLONG;

static DECLSPEC_NOINLINE VOID OverflowSum() {
    Sum = Sum + Excess;
    Sum = MAXLONG;
}

static DECLSPEC_NOINLINE NTSTATUS Leak() {
    const PVOID Block = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'kaeL');
    if (Block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    if (Excess == 0) {
        ExFreePoolWithTag(Block, 'kaeL');
    }
    return STATUS_SUCCESS;
}

static LONG Contended; // on purpose neither volatile nor interlocked

static VOID NTAPI IncrementContended(PVOID Context) {
    UNREFERENCED_PARAMETER(Context);
    LARGE_INTEGER Pause;
    Pause.QuadPart = -10000;
    for (ULONG Round = 0; Round < 20; Round++) {
        for (ULONG Index = 0; Index < 10000; Index++) {
            if (Excess == 0) {
                InterlockedIncrement(&Contended);
            } else {
                Contended++;
            }
            KeMemoryBarrierWithoutFence();
        }
        KeDelayExecutionThread(KernelMode, FALSE, &Pause);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static DECLSPEC_NOINLINE NTSTATUS Race() {
    PVOID Threads[2] = {};
    NTSTATUS Status = STATUS_SUCCESS;
    for (ULONG Index = 0; Index < 2 && NT_SUCCESS(Status); Index++) {
        HANDLE Handle;
        Status = PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, NULL, NULL, NULL,
                                      IncrementContended, NULL);
        if (NT_SUCCESS(Status)) {
            Status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, KernelMode,
                                               &Threads[Index], NULL);
            ZwClose(Handle);
        }
    }
    for (ULONG Index = 0; Index < 2; Index++) {
        if (Threads[Index] != NULL) {
            KeWaitForSingleObject(Threads[Index], Executive, KernelMode, FALSE, NULL);
            ObDereferenceObject(Threads[Index]);
        }
    }
    return Status;
}

static NTSTATUS MistreatBlock(CRASH_FAULT Fault) {
    const PUCHAR Block = AllocateBlock();
    if (Block == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    switch (Fault) {
    case CRASH_USE_AFTER_FREE:
        UseAfterFree(Block);
        return STATUS_SUCCESS;
    case CRASH_DOUBLE_FREE:
        FreeTwice(Block);
        return STATUS_SUCCESS;
    case CRASH_HEAP_OVERFLOW:
        OverflowPool(Block);
        break;
    case CRASH_HEAP_UNDERRUN:
        UnderrunPool(Block);
        break;
    default:
        break;
    }
    ReleaseBlock(Block, Fault == CRASH_WRONG_TAG ? Tag + ULONG(Excess) : Tag);
    return STATUS_SUCCESS;
}

NTSTATUS MakeMistake(CRASH_FAULT Fault) {
    switch (Fault) {
    case CRASH_STACK_OVERFLOW:
        OverflowStack();
        return STATUS_SUCCESS;
    case CRASH_GLOBAL_OVERFLOW:
        OverflowGlobal();
        return STATUS_SUCCESS;
    case CRASH_SIGNED_OVERFLOW:
        OverflowSum();
        return STATUS_SUCCESS;
    case CRASH_LEAK:
        return Leak();
    case CRASH_RACE:
        return Race();
    default:
        return MistreatBlock(Fault);
    }
}
