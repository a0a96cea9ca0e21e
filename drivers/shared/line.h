// A card's converter in software. A timer of one millisecond (LINE_TICKS) takes the frames that are
// due from the running render stream, puts them through the volume, and gives the same frames to
// the running capture stream: what is recorded is what is heard, and silence where nothing plays.
#pragma once

#include "volume.h"

// A stream's end of the line.
class LineEnd {
  public:
    // The next Bytes (whole frames): a render stream writes them to Data, a capture stream takes
    // them. DISPATCH_LEVEL, under the line's lock.
    virtual VOID Move(PUCHAR Data, ULONG Bytes) = 0;
};

class Line {
  public:
    // The volume may be NULL. PASSIVE_LEVEL.
    NTSTATUS Init(const Volume *Level);
    VOID Close();

    // A render stream and a capture stream may be on the line, of one format: STATUS_DEVICE_BUSY,
    // STATUS_NO_MATCH. PASSIVE_LEVEL, as the other two.
    NTSTATUS Attach(LineEnd *End, BOOLEAN Capture, const WaveFormat &Format);
    VOID Detach(LineEnd *End); // it moves no more when this returns
    VOID Run(LineEnd *End, BOOLEAN Runs);

    // Moves what is due by now. IRQL <= DISPATCH_LEVEL.
    VOID Update();

    // Without power the line stands still, and so do positions.
    VOID SetPower(BOOLEAN On);

  private:
    struct Place {
        LineEnd *End = NULL;
        BOOLEAN Runs = FALSE;
    };

    static VOID NTAPI Tick(PEX_TIMER Timer, PVOID Context);
    VOID MoveDueFrames();
    VOID SetTimer();

    PEX_TIMER m_Timer = NULL;
    const Volume *m_Volume = NULL;
    KSPIN_LOCK m_Lock = 0; // guards what follows
    Place m_Render, m_Capture;
    WaveFormat m_Format = {};
    BOOLEAN m_Power = TRUE;
    BOOLEAN m_Ticking = FALSE;
    ULONGLONG m_Started = 0; // 100 ns
    ULONGLONG m_Frames = 0;  // since then
    UCHAR m_Data[4096];
};
