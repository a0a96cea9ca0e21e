// What the driver's files share.
#pragma once

extern "C" {
#include <ntddk.h>
}
#include <windef.h>
#define NOBITMAP
#include <mmreg.h>
#undef NOBITMAP
#include <ks.h>
#include <ksmedia.h>

#include "plain.h"

#define PLAIN_TAG 'nalP'

// Object headers come first where KS looks for them: at the device extension and at FsContext.
struct PlainDevice {
    KSDEVICE_HEADER Header;
    PDEVICE_OBJECT Next;
    UNICODE_STRING Interface;
};

struct PlainFilter {
    KSOBJECT_HEADER Header;
    volatile LONG PinCount;
    FAST_MUTEX Mutex; // guards Reading
    PLAINMETER_READING Reading;
};

struct PlainPin {
    KSOBJECT_HEADER Header;
    PlainFilter *Filter; // its file object stays open for as long as the pin's
    KSSTATE State;
    KMUTEX Control;     // of states and streaming
    LIST_ENTRY Waiting; // IRPs that came before RUN
    KSPIN_LOCK WaitingLock;
};

NTSTATUS Complete(PIRP Irp, NTSTATUS Status);

// filter.cpp
NTSTATUS NTAPI CreateFilter(PDEVICE_OBJECT Device, PIRP Irp);
extern const KSPIN_DESCRIPTOR PlainPins[1];
// pin.cpp
NTSTATUS NTAPI CreatePin(PDEVICE_OBJECT Device, PIRP Irp);
// stream.cpp
NTSTATUS WriteStream(PlainPin *Pin, PIRP Irp);
VOID TakeWaiting(PlainPin *Pin);
