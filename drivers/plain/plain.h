// The plain driver's public interface: the property set on its filter. Clients include this file
// after ks.h.
#pragma once

// {B3D2F1A6-5E70-4C8B-9A14-D06E3C7F2B58}
#define STATIC_KSPROPSETID_PlainMeter                                                              \
    0xb3d2f1a6, 0x5e70, 0x4c8b, 0x9a, 0x14, 0xd0, 0x6e, 0x3c, 0x7f, 0x2b, 0x58

typedef enum {
    KSPROPERTY_PLAINMETER_READING // Get, KSPROPERTY: PLAINMETER_READING
} KSPROPERTY_PLAINMETER;

// Since the pin last left the stop state.
typedef struct {
    ULONGLONG Bytes; // that it has taken
    ULONG Frames;    // stream headers
    ULONG Peak;      // the largest absolute value of a 16-bit sample
} PLAINMETER_READING;
