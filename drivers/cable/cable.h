// The cable driver's public interface: the property set on its filter. Clients include this file
// after ks.h.
#pragma once

// {6C9B5F0A-2E1D-4C57-9A43-0D7B8E5C1F21}
#define STATIC_KSPROPSETID_Cable                                                                   \
    0x6c9b5f0a, 0x2e1d, 0x4c57, 0x9a, 0x43, 0x0d, 0x7b, 0x8e, 0x5c, 0x1f, 0x21

// All are read-only (KSPROPERTY_TYPE_GET), on the filter, with a plain KSPROPERTY as request.
typedef enum {
    // ULONG: how often another filter's source pin was connected to the render pin.
    KSPROPERTY_CABLE_CONNECT_COUNT,
    // ULONG: how often it was disconnected.
    KSPROPERTY_CABLE_DISCONNECT_COUNT,
    // KSMULTIPLE_ITEM followed by CABLE_UNDERRUN[Count]: the first CABLE_MAXIMUM_UNDERRUNS since
    // the render pin last left the stop state.
    KSPROPERTY_CABLE_UNDERRUNS,
    // ULONG: how many under-runs there were, also those the list had no room for.
    KSPROPERTY_CABLE_UNDERRUN_COUNT,
    // CABLE_FORMAT: what the cable carries; STATUS_DEVICE_NOT_READY while no pin is open.
    KSPROPERTY_CABLE_FORMAT,
    // ULONGLONG: bytes that crossed the cable since the render pin last left the stop state.
    KSPROPERTY_CABLE_POSITION
} KSPROPERTY_CABLE;

#define CABLE_MAXIMUM_UNDERRUNS 4096

// The render queue was empty when bytes were due in the middle of a stream. Nothing is lost or
// made up: the bytes that follow arrive late.
typedef struct {
    ULONGLONG Position; // bytes that had crossed the cable when it ran dry
    ULONGLONG Bytes;    // bytes that would have crossed until data came again
} CABLE_UNDERRUN, *PCABLE_UNDERRUN;

typedef struct {
    ULONG SampleRate;
    ULONG Channels;
    ULONG ContainerBits;
    ULONG ValidBits;
    ULONG Float; // 1: IEEE float, 0: signed integers
} CABLE_FORMAT, *PCABLE_FORMAT;
