// A pin-centric filter with pins of every processing flag, which make the steps that the test tells
// them (../support/steps.h): for the tests of the data path.
#pragma once

// On the filter's handle: KsProbeStreamIrp on this very IRP, whose output buffer is the stream
// headers. The journal tells of each "probe" (status, DATA_PROBE_* found, MDLs) and of "probed"
// (sum of the bytes behind the MDLs, bytes in the MDLs, DataUsed of the captured first header).
#define DATA_IOCTL_PROBE_FUNCTION 0x900
#define DATA_IOCTL_PROBE 0x002f2403u // CTL_CODE(FILE_DEVICE_KS, 0x900, METHOD_NEITHER, ANY)

typedef struct {
    ULONG Flags; // KSPROBE_*
    ULONG HeaderSize;
    ULONG MoreFlags; // of a second call, if not 0
    ULONG Reserved;
} DATA_PROBE;

#define DATA_PROBE_SYSTEM_BUFFER 1
#define DATA_PROBE_LOCKED 2 // every MDL
#define DATA_PROBE_MAPPED 4 // every MDL
#define DATA_PROBE_SAME 8   // the second call found the first one's buffers

// The pin factories: data flow, communication, flags.
typedef enum {
    DATA_IN,           // in, sink; DO_NOT_INITIATE_PROCESSING: the test moves the pointers
    DATA_OUT,          // out, sink; the same
    DATA_IN_PROCESSED, // in, sink; none
    DATA_OUT_PROCESSED,
    DATA_IN_FIFO,          // DO_NOT_INITIATE_PROCESSING, ENFORCE_FIFO
    DATA_IN_WINDOW,        // DO_NOT_INITIATE_PROCESSING, DISTINCT_TRAILING_EDGE
    DATA_IN_EVERY,         // INITIATE_PROCESSING_ON_EVERY_ARRIVAL
    DATA_IN_RUN_ONLY,      // PROCESS_IN_RUN_STATE_ONLY
    DATA_IN_DISPATCH,      // DISPATCH_LEVEL_PROCESSING
    DATA_IN_ASYNCHRONOUS,  // ASYNCHRONOUS_PROCESSING
    DATA_IN_CRITICAL,      // ASYNCHRONOUS_PROCESSING, CRITICAL_PROCESSING
    DATA_IN_HYPERCRITICAL, // ASYNCHRONOUS_PROCESSING, HYPERCRITICAL_PROCESSING
    DATA_IN_MAPPED,        // DO_NOT_INITIATE_PROCESSING, GENERATE_MAPPINGS; at most 64 bytes each
    DATA_OUT_MAPPED,       // the same
    DATA_IN_BARE,          // DO_NOT_USE_STANDARD_TRANSPORT
    DATA_IN_TRANSPORT,     // DO_NOT_USE_STANDARD_TRANSPORT, USE_STANDARD_TRANSPORT, DO_NOT_INITIATE
    DATA_IN_EOS,           // DO_NOT_INITIATE_PROCESSING, GENERATE_EOS_EVENTS
    DATA_OUT_SOURCE,       // out, source; DO_NOT_INITIATE_PROCESSING
    DATA_OUT_SPLIT,        // out, sink; DO_NOT_INITIATE_PROCESSING, SPLITTER
    DATA_OUT_SPLIT_SOURCE, // out, source; the same
    DATA_OUT_SPLIT_PROCESSED, // out, sink; SPLITTER
    DATA_IN_READER,           // in, sink; its framing does not modify frames in place
    DATA_IN_MODIFIER,         // in, sink; its framing does
    DATA_PINS
} DATA_PIN;

#define DATA_LARGEST_MAPPING 64
