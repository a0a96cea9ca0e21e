// The meter's private property set: what programs and the driver share.
#pragma once

// {C2A9D0F4-5B1E-4E67-93D8-0F6A7C41B2E9}, on the filter.
#define STATIC_KSPROPSETID_Meter                                                                   \
    0xc2a9d0f4, 0x5b1e, 0x4e67, 0x93, 0xd8, 0x0f, 0x6a, 0x7c, 0x41, 0xb2, 0xe9

typedef enum {
    // Get: METER_LEVEL for each channel, as KSMULTIPLE_ITEM and its entries, of all audio since the
    // pin last left the stop state. STATUS_DEVICE_NOT_READY while there is no pin.
    KSPROPERTY_METER_LEVELS
} KSPROPERTY_METER;

// In 1/2^31 of full scale, where a square wave of full scale has 2^31 in both.
typedef struct {
    unsigned int Peak; // the largest absolute value
    unsigned int Rms;  // the root of the mean square
    unsigned long long Samples;
} METER_LEVEL;
