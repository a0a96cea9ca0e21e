// wavert.sys: a WaveRT filter "Wave" and a Topology filter "Topology". Its "hardware" moves bytes
// by a timer of one millisecond: what is rendered goes into a loop, from which capture pins read.
//
// Journal of "Wave" (Values[0], [1], [2]):
//   "new stream" pin, capture, sample rate · "format" pin, sample rate · "state" pin, state ·
//   "allocate" pin, requested bytes, notifications (0: AllocateAudioBuffer) · "free" pin, bytes,
//   notifications · "register", "unregister" pin · "position", "latency", "position register",
//   "clock register", "presentation", "packet count" pin · "write packet" number, flags, length ·
//   "read packet" pin · "gone" pin (the stream is destroyed) · "intersection" pin, bytes, whether a
//   buffer was given · "pin count" pin · "constrained" pin, bytes · "own property" pin, whether
//   there is a stream
// Answers ("question": what it replaces): "new stream", "allocate", "register", "format",
// "position",
//   "position register", "clock register", "write packet", "to acquire", "to pause", "to run",
//   "to stop": the status; "actual" bytes more than asked for; "offset" of the buffer in its first
//   page; "cache" type; "beyond" (not 0): says more bytes than the MDL has; "no stream" (not 0);
//   "leak" (not 0): keeps the pages when freed; "still mapped" (not 0): frees them mapped;
//   "contiguous" (not 0); "intersection": the status, STATUS_NOT_IMPLEMENTED by default;
//   "count possible": what IPinCount makes of WAVERT_COUNTED's instances.
#pragma once

typedef enum {
    WAVERT_RENDER,  // PCM and its loop: 2 instances on a filter, 3 over all
    WAVERT_AC3,     // an AC-3 render pin
    WAVERT_CAPTURE, // PCM, looped back
    WAVERT_PLAIN,   // PCM render without any of the stream's optional interfaces
    WAVERT_COUNTED, // its instances are counted by IPinCount
    WAVERT_NONE,    // counts 0: not instantiable
    WAVERT_BRIDGE_OUT,
    WAVERT_BRIDGE_IN,
    WAVERT_PINS
} WAVERT_PIN;

#define WAVERT_FIFO_BYTES 64 // between the DMA position and the converter
#define WAVERT_CHIPSET_100NS 1000
#define WAVERT_CODEC_100NS 2000
#define WAVERT_CLOCK_HZ 1000
#define WAVERT_POSITION_OFFSET 72 // of the registers in their page
#define WAVERT_CLOCK_OFFSET 136

// {E3D5A0B7-1C52-4F6E-9B0D-6A1F0C7E4D21}
#define STATIC_KSPROPSETID_WaveRt                                                                  \
    0xe3d5a0b7, 0x1c52, 0x4f6e, 0x9b, 0x0d, 0x6a, 0x1f, 0x0c, 0x7e, 0x4d, 0x21

typedef enum {
    KSPROPERTY_WAVERT_OWN,  // Get on a pin, ULONG: 41, by the pin's own automation table
    KSPROPERTY_WAVERT_PAGES // Get on a pin, WAVERT_PAGES
} KSPROPERTY_WAVERT;

// What the driver sees of its buffer.
typedef struct {
    ULONG Count;
    ULONG Contiguous; // whether each page follows the one before
    unsigned long long First;
    unsigned long long Beyond; // the address of page Count
} WAVERT_PAGES_SEEN;
