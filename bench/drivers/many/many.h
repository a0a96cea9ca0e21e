// The filter whose pin can be opened any number of times: what its driver and its client agree on.
// A frame begins with a ULONGLONG, the number of frames that the pin was sent before it.
#pragma once

// {3B0E4C52-7D1A-4F9C-8B66-2A5D90E1C7F4}, of a pin.
#define STATIC_KSPROPSETID_Many                                                                    \
    0x3b0e4c52, 0x7d1a, 0x4f9c, 0x8b, 0x66, 0x2a, 0x5d, 0x90, 0xe1, 0xc7, 0xf4

typedef enum {
    KSPROPERTY_MANY_TAKEN // get: a ULONGLONG, how many frames the pin has taken in their order
} KSPROPERTY_MANY;
