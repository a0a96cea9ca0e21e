// Steps that a test tells a driver's pin to make with its stream pointers, gates and mutexes, and
// what comes of them (executor.h makes them).
//
// They run when the test gets KSPROPERTY_DATA_EXECUTE from a pin, in that request's thread, or in
// every call of the pin's Process (KSPROPERTY_DATA_PROGRAM). Stream pointers and gates live in
// numbered slots of the pin. The journal tells of "process" (pin ID, times called, thread
// priority), of "step" (operation, status) for the steps of Process, of "cancel" and "timeout"
// (slot), "returned" (an injected frame's context, size, status), "set state" and "reset".
#pragma once

// {B1E0C0E5-7B57-4F05-8A2C-5D4A3B16F7D1}
#define STATIC_KSPROPSETID_Data                                                                    \
    0xb1e0c0e5, 0x7b57, 0x4f05, 0x8a, 0x2c, 0x5d, 0x4a, 0x3b, 0x16, 0xf7, 0xd1

// On a pin.
typedef enum {
    KSPROPERTY_DATA_EXECUTE, // Get, KSPROPERTY + DATA_STEP[n]: DATA_RESULT[n]
    KSPROPERTY_DATA_PROGRAM  // Set, DATA_STEP[n]: what Process does from now on
} KSPROPERTY_DATA;

#define DATA_LEADING_EDGE 0 // slots of stream pointers; the rest are for clones
#define DATA_TRAILING_EDGE 1
#define DATA_SLOTS 10
#define DATA_NOTHING 99 // no slot

#define DATA_OWN_GATE 0     // slots of gates: the AND gate of the pin
#define DATA_FILTERS_GATE 1 // the AND gate of its filter
#define DATA_GATES 8        // the rest are for the steps to make

#define DATA_MAXIMUM_STEPS 32
#define DATA_ALL 0xffffffffULL

typedef enum {
    // Stream pointers. Slot: which one.
    DATA_GET_EDGE,    // Values[0]: 1: locked. Status: STATUS_NOT_FOUND for NULL
    DATA_FIRST_CLONE, // result [0]: the slot with that clone, or DATA_NOTHING
    DATA_NEXT_CLONE,  // the same
    DATA_LOCK,
    DATA_UNLOCK, // [0]: Eject
    DATA_ADVANCE,
    DATA_OFFSETS,        // [0]: InUsed, [1]: OutUsed, [2]: Eject
    DATA_OFFSETS_UNLOCK, // the same
    DATA_CLONE,          // [0]: the slot of the clone, [1]: ContextSize, [2]: DATA_CALLBACK
    DATA_DELETE,
    DATA_SET_STATUS, // [0]: the status
    DATA_TIMEOUT,    // [0]: interval in 100 ns, [1]: DATA_CALLBACK
    DATA_CANCEL_TIMEOUT,
    // [0]: 1: it has a stream header; [1]: 1: Offset is OffsetIn, 2: OffsetOut; [2]: Count;
    // [3]: Remaining; [4]: the first four bytes there; [5]: 1: Context is directly behind it
    DATA_LOOK,
    // [0]: Size, [1]: DataUsed, [2]: FrameExtent, [3]: OptionsFlags, [4]: time, [5]: Duration
    DATA_HEADER,
    DATA_IRP, // [0]: 1: there is one, [1]: FirstFrameInIrp, [2]: LastFrameInIrp, [3]: code
    // [0]: 1: there is one, [1]: bytes, [2]: 1: mapped where the header says, [3]: physical address
    DATA_MDL,
    DATA_MAPPINGS,  // [0]: Count, [1]: Remaining, [2]: bytes, [3]: largest, [4]: bytes of the next
    DATA_FILL,      // [0]: a byte to repeat, [1]: how often: into the buffer
    DATA_STAMP,     // [0]: time, [1]: Duration, [2]: OptionsFlags: into the header
    DATA_USE,       // [0]: DataUsed: into the header
    DATA_AVAILABLE, // result [0]: input bytes, [1]: output bytes
    DATA_READ_CONTEXT,  // result [0]: the first eight bytes behind a clone
    DATA_WRITE_CONTEXT, // [0]: what they shall be

    // Processing.
    DATA_ATTEMPT, // [0]: Asynchronous
    DATA_SLEEP,   // [0]: 100 ns
    DATA_ACQUIRE, // Slot: DATA_MUTEX
    DATA_RELEASE,

    // Gates. Slot: which one. [0]: 1: an OR gate.
    DATA_GATE_INITIALIZE, // [1]: the slot of the next gate, or DATA_NOTHING; [2]: 1: that is an OR
    DATA_GATE_ON,         // KsGateTurnInputOn
    DATA_GATE_OFF,
    DATA_GATE_ADD_ON,
    DATA_GATE_ADD_OFF,
    DATA_GATE_REMOVE_ON,
    DATA_GATE_REMOVE_OFF,
    DATA_GATE_STATE,   // result [0]: Count (signed), [1]: KsGateGetStateUnsafe, [2]: 1: has a next
    DATA_GATE_CAPTURE, // result [0]: what KsGateCaptureThreshold returned
    DATA_GATE_TERMINATE,
    DATA_GATE_ATTACH, // KsPinAttachAndGate or -OrGate; Slot DATA_NOTHING: NULL

    // Injection.
    DATA_REGISTER_RETURN, // [0]: 1: the callback, 0: NULL
    DATA_SUBMIT,          // [0]: bytes, [1]: context and first byte, [2]: DATA_SUBMIT_*

    // Splitters. Pins are numbered from 1 in the order of creation.
    DATA_NUMBER,    // result [0]: this pin's
    DATA_RELATIONS, // result [0]: CopySource's, [1]: DelegateBranch's; 0: NULL
} DATA_OP;

typedef enum {
    DATA_NO_CALLBACK,
    DATA_CALLBACK_DELETES, // journals and deletes the stream pointer
    DATA_CALLBACK_KEEPS    // only journals
} DATA_CALLBACK;

typedef enum { DATA_PROCESSING_MUTEX, DATA_CONTROL_MUTEX, DATA_DEVICE_MUTEX } DATA_MUTEX;

#define DATA_SUBMIT_HEADER 1 // with a stream header that says TIMEVALID at 1234
#define DATA_SUBMIT_MDL 2    // KsPinSubmitFrameMdl

typedef struct {
    ULONG Operation;
    ULONG Slot;
    ULONG Irql; // DISPATCH_LEVEL: raised to it for this step
    ULONG Reserved;
    unsigned long long Values[3];
} DATA_STEP;

typedef struct {
    LONG Status;
    ULONG Irql; // after the step
    unsigned long long Values[6];
} DATA_RESULT;
