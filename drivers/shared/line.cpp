// The converter in software. See line.h.
#include "line.h"

static const LONGLONG Second = 10000000; // in 100 ns

// How often the timer does the converter's work.
#ifndef LINE_TICKS
#define LINE_TICKS 1000 // a second
#endif

static ULONGLONG Now() {
    ULONG64 Counter;
    return KeQueryInterruptTimePrecise(&Counter);
}

NTSTATUS Line::Init(const Volume *Level) {
    m_Volume = Level;
    KeInitializeSpinLock(&m_Lock);
    m_Timer = ExAllocateTimer(Tick, this, EX_TIMER_HIGH_RESOLUTION);
    return m_Timer != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

VOID Line::Close() {
    if (m_Timer != NULL) {
        ExDeleteTimer(m_Timer, TRUE, TRUE, NULL);
        m_Timer = NULL;
    }
}

NTSTATUS Line::Attach(LineEnd *End, BOOLEAN Capture, const WaveFormat &Format) {
    Place &Own = Capture ? m_Capture : m_Render;
    const Place &Other = Capture ? m_Render : m_Capture;
    NTSTATUS Status = STATUS_SUCCESS;
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    if (Own.End != NULL) {
        Status = STATUS_DEVICE_BUSY;
    } else if (Other.End != NULL && !SameWaveFormat(Format, m_Format)) {
        Status = STATUS_NO_MATCH;
    } else {
        Own.End = End;
        Own.Runs = FALSE;
        m_Format = Format;
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
    return Status;
}

VOID Line::Detach(LineEnd *End) {
    Run(End, FALSE);
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    Place &Own = m_Capture.End == End ? m_Capture : m_Render;
    if (Own.End == End) {
        Own.End = NULL;
    }
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

VOID Line::Run(LineEnd *End, BOOLEAN Runs) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    MoveDueFrames();
    Place &Own = m_Capture.End == End ? m_Capture : m_Render;
    if (Own.End == End) {
        Own.Runs = Runs;
    }
    SetTimer();
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

VOID Line::SetPower(BOOLEAN On) {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    MoveDueFrames();
    m_Power = On;
    SetTimer();
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

VOID Line::Update() {
    KIRQL OldIrql;
    KeAcquireSpinLock(&m_Lock, &OldIrql);
    MoveDueFrames();
    KeReleaseSpinLock(&m_Lock, OldIrql);
}

VOID NTAPI Line::Tick(PEX_TIMER Timer, PVOID Context) {
    UNREFERENCED_PARAMETER(Timer);
    static_cast<Line *>(Context)->Update();
}

// Ticks while something runs, with power. The lock is held.
VOID Line::SetTimer() {
    const BOOLEAN Needed = m_Power && (m_Render.Runs || m_Capture.Runs);
    if (Needed && !m_Ticking) {
        m_Started = Now();
        m_Frames = 0;
        ExSetTimer(m_Timer, -(Second / LINE_TICKS), Second / LINE_TICKS, NULL);
    } else if (!Needed && m_Ticking) {
        ExCancelTimer(m_Timer, NULL);
    }
    m_Ticking = Needed;
}

// The lock is held.
VOID Line::MoveDueFrames() {
    if (!m_Ticking) {
        return;
    }
    const ULONG FrameBytes = m_Format.BlockAlign();
    const ULONGLONG Due = (Now() - m_Started) * m_Format.SampleRate / Second;
    while (m_Frames < Due) {
        const ULONG Frames = ULONG(min(Due - m_Frames, sizeof(m_Data) / FrameBytes));
        const ULONG Bytes = Frames * FrameBytes;
        RtlZeroMemory(m_Data, Bytes);
        if (m_Render.Runs) {
            m_Render.End->Move(m_Data, Bytes);
            if (m_Volume != NULL) {
                m_Volume->Apply(m_Data, Bytes, m_Format);
            }
        }
        if (m_Capture.Runs) {
            m_Capture.End->Move(m_Data, Bytes);
        }
        m_Frames += Frames;
    }
}
