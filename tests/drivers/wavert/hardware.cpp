// The card: a timer that moves the running streams, a loop from render to capture, two registers.
#include "parts.h"

CHardware Hardware;

// Called, where KeQueryInterruptTime is inlined: the ticks of a long run are many.
ULONGLONG InterruptTime() {
    ULONG64 Counter;
    return KeQueryInterruptTimePrecise(&Counter);
}

NTSTATUS CHardware::Init() {
    m_Registers = static_cast<PUCHAR>(ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, Tag));
    if (m_Registers == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    m_Timer = ExAllocateTimer(Tick, this, EX_TIMER_HIGH_RESOLUTION);
    if (m_Timer == NULL) {
        ExFreePoolWithTag(m_Registers, Tag);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_SUCCESS;
}

void CHardware::Close() {
    ExDeleteTimer(m_Timer, TRUE, TRUE, NULL);
    ExFreePoolWithTag(m_Registers, Tag);
}

VOID NTAPI CHardware::Tick(PEX_TIMER Timer, PVOID Context) {
    UNREFERENCED_PARAMETER(Timer);
    static_cast<CHardware *>(Context)->Move();
}

void CHardware::Move() {
    const ULONGLONG Now = InterruptTime();
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (int Capture = 0; Capture < 2; Capture++) { // what was rendered can be captured at once
        for (ULONG Index = 0; Index < MaximumStreams; Index++) {
            if (m_Streams[Index] != NULL && m_Streams[Index]->IsCapture() == (Capture != 0)) {
                m_Streams[Index]->Move(Now);
            }
        }
    }
    *reinterpret_cast<volatile ULONGLONG *>(m_Registers + WAVERT_CLOCK_OFFSET) =
        Now / (10000000 / WAVERT_CLOCK_HZ);
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

void CHardware::Add(CStream *Stream) {
    bool First = true;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    CStream **Free = NULL;
    for (ULONG Index = MaximumStreams; Index-- > 0;) {
        if (m_Streams[Index] == NULL) {
            Free = &m_Streams[Index];
        } else {
            First = false;
        }
    }
    if (Free != NULL) {
        *Free = Stream;
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    if (First) {
        ExSetTimer(m_Timer, -10000, 10000, NULL);
    }
}

void CHardware::Remove(CStream *Stream) {
    bool Last = true;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    for (ULONG Index = 0; Index < MaximumStreams; Index++) {
        if (m_Streams[Index] == Stream) {
            m_Streams[Index] = NULL;
        } else if (m_Streams[Index] != NULL) {
            Last = false;
        }
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    if (Last) {
        ExCancelTimer(m_Timer, NULL);
    }
}

void CHardware::Loop(const UCHAR *Bytes, ULONG Count) {
    for (ULONG Index = 0; Index < Count; Index++) {
        m_Loop[m_Written++ % sizeof(m_Loop)] = Bytes[Index];
    }
    if (m_Written - m_Read > sizeof(m_Loop)) {
        m_Read = m_Written - sizeof(m_Loop);
    }
}

void CHardware::LoopBack(UCHAR *Bytes, ULONG Count) {
    // The ends round their frames differently: what is ahead keeps a gap from showing.
    if (m_Written - m_Read >= 1024) {
        m_Flowing = true;
    }
    for (ULONG Index = 0; Index < Count; Index++) {
        m_Flowing = m_Flowing && m_Read < m_Written;
        Bytes[Index] = m_Flowing ? m_Loop[m_Read++ % sizeof(m_Loop)] : 0;
    }
}
