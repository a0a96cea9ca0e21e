// A driver that speaks Kernel Streaming without AVStream: create items, object headers and dispatch
// tables of its own. It journals every create, and moves no data.
#pragma once

// {4D1E8C72-60B3-4F95-8A1B-C07E3D29F56A}
#define STATIC_KSPROPSETID_Bare                                                                    \
    0x4d1e8c72, 0x60b3, 0x4f95, 0x8a, 0x1b, 0xc0, 0x7e, 0x3d, 0x29, 0xf5, 0x6a

// On the filter, beside the journal's (support/journal.h).
typedef enum {
    // Get: the bytes of the file name of the last object created below the filter.
    KSPROPERTY_BARE_CREATE_STRING,
    // Get, KSPROPERTY and then KSP_PIN: what KsPinPropertyHandler answers to it, called by hand.
    KSPROPERTY_BARE_PIN_PROPERTY,
    // Set, ULONG: how many further KsAllocateObjectHeader calls are followed by a failure of the
    // create, which frees the header again.
    KSPROPERTY_BARE_FAIL_AFTER_HEADER
} KSPROPERTY_BARE;

// What the journal says.
#define BARE_CREATE "create"   // BARE_OBJECT, the status of its validation, BARE_* flags
#define BARE_HEADER "header"   // BARE_OBJECT, the status of KsAllocateObjectHeader
#define BARE_CLEANUP "cleanup" // BARE_OBJECT
#define BARE_CLOSE "close"     // BARE_OBJECT
#define BARE_CONNECT "connect" // of a pin: PinId, FormatSize found at Connect + 1, its priority
#define BARE_CONTROL "control" // BARE_OBJECT, the control code that is not one of KS

typedef enum { BARE_FILTER, BARE_PIN, BARE_NODE, BARE_CLOCK, BARE_ALLOCATOR } BARE_OBJECT;

#define BARE_RELATED 1 // RelatedFileObject is the parent's
#define BARE_COPY 2    // of a pin: Connect is outside the create string, and no client memory
#define BARE_ITEM 4    // the IRP's create item and the header's are the one in the driver's list

// The pins.
typedef enum {
    BARE_IN,     // in, sink
    BARE_BRIDGE, // in, bridge
    BARE_COUNT
} BARE_PIN_ID;

// A control code of the driver's own: the bridge pin answers it with the ULONG 0x42.
#define IOCTL_BARE 0x00222400 // CTL_CODE(FILE_DEVICE_UNKNOWN, 0x900, METHOD_BUFFERED, 0)
