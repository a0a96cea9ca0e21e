// Pins with clocks and allocators of every kind, and a driver that uses them as a kernel client.
#pragma once

// {7C1E4A50-93B6-4D0B-8A2F-61D05E77C3B8}
#define STATIC_KSPROPSETID_Clocks                                                                  \
    0x7c1e4a50, 0x93b6, 0x4d0b, 0x8a, 0x2f, 0x61, 0xd0, 0x5e, 0x77, 0xc3, 0xb8

// The pin factories. Standard transport but where said otherwise.
typedef enum {
    CLOCKS_OWN,       // in, sink; KSPIN_FLAG_IMPLEMENT_CLOCK and KSCLOCK_DISPATCH
    CLOCKS_DEFAULT,   // in, sink; KSPIN_FLAG_IMPLEMENT_CLOCK alone
    CLOCKS_NONE,      // in, sink; no clock, no framing
    CLOCKS_RAW,       // in, sink; KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT
    CLOCKS_SINK,      // in, sink; frames complete as they come
    CLOCKS_SOURCE,    // out, source; fills every frame with its number
    CLOCKS_ALLOCATOR, // in, sink; KSALLOCATOR_DISPATCH, framing says must allocate
    CLOCKS_MODEST,    // in, sink; KSALLOCATOR_DISPATCH, framing does not
    CLOCKS_COUNT
} CLOCKS_PIN;

#define CLOCKS_GRANULARITY 100
#define CLOCKS_ERROR 200
#define CLOCKS_FRAMES 3
#define CLOCKS_FRAME_BYTES 4096

typedef enum {
    CLOCKS_SET_TIME,     // Set, LONGLONG: what CorrelatedTime of CLOCKS_OWN says from now on; the
                         // system time is 1,000,000 more
    CLOCKS_REACH,        // Set, LONGLONG: the same, and the timer that CLOCKS_OWN set expires
    CLOCKS_REFERENCE,    // Get, KSP_PIN: CLOCKS_TOLD by KsPinGetReferenceClockInterface
    CLOCKS_SET_PIN_TIME, // Set, KSP_PIN, LONGLONG: KsPinSetPinClockTime
    CLOCKS_FUNCTIONS,    // Get, CLOCKS_HANDLE of a clock: CLOCKS_TIMES by its function table
    CLOCKS_FRAME_CALLS,  // Get, CLOCKS_HANDLE of an allocator: CLOCKS_CALLS by its function table
    CLOCKS_OWNER         // Set, ULONG, CLOCKS_OWNER_ACTION
} KSPROPERTY_CLOCKS;

// A default clock that is the driver's, apart from AVStream: its device has a create item
// "OwnClock" whose parameters are a KSCLOCK_CREATE.
typedef enum {
    CLOCKS_ALLOCATE, // KsAllocateDefaultClock, in STOP
    CLOCKS_RUN,      // KsSetDefaultClockState
    CLOCKS_FREE      // KsFreeDefaultClock
} CLOCKS_OWNER_ACTION;

typedef struct {
    KSPROPERTY Property;
    HANDLE Handle;
} CLOCKS_HANDLE;

typedef struct {
    LONG Status; // of KsPinGetReferenceClockInterface; the rest only after a success
    LONG ResolutionStatus;
    LONG StateStatus;
    ULONG State;
    LONGLONG Time;
    LONGLONG PhysicalTime;
    LONGLONG CorrelatedTime;
    LONGLONG SystemTime;
    LONGLONG Granularity;
    LONGLONG Error;
    ULONG References; // what Release returned
    ULONG Unknown;    // 1: QueryInterface(IUnknown) gives an interface
} CLOCKS_TOLD;

// At DISPATCH_LEVEL.
typedef struct {
    LONG Status; // of KSPROPERTY_CLOCK_FUNCTIONTABLE
    ULONG Reserved;
    LONGLONG Time;
    LONGLONG PhysicalTime;
    LONGLONG CorrelatedTime;
    LONGLONG SystemTime;
    LONGLONG CorrelatedPhysicalTime;
    LONGLONG PhysicalSystemTime;
    LONGLONG InterruptTime; // KeQueryInterruptTime before the calls
} CLOCKS_TIMES;

typedef struct {
    LONG Status;          // of KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE
    ULONG Given;          // frames until AllocateFrame refused
    LONG Refusal;         // its status then
    ULONG GivenAgain;     // after one was freed: 1
    ULONG Recycled;       // 1: it was the one just freed
    ULONG MisalignedBits; // OR of the low 12 bits of all frames
} CLOCKS_CALLS;
