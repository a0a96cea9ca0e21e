// Filters whose pin factories differ, made when the device starts and later: for the tests of pin
// creation and of pin and filter factories. They move no data.
#pragma once

// {7C4B2E90-1D5F-4A63-9B0C-5E7A61F3D284}
#define STATIC_KSPROPSETID_Factories                                                               \
    0x7c4b2e90, 0x1d5f, 0x4a63, 0x9b, 0x0c, 0x5e, 0x7a, 0x61, 0xf3, 0xd2, 0x84

// On every filter, beside the journal's (support/journal.h).
typedef enum {
    // Get: the bytes of the file name with which the last pin was created.
    KSPROPERTY_FACTORIES_CREATE_STRING,
    // Set, ULONG NTSTATUS: ends the create or close that the driver answered with STATUS_PENDING.
    KSPROPERTY_FACTORIES_FINISH,
    // Get: the ULONG FACTORIES_FILTER of this filter.
    KSPROPERTY_FACTORIES_WHICH,
    // Get, KSP_PIN (PinId: how many): adds pin factories to this filter; the last one's ULONG ID.
    KSPROPERTY_FACTORIES_ADD_PINS,
    // Get: how many of this filter's open pins have a descriptor that is what it was made from.
    KSPROPERTY_FACTORIES_SOUND_PINS,
    // Get, KSP_PIN (PinId: number, Reserved: flags of its create item): makes the filter factory
    // "dynamic<number>" and enables its interface. ULONG NTSTATUS.
    KSPROPERTY_FACTORIES_ADD_FILTER,
    // Get, KSP_PIN (PinId: number): deletes it. ULONG NTSTATUS.
    KSPROPERTY_FACTORIES_DELETE_FILTER,
    // Get, KSP_PIN (PinId: number, Reserved: 1 enables, 0 disables its interface). ULONG NTSTATUS.
    KSPROPERTY_FACTORIES_ENABLE_FILTER,
    // Get, KSP_PIN (PinId: number, Reserved: flags): adds the reference string "alias<number>" to
    // the filter factory of this filter. ULONG NTSTATUS.
    KSPROPERTY_FACTORIES_ADD_ALIAS,
    // Get, KSPROPERTY and a path in UTF-16: the ULONG NTSTATUS of ZwCreateFile.
    KSPROPERTY_FACTORIES_OPEN_IN_KERNEL,
    // Get, KSP_PIN (PinId: a FACTORIES_BAD): the ULONG NTSTATUS of
    // KsCreateFilterFactory with a descriptor that is wrong.
    KSPROPERTY_FACTORIES_ADD_BAD
} KSPROPERTY_FACTORIES;

// What the journal says; values: the pin factory, then:
#define FACTORIES_SET_FORMAT "set format"     // FormatSize
#define FACTORIES_CREATE "create"             // FACTORIES_* flags, the access granted
#define FACTORIES_CLOSE "close"               // FACTORIES_* flags, the events on the pin
#define FACTORIES_HELD "held"                 // (no pin) the IRP that waits for FINISH is kept
#define FACTORIES_REMOVE_EVENT "remove event" // nothing
#define FACTORIES_SET_STATE "set state"       // the new state, the old one
#define FACTORIES_PRIORITY "priority"         // class, subclass of the KSPIN, when asked to CREATE
#define FACTORIES_PROCESS "process"           // (no pin) the process pins

#define FACTORIES_BELOW_FILTER 1 // the file object's RelatedFileObject is the filter's
#define FACTORIES_CONTEXT 2      // KsGetPinFromFileObject gives the pin
#define FACTORIES_HEADER 4       // the object header knows its create item: the one of pins
#define FACTORIES_CONTROL_HELD 8 // nobody else can acquire the filter control mutex
#define FACTORIES_FORMAT 16      // ConnectionFormat is the one asked for

// The filters; the reference strings are in FACTORIES_NAMES, except the lists' (its ReferenceGuid).
typedef enum {
    FACTORIES_LISTS,
    FACTORIES_CREATION,
    FACTORIES_OVERRIDES,
    FACTORIES_MISTAKES,
    FACTORIES_NECESSARY,
    FACTORIES_DENIED, // KSFILTER_FLAG_DENY_USERMODE_ACCESS
    FACTORIES_DYNAMIC // and the next three
} FACTORIES_FILTER;
#define FACTORIES_DYNAMIC_COUNT 4

