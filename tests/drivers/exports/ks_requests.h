// Requests of the AVStream cases: IRPs, frames and events of their own. Included by ks_fixture.h.
#pragma once

#include "support/ks_case.h"

class CaseFile;

// An IRP of a case's own, current at `Device` and caught above it when it is completed.
class CaseIrp {
  public:
    CaseIrp(PDEVICE_OBJECT Device, UCHAR Major, UCHAR Minor = 0);
    ~CaseIrp();
    CaseIrp(const CaseIrp &) = delete;
    CaseIrp &operator=(const CaseIrp &) = delete;
    // Through the driver's dispatch table; waits for its end.
    NTSTATUS Send();
    bool Completed() const { return KeReadStateEvent(const_cast<PKEVENT>(&Done_)) != 0; }
    NTSTATUS Status() const { return Irp->IoStatus.Status; }

    PIRP Irp = nullptr;
    PIO_STACK_LOCATION Stack = nullptr;

  private:
    PDEVICE_OBJECT Device_;
    KEVENT Done_;
};

// A streaming request of one frame, in nonpaged pool, on its way until Wait() or Pending() says
// otherwise. Data[i] is i, unless there are others.
class CaseFrame {
  public:
    static constexpr ULONG Capacity = 0x4000;
    // KSSTREAM_WRITE or KSSTREAM_READ.
    CaseFrame(const CaseFile &Pin, ULONG Direction, ULONG Bytes, const VOID *Data = NULL,
              const KSTIME &Time = {});
    ~CaseFrame();
    CaseFrame(const CaseFrame &) = delete;
    CaseFrame &operator=(const CaseFrame &) = delete;
    bool Pending() const;
    NTSTATUS Wait();

    struct MEMORY {
        KSSTREAM_HEADER Header;
        UCHAR Data[Capacity];
        KEVENT Event;
        IO_STATUS_BLOCK IoStatus;
    } *Memory = nullptr;

  private:
    NTSTATUS Sent_ = STATUS_UNSUCCESSFUL;
};

// An event that a client enables; the data is its name.
struct CaseWatch {
    KEVENT Event;
    union {
        KSEVENTDATA Data;
        KSEVENT_TIME_MARK Mark;
        KSEVENT_TIME_INTERVAL Interval;
    };
    CaseWatch();
    NTSTATUS Enable(const CaseFile &File, const GUID &Set, ULONG Id,
                    ULONG Flags = KSEVENT_TYPE_ENABLE);
    NTSTATUS Disable(const CaseFile &File);
    // Resets it, too.
    bool Signalled() { return KeResetEvent(&Event) != 0; }
    bool WaitFor(LONGLONG Milliseconds);
};
