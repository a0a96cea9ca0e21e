// A filter that hands to KS what is not, or no longer, what it should be: one mistake for each
// value of its property.
#pragma once

// {7E0C4B1D-93A5-4D62-8F37-51C6E2A90B74}
#define STATIC_KSPROPSETID_Misuse                                                                  \
    0x7e0c4b1d, 0x93a5, 0x4d62, 0x8f, 0x37, 0x51, 0xc6, 0xe2, 0xa9, 0x0b, 0x74

// On the filter, Set, ULONG MISUSE.
typedef enum { KSPROPERTY_MISUSE } KSPROPERTY_MISUSE_ID;

typedef enum {
    MISUSE_OBJECT,           // KsFilterGetDevice of memory
    MISUSE_NO_OBJECT,        // of NULL
    MISUSE_BAG,              // KsAddItemToObjectBag to memory
    MISUSE_NO_BAG,           // to NULL
    MISUSE_ACQUIRE,          // KsAcquireControl of a device
    MISUSE_RELEASE,          // KsReleaseControl of a device
    MISUSE_FILE,             // KsGetObjectFromFileObject of a file that is not AVStream's
    MISUSE_WORKER,           // KsQueueWorkItem to memory
    MISUSE_NO_WORKER,        // to NULL
    MISUSE_FREED_WORKER,     // to one that was unregistered
    MISUSE_CLOCK,            // KsGetDefaultClockTime of memory
    MISUSE_NO_CLOCK,         // of NULL
    MISUSE_FREED_CLOCK,      // of one that was freed
    MISUSE_POINTER,          // KsStreamPointerUnlock of memory
    MISUSE_NO_POINTER,       // of NULL
    MISUSE_OBJECT_HEADER,    // KsFreeObjectHeader of memory
    MISUSE_NO_OBJECT_HEADER, // of NULL
    MISUSE_DEVICE_HEADER,    // KsFreeDeviceHeader of memory
    MISUSE_COUNT
} MISUSE;
