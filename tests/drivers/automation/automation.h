// A filter with properties, methods and events of every kind, on itself, its nodes and its pins,
// that journal what they were called for. It moves no data.
#pragma once

// {5B8F0C71-2D34-4E0A-9C11-7F6A3D209E42}: properties, methods and events alike.
#define STATIC_AutomationSet                                                                       \
    0x5b8f0c71, 0x2d34, 0x4e0a, 0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42
// {5B8F0C72-2D34-4E0A-9C11-7F6A3D209E42}: properties that serialize.
#define STATIC_SerialSet 0x5b8f0c72, 0x2d34, 0x4e0a, 0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42
// {5B8F0C73-2D34-4E0A-9C11-7F6A3D209E42}: what the test has the driver do.
#define STATIC_ControlSet 0x5b8f0c73, 0x2d34, 0x4e0a, 0x9c, 0x11, 0x7f, 0x6a, 0x3d, 0x20, 0x9e, 0x42

// Of AutomationSet. Handlers journal "get" and "set" with id, value and where (AUTOMATION_PLACE),
// and answer what the test wants them to answer to these words.
typedef enum {
    AUTOMATION_VALUE,      // ULONG, both; ranges, a default, two relations
    AUTOMATION_READ_ONLY,  // ULONG
    AUTOMATION_WRITE_ONLY, // ULONG
    AUTOMATION_WRAPPED,    // AUTOMATION_WRAPPER, gets two ULONGs: the wrapper's, reversed
    AUTOMATION_SILENT,     // ULONG whose handler leaves Information alone
    AUTOMATION_SIZED,      // a sized list of three ULONGs: 7, 8, 9
    AUTOMATION_PENDING,    // ULONG 4711, answered later by another thread
    AUTOMATION_STORAGE,    // AUTOMATION_STORED, from the macros of IRP storage
    AUTOMATION_SHORT,      // 16 bytes of room; the handler fills 6 and says so
    AUTOMATION_BARE,       // ULONG, get; nothing else told about it
    AUTOMATION_MISSING     // not in the table
} AUTOMATION_PROPERTY;

typedef enum {
    AUTOMATION_ON_FILTER,
    AUTOMATION_ON_PIN,
    AUTOMATION_ON_NODE // plus the node's id
} AUTOMATION_PLACE;

typedef struct {
    KSPROPERTY Property;
    ULONG First;
    ULONG Second;
} AUTOMATION_WRAPPER;

typedef struct {
    ULONG ItemId;   // KSPROPERTY_ITEM_IRP_STORAGE(Irp)->PropertyId
    ULONG SetFound; // KSPROPERTY_SET_IRP_STORAGE(Irp)->Set is the request's set
    ULONG Private;  // what the driver keeps behind the item, on the node with extended items
    ULONG Irql;
} AUTOMATION_STORED;

// Of SerialSet, in this order in the table.
typedef enum {
    SERIAL_NUMBER, // ULONG, SerializedSize 4, VT_UI4
    SERIAL_NONE,   // ULONG, SerializedSize 0
    SERIAL_LIST,   // KSMULTIPLE_ITEM and its bytes, SerializedSize 1
    SERIAL_ODD,    // 3 bytes
    SERIAL_RAW,    // 8 bytes by its support handler; journals "raw" with the kind
    SERIAL_PLAIN,  // as SERIAL_NONE; get only
    SERIAL_COUNT
} SERIAL_PROPERTY;

// Methods of AutomationSet. Each journals "method" with id, bytes of data, place, and adds one to
// every byte of its data.
typedef enum {
    METHOD_NONE,
    METHOD_READ,
    METHOD_WRITE,
    METHOD_MODIFY,
    METHOD_SOURCE,  // KSMETHOD_TYPE_MODIFY | KSMETHOD_TYPE_SOURCE
    METHOD_PENDING, // METHOD_MODIFY, completed later by another thread
    METHOD_SUPPORT, // with a support handler that says 0x5a5a
    METHOD_ABSENT,  // its handler is NULL
    METHOD_WRAPPED, // MinMethod of KSMETHOD and 8 bytes, MinData 8
    METHOD_MISSING  // not in the table
} AUTOMATION_METHOD;

// Events of AutomationSet.
typedef enum {
    EVENT_PLAIN,   // no handlers: on the object's list
    EVENT_DEFAULT, // its handler calls KsDefaultAddEventHandler; journals "add", "remove"
    EVENT_OWN,     // its handlers keep a list of the driver's own
    EVENT_EXTRA,   // DataInput and ExtraEntryData of 8 bytes more; its number is behind the entry
    EVENT_SUPPORT, // with a support handler that answers "event support"
    EVENT_MISSING  // not in the table
} AUTOMATION_EVENT;

typedef struct {
    KSEVENTDATA EventData;
    ULONG Number;
    ULONG Reserved;
} AUTOMATION_EVENT_DATA;

// Of ControlSet, on the filter.
typedef enum {
    CONTROL_FIRE,      // Set, CONTROL_FIRING
    CONTROL_KERNEL,    // Get, KSP_NODE (NodeId is the KSEVENTF_*): ULONG, 1 if a kernel client was
                       // told that way
    CONTROL_ADD_NODE,  // Set, GUID: KsFilterCreateNode of the type
    CONTROL_CONNECT,   // Set, KSTOPOLOGY_CONNECTION[]: KsFilterAddTopologyConnections
    CONTROL_ENTRIES,   // Get: ULONG, entries on the filter's list that CONTROL_FIRE's callback saw
    CONTROL_NODES_OPEN // not in the table
} AUTOMATION_CONTROL;

#define FIRE_AT_DISPATCH 1
#define FIRE_ANY_SET 2     // EventSet is NULL
#define FIRE_WITH_DATA 4   // the four bytes of Number
#define FIRE_ONLY_NUMBER 8 // the callback wants entries of EVENT_EXTRA with that number
#define FIRE_NOBODY 16     // the callback wants none
#define FIRE_OTHER_SET 32  // EventSet is ControlSet
#define FIRE_OWN_LIST 64   // KsGenerateEvent on each entry of EVENT_OWN's list
#define FIRE_PINS 128      // on all pins in place of the filter

typedef struct {
    ULONG EventId;
    ULONG Flags;
    ULONG Number;
} CONTROL_FIRING;

// The nodes.
typedef enum {
    NODE_AUTOMATED, // AutomationSet: properties VALUE, STORAGE; METHOD_MODIFY; EVENT_PLAIN
    NODE_BARE,      // no automation table
    NODE_EXTENDED,  // property items of EXTENDED_ITEM
    NODE_UNALIGNED, // PropertyItemSize is no multiple of 8
    NODE_SHORT,     // PropertyItemSize is less than an item's; its type has no name
    NODE_COUNT
} AUTOMATION_NODE;

// The pin factories; all in, sink.
typedef enum {
    PIN_AUTOMATED,   // AutomationSet, as the filter's
    PIN_SUPERSEDING, // KSPROPSETID_Connection, priority: its own handler
    PIN_COUNT
} AUTOMATION_PIN;
