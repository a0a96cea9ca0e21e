// A filter whose pins differ in data flow and communication, and tell what the class driver did to
// them: for the tests of connections. It moves no data.
#pragma once

// {3D0C9A57-6F11-4E0B-8E7C-52B0A4C97A10}
#define STATIC_KSPROPSETID_Pins                                                                    \
    0x3d0c9a57, 0x6f11, 0x4e0b, 0x8e, 0x7c, 0x52, 0xb0, 0xa4, 0xc9, 0x7a, 0x10

// On the filter, beside the journal's (support/journal.h).
typedef enum {
    // Get, KSP_PIN: PINS_PEER of the first instance of the pin factory on this filter.
    KSPROPERTY_PINS_PEER,
    // Get, KSP_PIN (Reserved is the IRQL to call at): the ULONG NTSTATUS that KsCreatePin gives in
    // kernel mode, on a filter handle that the driver opens for it.
    KSPROPERTY_PINS_CREATE_IN_KERNEL
} KSPROPERTY_PINS;

// What the journal says; values: the pin factory, then:
#define PINS_SET_FORMAT "set format" // PINS_FIRST_FORMAT | the range's number << 8
#define PINS_CREATE "create"         // PINS_BELOW_FILTER
#define PINS_CLOSE "close"
#define PINS_CONNECT "connect"       // PINS_CONTROL_HELD
#define PINS_DISCONNECT "disconnect" // PINS_CONTROL_HELD
#define PINS_SET_STATE "set state"   // the new state

#define PINS_FIRST_FORMAT 1 // there was no old format
#define PINS_BELOW_FILTER 1 // the file object's RelatedFileObject is the filter's
#define PINS_CONTROL_HELD 1 // nobody else can acquire the filter control mutex

typedef struct {
    ULONG Communication; // KSPIN.Communication
    ULONG External;      // KSPIN.ConnectionIsExternal
    ULONG File;          // 1: KsPinGetConnectedPinFileObject gives one
    ULONG Device;        // 1: KsPinGetConnectedPinDeviceObject
    ULONG PinInterface;  // 1: KsPinGetConnectedPinInterface(IKsControl)
    ULONG FilterInterface;
} PINS_PEER;

// The pin factories.
typedef enum {
    PINS_IN_SINK,
    PINS_IN_SOURCE,
    PINS_IN_BOTH,
    PINS_OUT_SINK,
    PINS_OUT_SOURCE,
    PINS_OUT_BOTH,
    PINS_IN_BRIDGE,
    PINS_IN_NONE,
    PINS_NO_DISPATCH, // in, sink; Dispatch is NULL
    PINS_NO_CONNECT,  // in, sink; Connect and Disconnect are NULL
    PINS_TWO,         // in, sink; two instances possible
    PINS_ANY_SUBTYPE, // in, sink; the range's subformat is a wildcard
    PINS_ANY_MAJOR,   // in, sink; the range's major format is
    PINS_PICKY,       // in, sink; two ranges match, the first is refused with STATUS_NO_MATCH
    PINS_STUBBORN,    // in, sink; two ranges match, the first is refused with another error
    PINS_KERNEL_ONLY, // in, sink; KSPIN_FLAG_DENY_USERMODE_ACCESS
    PINS_COUNT
} PINS_ID;
