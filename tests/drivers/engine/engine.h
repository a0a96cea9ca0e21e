// engine.sys: two WaveRT filters with an audio engine node and no hardware. "Engine" has every
// optional interface of a miniport that PortCls asks for, "Plain" none of them; so with the streams
// of ENGINE_OFFLOAD and of ENGINE_HOST.
//
// Journal, of both: each function of the optional interfaces by its name, with its node (device) or
// pin (stream), and up to two arguments; what it is to answer with STATUS_SUCCESS otherwise has the
// same name. "format size": the bytes that GetEngineFormatSize tells; "modes": how many modes
// GetModes tells; "channels": how many channels there are.
#pragma once

typedef enum {
    ENGINE_HOST,    // streams without optional interfaces
    ENGINE_OFFLOAD, // streams with all of them
    ENGINE_BRIDGE,  // the speakers
    ENGINE_PINS
} ENGINE_PIN;

typedef enum {
    ENGINE_NODE_SUM,
    ENGINE_NODE, // KSNODETYPE_AUDIO_ENGINE
    ENGINE_NODES
} ENGINE_NODE_ID;

#define ENGINE_CHANNELS 2
#define ENGINE_MODES 2
#define ENGINE_SUPPORTED_FORMATS 3
#define ENGINE_STEP 0x8000
#define ENGINE_MINIMUM (-96 * 0x10000)

// {B0C3A8E5-5B7D-4C59-9F0F-4D6E2C81A713}
#define STATIC_KSPROPSETID_Engine                                                                  \
    0xb0c3a8e5, 0x5b7d, 0x4c59, 0x9f, 0x0f, 0x4d, 0x6e, 0x2c, 0x81, 0xa7, 0x13
typedef enum {
    // Set on a filter, ENGINE_FORWARD: PcForwardContentToFileObject to a pin of the client, of any
    // driver. The request's status is the function's.
    KSPROPERTY_ENGINE_FORWARD
} KSPROPERTY_ENGINE;

typedef struct {
    unsigned long long Pin; // handle
    ULONG NewContent;       // not 0: of PcCreateContentMixed, destroyed afterwards; 0: ContentId
    ULONG ContentId;
} ENGINE_FORWARD;
