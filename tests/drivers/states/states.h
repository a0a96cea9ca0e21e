// A filter whose pins tell what the class driver did to them: states, formats, resets, power,
// handshakes; and that move numbered frames when told to. What they say is in the journal
// (../support/journal.h), {x, y, z} being its values:
//
//     "set state" {pin, from * 16 + to, DeviceState * 16 + ClientState}
//     "held" {pin}          the control mutex was held in it; asked for by answering "probe" with 1
//     "set format" {pin, there was an old one, bytes of ConnectionFormat}
//     "create", "close", "connect", "disconnect", "reset" {pin}
//     "process" {pin, ClientState}
//     "made", "got" {pin, the frame's number, DataUsed}
//     "sleep", "wake" {pin, device power state}; "filter sleep", "filter wake"
//     "set power" {to, from, the bus has done it}; "query power"
//     "handshake" {pin, In's protocol, In's argument}
//     "event" {the data behind KSEVENTDATA}
//
// What it can be told to answer: "to stop 0" … "to run 4" (a pin's SetDeviceState), "format",
// "create", "connect", "budget" (frames that each producing pin makes, by default 4), "probe",
// "deaf" (1: no handshake callback is registered), "linger" (1: an error from one of "format",
// "create" and "connect" takes 100 ms).
#pragma once

// {6D2D6D34-6C4B-4B5C-9B3C-0E1A55C8F1B7}
#define STATIC_KSPROPSETID_States                                                                  \
    0x6d2d6d34, 0x6c4b, 0x4b5c, 0x9b, 0x3c, 0x0e, 0x1a, 0x55, 0xc8, 0xf1, 0xb7

// On the filter.
typedef enum {
    // Get, KSP_PIN (Reserved: protocol): STATES_ANSWER of KsPinHandshake from the factory's first
    // instance on this filter.
    KSPROPERTY_STATES_HANDSHAKE,
    // Get, KSPROPERTY and STATES_IOCTL: STATES_ANSWER of IOCTL_KS_HANDSHAKE from kernel mode.
    KSPROPERTY_STATES_HANDSHAKE_IOCTL,
    // Set, ULONG: asks for a device power state and waits until it is there.
    KSPROPERTY_STATES_POWER,
    // Set, ULONG: signals this filter's events with that ID.
    KSPROPERTY_STATES_SIGNAL,
    // Get, KSP_PIN: how many bytes the ConnectionFormat of the first instance has.
    KSPROPERTY_STATES_FORMAT
} KSPROPERTY_STATES;

typedef struct {
    ULONG PinId;
    ULONG InBytes;
    ULONG OutBytes;
    ULONG Protocol;
} STATES_IOCTL;

typedef struct {
    LONG Status;
    ULONG Information; // of the IOCTL
    ULONG Protocol;    // Out's
    ULONG Argument;    // Out's first argument: In's and one
} STATES_ANSWER;

#define STATES_PROTOCOL 0x11223344 // Data1 of the only protocol that the pins know

// Events of the filter; the set's ID is KSPROPSETID_States.
typedef enum {
    STATES_PLAIN_EVENT,
    STATES_EVENT_WITH_DATA // eight bytes behind KSEVENTDATA
} STATES_EVENT;

// The pin factories.
typedef enum {
    STATES_IN,           // in, sink: consumes
    STATES_OUT,          // out, sink: fills the frames of a client
    STATES_SOURCE,       // out, source: fills the frames of its circuit
    STATES_ASK,          // in, source: asks its peer for data
    STATES_RAW,          // in, sink: KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT
    STATES_OTHER_MEDIUM, // in, sink: a medium of its own
    STATES_FORCED,       // as the former, with both flags about the transport
    STATES_RUN_ONLY,     // in, sink: KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY
    STATES_FIXED,        // in, sink: KSPIN_FLAG_FIXED_FORMAT
    STATES_NO_DISPATCH,  // in, sink: Dispatch is NULL, on a filter that processes nothing
    STATES_COUNT
} STATES_ID;

// {0C8F2D11-33A5-4F0A-8E55-1F7B6A1F0E21}, Id 0
#define STATIC_STATES_MEDIUM                                                                       \
    0x0c8f2d11, 0x33a5, 0x4f0a, 0x8e, 0x55, 0x1f, 0x7b, 0x6a, 0x1f, 0x0e, 0x21

#define STATES_FRAME_BYTES 64