// Pin factories of "creation".
typedef enum {
    CREATION_IN,           // in, sink
    CREATION_OUT,          // out, sink
    CREATION_NO_CREATE,    // in, sink; Create and Close are NULL
    CREATION_TWO,          // in, sink; two instances possible
    CREATION_NEVER,        // in, sink; no instance possible
    CREATION_BRIDGE,       // in, bridge
    CREATION_NONE,         // in, none
    CREATION_KERNEL_ONLY,  // in, sink; KSPIN_FLAG_DENY_USERMODE_ACCESS
    CREATION_NO_TRANSPORT, // in, sink; KSPIN_FLAG_DO_NOT_USE_STANDARD_TRANSPORT
    CREATION_TRANSPORT,    // in, none; that and KSPIN_FLAG_USE_STANDARD_TRANSPORT
    CREATION_FIXED,        // in, sink; KSPIN_FLAG_FIXED_FORMAT
    CREATION_COUNT
} CREATION_PIN;

// Pin factories of the lists.
typedef enum {
    LISTS_WAVE,       // two KSDATARANGE_AUDIO, one of them constrained; category, no name
    LISTS_MUSIC,      // KSDATARANGE_MUSIC; category and name
    LISTS_VIDEO,      // KS_DATARANGE_VIDEO; a name, no category
    LISTS_VIDEO2,     // KS_DATARANGE_VIDEO2
    LISTS_ATTRIBUTES, // KSDATARANGE_AUDIO with a required attribute, then one without
    LISTS_ODD,        // a range of 75 bytes, then one of 64
    LISTS_BARE,       // no interface, medium, range, category, name
    LISTS_WILD,       // wildcards: any audio subformat
    LISTS_COUNT
} LISTS_PIN;

// Pin factories of "overrides", all in, sink.
typedef enum {
    OVERRIDES_CONNECTED, // KSPROPERTY_PIN_PHYSICALCONNECTION answers for it
    OVERRIDES_OTHER,
    OVERRIDES_COUNT
} OVERRIDES_PIN;
#define OVERRIDES_LINK L"\\??\\ROOT#TOPOLOGY#0000#{6994AD04-93EF-11D0-A3CC-00A0C9223196}\\topology"
#define OVERRIDES_LINK_PIN 7

// Pin factories of "necessary".
typedef enum {
    NECESSARY_NONE, // in, sink; no instance is necessary
    NECESSARY_ONE,  // in, sink; one is
    NECESSARY_TWO,  // in, sink; two are
    NECESSARY_COUNT
} NECESSARY_PIN;

typedef enum {
    FACTORIES_BAD_SIZE,        // PinDescriptorSize is below sizeof(KSPIN_DESCRIPTOR_EX)
    FACTORIES_BAD_MULTIPLE,    // PinDescriptorSize is no multiple of eight
    FACTORIES_BAD_PINS,        // PinDescriptorsCount without PinDescriptors
    FACTORIES_BAD_CATEGORIES,  // CategoriesCount without Categories
    FACTORIES_BAD_CONNECTIONS, // ConnectionsCount without Connections
    FACTORIES_BAD_NODES,       // NodeDescriptorsCount without NodeDescriptors
    FACTORIES_BAD_NAME         // the reference string "creation"
} FACTORIES_BAD;

// The pins' event, and the name that the registry may give: {5C2D11A4-7E0B-4B1F-8F5A-93B6C2E07D10}
#define STATIC_KSEVENTSETID_Factories                                                              \
    0x5c2d11a4, 0x7e0b, 0x4b1f, 0x8f, 0x5a, 0x93, 0xb6, 0xc2, 0xe0, 0x7d, 0x10
#define FACTORIES_EVENT 0
// {0A9C7E55-21D4-4C0E-B6F3-7C1B5D9E8A42}: the category of LISTS_WAVE and LISTS_MUSIC …
#define STATIC_FACTORIES_CATEGORY                                                                  \
    0x0a9c7e55, 0x21d4, 0x4c0e, 0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x42
// {0A9C7E55-21D4-4C0E-B6F3-7C1B5D9E8A43}: … and the name of LISTS_MUSIC and LISTS_VIDEO.
#define STATIC_FACTORIES_NAME                                                                      \
    0x0a9c7e55, 0x21d4, 0x4c0e, 0xb6, 0xf3, 0x7c, 0x1b, 0x5d, 0x9e, 0x8a, 0x43
