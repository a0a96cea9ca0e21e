// Filter-centric filters whose Process does with each pin what the test told it, and tells what it
// was given: for the tests of filter-centric processing. The pins make
// steps too (../support/steps.h).
//
// The journal tells of each "process" (how many entries the index has), and for each process pin of
// it "pin": (pin ID, index among its kind, Count), (BytesAvailable, stream pointer, data), (Flags,
// number of CopySource's pin, of DelegateBranch's), packed as FILTERING_PACK does; "update" tells
// what KsProcessPinUpdate came to: pin ID, its result, BytesAvailable.
#pragma once

#define FILTERING_PACK(Low, Middle, High)                                                          \
    ((unsigned long long)(Low) | (unsigned long long)(Middle) << 32 |                              \
     (unsigned long long)(High) << 48)

// {2C8D8C7B-55B8-4A3B-9C06-8C22E6D7A59F}
#define STATIC_KSPROPSETID_Filtering                                                               \
    0x2c8d8c7b, 0x55b8, 0x4a3b, 0x9c, 0x06, 0x8c, 0x22, 0xe6, 0xd7, 0xa5, 0x9f

typedef enum {
    KSPROPERTY_FILTERING_ACTIONS // Set, FILTERING_ACTION[n], by pin ID; the rest do nothing
} KSPROPERTY_FILTERING;

typedef struct {
    ULONG Bytes;     // to use of what is available, at most; outputs get the first input's data
    ULONG Terminate; // 1: Terminate is set
    ULONG Updates;   // so often KsProcessPinUpdate is called, and the next frame used as the first
    ULONG Reserved;
} FILTERING_ACTION;

// The filters, in the order of the device's interfaces.
typedef enum {
    FILTERING_PLAIN,     // every pin factory
    FILTERING_NECESSARY, // FILTERING_IN: two instances are necessary, FILTERING_OUT: one
    FILTERING_DISPATCH,  // KSFILTER_FLAG_DISPATCH_LEVEL_PROCESSING
    FILTERING_CRITICAL,  // KSFILTER_FLAG_CRITICAL_PROCESSING
    FILTERING_HYPERCRITICAL,
    FILTERING_EMPTY, // KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES
    FILTERING_FILTERS
} FILTERING_FILTER;

// The pin factories; all but FILTERING_PLAIN have only the first two.
typedef enum {
    FILTERING_IN,           // in, sink
    FILTERING_OUT,          // out, sink
    FILTERING_OPTIONAL,     // in, sink; FRAMES_NOT_REQUIRED_FOR_PROCESSING
    FILTERING_SOME,         // in, sink; SOME_FRAMES_REQUIRED_FOR_PROCESSING
    FILTERING_RUN_ONLY,     // in, sink; PROCESS_IN_RUN_STATE_ONLY
    FILTERING_ANY_RUN,      // in, sink; PROCESS_IF_ANY_IN_RUN_STATE
    FILTERING_BY_HAND,      // in, sink; DO_NOT_INITIATE_PROCESSING
    FILTERING_SPLIT,        // out, sink; SPLITTER
    FILTERING_SPLIT_SOURCE, // out, source; SPLITTER
    FILTERING_PINS
} FILTERING_PIN;
