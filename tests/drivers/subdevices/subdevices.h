// An adapter whose Topology subdevices come and go as its test says: "Control" is always there,
// "A", "B" and "C" are made at start but registered on demand. Shared with tests/conformance.
#pragma once

// {6E0C6E4C-7B7D-4D0E-8E0B-5B0B7B6F2C11}
#define STATIC_KSPROPSETID_Subdevices                                                              \
    0x6e0c6e4c, 0x7b7d, 0x4d0e, 0x8e, 0x0b, 0x5b, 0x0b, 0x7b, 0x6f, 0x2c, 0x11

// Set on the Control filter: SUBDEVICES_COMMAND; the request's status is the function's.
typedef enum {
    SUBDEVICES_REGISTER,     // PcRegisterSubdevice(Values[0], named Text)
    SUBDEVICES_UNREGISTER,   // IUnregisterSubdevice of Values[0]
    SUBDEVICES_CONNECT,      // PcRegisterPhysicalConnection: port, pin, port, pin
    SUBDEVICES_DISCONNECT,   // IUnregisterPhysicalConnection
    SUBDEVICES_CONNECT_TO,   // …ToExternal: port, pin, Text, pin
    SUBDEVICES_CONNECT_FROM, // …FromExternal: Text, pin (Values[1]), port (Values[2]), pin
    SUBDEVICES_DISCONNECT_TO,
    SUBDEVICES_DISCONNECT_FROM,
    SUBDEVICES_GENERATE,    // IPortEvents::GenerateEventList of port Values[0]: SUBDEVICES_EVENT
    SUBDEVICES_NEW_PORT,    // PcNewPort of class Values[0] (SUBDEVICES_CLASS), released
    SUBDEVICES_ADD_ADAPTER, // PcAddAdapterDevice with an extension of Values[0] bytes
    SUBDEVICES_POWER,       // PcRegisterAdapterPowerManagement, or Unregister for Values[0] != 0
    SUBDEVICES_COMPLETE,    // PcCompletePendingPropertyRequest of the request kept, with Values[0]
    SUBDEVICES_NEW_STATE,   // PcRequestNewPowerState(Values[0])
    SUBDEVICES_REINIT,      // IPort::Init once more of Values[0]
    SUBDEVICES_IDLE,        // IPortClsPower::SetIdlePowerManagement(Values[0])
} SUBDEVICES_ITEM;

typedef struct {
    ULONG Values[6];
    WORD Text[64]; // UTF-16
} SUBDEVICES_COMMAND;

// Values of SUBDEVICES_GENERATE: port, event ID, pin event, pin, node event, node; Text not empty:
// no set is named.

typedef enum {
    SUBDEVICES_CLASS_TOPOLOGY,
    SUBDEVICES_CLASS_WAVE_CYCLIC,
    SUBDEVICES_CLASS_WAVE_PCI,
    SUBDEVICES_CLASS_WAVE_RT,
    SUBDEVICES_CLASS_DMUS,
    SUBDEVICES_CLASS_MIDI,
    SUBDEVICES_CLASS_UNKNOWN
} SUBDEVICES_CLASS;

// A property of every subdevice's filter and of its node 0: the handler writes what it was given
// into the journal ("property": Verb, Node, InstanceSize | ValueSize << 32), and answers
// "property". {0F1B6C59-0B67-4E0F-9D62-8E9F5C6B7A01}
#define STATIC_KSPROPSETID_SubdeviceProbe                                                          \
    0x0f1b6c59, 0x0b67, 0x4e0f, 0x9d, 0x62, 0x8e, 0x9f, 0x5c, 0x6b, 0x7a, 0x01
typedef enum {
    SUBDEVICE_PROBE_VALUE,   // Get, Set, BasicSupport: 12 bytes, the instance's first ULONG + 1, …
    SUBDEVICE_PROBE_PENDING, // Get: pends; SUBDEVICES_COMPLETE ends it with the value 77
    SUBDEVICE_PROBE_READONLY // Get only
} SUBDEVICE_PROBE_ITEM;

// Event 0 of the same set, on the filter and on node 0: "event", Verb, Node.
#define SUBDEVICE_EVENT 0

#define SUBDEVICES_BRIDGE_PINS 2
#define SUBDEVICES_MAXIMUM 3
