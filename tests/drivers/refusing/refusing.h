// Filters whose pins refuse and wait in every way that there is: for the tests of the reasons that
// are given. The journal (../support/journal.h) can be told to answer: "filter create", "create",
// "set format", "connect", "set state", "intersect" (a status), "slow state" (1: SetDeviceState
// returns when "go on" is answered with 1), "slow process" (1: Process does), "slow create" (1:
// Create does), "gate" (that many off inputs Create adds to the pin's gate).
#pragma once

// {0D9A4C57-71E2-4B8C-A6F3-2E85B01C9D44}, on the filter.
#define STATIC_KSPROPSETID_Refusing                                                                \
    0x0d9a4c57, 0x71e2, 0x4b8c, 0xa6, 0xf3, 0x2e, 0x85, 0xb0, 0x1c, 0x9d, 0x44
typedef enum {
    // Set, NTSTATUS: ends the create that the driver answered with STATUS_PENDING.
    KSPROPERTY_REFUSING_FINISH,
    // Set, ULONG: holds the processing mutex of that pin factory's first pin until "go on" is
    // answered with 1.
    KSPROPERTY_REFUSING_HOLD
} KSPROPERTY_REFUSING;

// The filters, in their order.
typedef enum {
    REFUSING_PINS,      // the pin factories of REFUSING_PIN; pins process by themselves
    REFUSING_CENTRIC,   // filter-centric; CENTRIC_PIN
    REFUSING_NECESSARY, // filter-centric; three instances of pin factory 1 are necessary
    REFUSING_DENIED,    // KSFILTER_FLAG_DENY_USERMODE_ACCESS
    REFUSING_RANGES     // RANGES_PIN
} REFUSING_FILTER;

typedef enum {
    REFUSING_PLAIN,        // in, sink; PCM 8 to 48 kHz, 16 bit, and 96 kHz, 24 bit; intersects
    REFUSING_ATTRIBUTES,   // in, sink; its PCM range requires an attribute
    REFUSING_NO_RANGES,    // in, sink
    REFUSING_NO_HANDLER,   // in, sink; one PCM range, no intersection handler
    REFUSING_ONE,          // in, sink; one instance is possible
    REFUSING_KERNEL,       // in, sink; KSPIN_FLAG_DENY_USERMODE_ACCESS
    REFUSING_SOURCE,       // out, source
    REFUSING_SOURCE_IN,    // in, source
    REFUSING_OUT,          // out, sink
    REFUSING_BRIDGE,       // in, bridge
    REFUSING_FIXED,        // in, sink; KSPIN_FLAG_FIXED_FORMAT
    REFUSING_NO_TRANSPORT, // in, sink; KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT
    REFUSING_QUIET,        // in, sink; KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING
    REFUSING_RUN_ONLY,     // in, sink; KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY
    REFUSING_IDLE,         // in, sink; without Process
    REFUSING_ODD_FRAMING,  // out, source; its allocator framing's FileAlignment is 48
    REFUSING_ALLOCATING,   // out, source; must allocate, and its InitializeAllocator fails
    REFUSING_COUNT
} REFUSING_PIN;

// In, sink.
typedef enum {
    RANGES_VIDEO, // YUY2 of 640x480 and 16 bit, VIDEOINFO
    RANGES_MANY,  // RANGES_MANY_COUNT times the PCM range
    RANGES_WILD,  // audio of any subformat
    RANGES_MIXED, // video, then 16 bit PCM from 8 to 48 kHz
    RANGES_COUNT
} RANGES_PIN;
#define RANGES_MANY_COUNT 18

typedef enum {
    CENTRIC_IN,       // in, sink
    CENTRIC_SOME,     // in, sink; KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING
    CENTRIC_ATTACHED, // in, sink; a closed gate is attached to it
    CENTRIC_RUN,      // in, sink; KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE
    CENTRIC_COUNT
} CENTRIC_PIN;
