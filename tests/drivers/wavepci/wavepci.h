// A bus master that reads and writes clients' buffers by their mappings, in software and by hand.
// One WavePci subdevice, "Wave".
//
// A stream asks for mappings on its way up, in MappingAvailable and in Service, until it has as
// many as it may. The journal tells of "init", "new stream" (pin, Capture), "set state" (pin,
// state), "mapping" (tag, bytes, flags), "refused" (status), "available", "service" (pin), "port
// service", "release" (status), "revoke" (first tag, last tag, how many), "wrong address"
// (physical, by MmGetPhysicalAddress), "gone" (pin); "init", "new stream" and "set state" can be
// answered.
#pragma once

// {E0A1C1B7-7C0D-47B0-8C8A-5F6B1A0D3C77}
#define STATIC_KSPROPSETID_BusMaster                                                               \
    0xe0a1c1b7, 0x7c0d, 0x47b0, 0x8c, 0x8a, 0x5f, 0x6b, 0x1a, 0x0d, 0x3c, 0x77

// On the filter.
typedef enum {
    KSPROPERTY_MASTER_ADVANCE,   // Set, ULONG: bytes for every running stream, then Notify
    KSPROPERTY_MASTER_PLAYED,    // Get: KSMULTIPLE_ITEM, then the bytes played
    KSPROPERTY_MASTER_MAPPINGS,  // Set, ULONG: how many a stream holds at most (4 at first)
    KSPROPERTY_MASTER_TERMINATE, // Set, ULONG (ignored): TerminatePacket of the capture stream
    KSPROPERTY_MASTER_NOTIFY,    // Set, ULONG (ignored): Notify with the miniport's group
    KSPROPERTY_MASTER_RELEASE    // Set, ULONG: ReleaseMapping of that tag on the capture stream
} KSPROPERTY_MASTER;

#define MASTER_PLAYED_BYTES (1024 * 1024)
#define MASTER_FRAME_BYTES 3840 // what GetAllocatorFraming prefers
#define MASTER_MAPPINGS 32

typedef enum {
    MASTER_RENDER,
    MASTER_RENDER_BRIDGE,
    MASTER_CAPTURE, // records bytes that count
    MASTER_CAPTURE_BRIDGE,
    MASTER_PIN_COUNT
} MASTER_PIN;
