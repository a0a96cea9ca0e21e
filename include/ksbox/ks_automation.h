/* What a client needs for properties beyond get and set, for methods, events, nodes, clocks and
   allocators: the structures and numbers behind ks_types.h and ks_ids.h. Where Microsoft's (or
   mingw-w64's) ks.h is included, those are used. Pages: ddi/ks and stream/, by name. */
#ifndef KSBOX_KS_AUTOMATION_H
#define KSBOX_KS_AUTOMATION_H

#include "ksbox/ks_ids.h"

#ifndef _KS_

/* Answers to KSPROPERTY_TYPE_BASICSUPPORT: a description, then lists of members. */
typedef struct {
    ULONG AccessFlags;
    ULONG DescriptionSize; /* bytes, with the lists */
    KSIDENTIFIER PropTypeSet;
    ULONG MembersListCount;
    ULONG Reserved;
} KSPROPERTY_DESCRIPTION;

typedef struct {
    ULONG MembersFlags; /* KSPROPERTY_MEMBER_* */
    ULONG MembersSize;  /* bytes of each member */
    ULONG MembersCount;
    ULONG Flags; /* KSPROPERTY_MEMBER_FLAG_* */
} KSPROPERTY_MEMBERSHEADER;

typedef struct {
    ULONG SteppingDelta;
    ULONG Reserved;
    struct {
        LONG SignedMinimum;
        LONG SignedMaximum;
    } Bounds;
} KSPROPERTY_STEPPING_LONG;

/* A serialized set: the header, then Count properties, each after a KSPROPERTY_SERIAL, each at a
   multiple of 4 bytes. */
typedef struct {
    GUID PropertySet;
    ULONG Count;
} __attribute__((packed)) KSPROPERTY_SERIALHDR;

typedef struct {
    KSIDENTIFIER PropTypeSet;
    ULONG Id;
    ULONG PropertyLength; /* bytes of data that follow, without padding */
} KSPROPERTY_SERIAL;

typedef struct {
    KSMETHOD Method;
    ULONG NodeId;
    ULONG Reserved;
} KSM_NODE;

typedef struct {
    KSEVENT Event;
    ULONG NodeId;
    ULONG Reserved;
} KSE_NODE;

/* How to be told. Its address names the event when it is disabled. */
typedef struct {
    ULONG NotificationType; /* KSEVENTF_* */
    union {
        struct {
            HANDLE Event;
            uint64_t Reserved[2];
        } EventHandle;
        struct {
            HANDLE Semaphore;
            ULONG Reserved;
            LONG Adjustment;
        } SemaphoreHandle;
    };
} KSEVENTDATA;

typedef struct {
    KSEVENTDATA EventData;
    LONGLONG MarkTime;
} KSEVENT_TIME_MARK;

typedef struct {
    KSEVENTDATA EventData;
    LONGLONG TimeBase;
    LONGLONG Interval;
} KSEVENT_TIME_INTERVAL;

typedef struct {
    KSEVENT Event;
    KSEVENTDATA *EventData;
    PVOID Reserved;
} KSQUERYBUFFER;

typedef struct {
    ULONG FromNode; /* KSFILTER_NODE: FromNodePin is a pin factory */
    ULONG FromNodePin;
    ULONG ToNode;
    ULONG ToNodePin;
} KSTOPOLOGY_CONNECTION;

typedef struct {
    LONGLONG Time;
    LONGLONG SystemTime;
} KSCORRELATED_TIME;

typedef struct {
    LONGLONG Granularity; /* 100 ns */
    LONGLONG Error;
} KSRESOLUTION;

typedef struct {
    KSALLOCATOR_FRAMING Framing;
    ULONG AllocatedFrames;
    ULONG Reserved;
} KSSTREAMALLOCATOR_STATUS;

KSBOX_GUID(KSPROPSETID_General, 0x1464EDA5, 0x6A8F, 0x11D1, 0x9A, 0xA7, 0x00, 0xA0, 0xC9, 0x22,
           0x31, 0x96);
KSBOX_GUID(KSPROPTYPESETID_General, 0x97E99BA0, 0xBDEA, 0x11CF, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1,
           0x00, 0x00);
KSBOX_GUID(KSPROPSETID_Stream, 0x65AABA60, 0x98AE, 0x11CF, 0xA1, 0x0D, 0x00, 0x20, 0xAF, 0xD1, 0x56,
           0xE4);
KSBOX_GUID(KSPROPSETID_Clock, 0xDF12A4C0, 0xAC17, 0x11CF, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00,
           0x00);
KSBOX_GUID(KSEVENTSETID_Clock, 0x364D8E20, 0x62C7, 0x11CF, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00,
           0x00);
KSBOX_GUID(KSPROPSETID_StreamAllocator, 0xCF6E4342, 0xEC87, 0x11CF, 0xA1, 0x30, 0x00, 0x20, 0xAF,
           0xD1, 0x56, 0xE4);
KSBOX_GUID(KSMETHODSETID_StreamAllocator, 0xCF6E4341, 0xEC87, 0x11CF, 0xA1, 0x30, 0x00, 0x20, 0xAF,
           0xD1, 0x56, 0xE4);
KSBOX_GUID(KSNODETYPE_SUM, 0xDA441A60, 0xC556, 0x11D0, 0x8A, 0x2B, 0x00, 0xA0, 0xC9, 0x25, 0x5A,
           0xC1);

enum {
    KSPROPERTY_TOPOLOGY_CATEGORIES,
    KSPROPERTY_TOPOLOGY_NODES,
    KSPROPERTY_TOPOLOGY_CONNECTIONS,
    KSPROPERTY_TOPOLOGY_NAME
};
enum { KSPROPERTY_STREAM_ALLOCATOR, KSPROPERTY_STREAM_MASTERCLOCK = 3 };
enum {
    KSPROPERTY_CLOCK_TIME,
    KSPROPERTY_CLOCK_PHYSICALTIME,
    KSPROPERTY_CLOCK_CORRELATEDTIME,
    KSPROPERTY_CLOCK_CORRELATEDPHYSICALTIME,
    KSPROPERTY_CLOCK_RESOLUTION,
    KSPROPERTY_CLOCK_STATE,
    KSPROPERTY_CLOCK_FUNCTIONTABLE
};
enum { KSEVENT_CLOCK_INTERVAL_MARK, KSEVENT_CLOCK_POSITION_MARK };
enum { KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE, KSPROPERTY_STREAMALLOCATOR_STATUS };
enum { KSMETHOD_STREAMALLOCATOR_ALLOC, KSMETHOD_STREAMALLOCATOR_FREE };

#define KSPROPERTY_TYPE_SETSUPPORT 0x00000100u
#define KSPROPERTY_TYPE_RELATIONS 0x00000400u
#define KSPROPERTY_TYPE_SERIALIZESET 0x00000800u
#define KSPROPERTY_TYPE_UNSERIALIZESET 0x00001000u
#define KSPROPERTY_TYPE_SERIALIZERAW 0x00002000u
#define KSPROPERTY_TYPE_UNSERIALIZERAW 0x00004000u
#define KSPROPERTY_TYPE_SERIALIZESIZE 0x00008000u
#define KSPROPERTY_TYPE_DEFAULTVALUES 0x00010000u
#define KSPROPERTY_MEMBER_RANGES 1u
#define KSPROPERTY_MEMBER_STEPPEDRANGES 2u
#define KSPROPERTY_MEMBER_VALUES 3u
#define KSPROPERTY_MEMBER_FLAG_DEFAULT 1u

#define KSMETHOD_TYPE_NONE 0x00000000u
#define KSMETHOD_TYPE_READ 0x00000001u
#define KSMETHOD_TYPE_WRITE 0x00000002u
#define KSMETHOD_TYPE_MODIFY 0x00000003u
#define KSMETHOD_TYPE_SOURCE 0x00000004u
#define KSMETHOD_TYPE_SEND 0x00000001u
#define KSMETHOD_TYPE_SETSUPPORT 0x00000100u
#define KSMETHOD_TYPE_BASICSUPPORT 0x00000200u
#define KSMETHOD_TYPE_TOPOLOGY 0x10000000u

#define KSEVENT_TYPE_ENABLE 0x00000001u
#define KSEVENT_TYPE_ONESHOT 0x00000002u
#define KSEVENT_TYPE_ENABLEBUFFERED 0x00000004u
#define KSEVENT_TYPE_SETSUPPORT 0x00000100u
#define KSEVENT_TYPE_BASICSUPPORT 0x00000200u
#define KSEVENT_TYPE_QUERYBUFFER 0x00000400u
#define KSEVENT_TYPE_TOPOLOGY 0x10000000u
#define KSEVENTF_EVENT_HANDLE 1u
#define KSEVENTF_SEMAPHORE_HANDLE 2u
#define KSEVENTF_EVENT_OBJECT 4u /* this one and the next for kernel-mode clients */
#define KSEVENTF_SEMAPHORE_OBJECT 8u
#define KSEVENTF_DPC 0x10u
#define KSEVENTF_WORKITEM 0x20u
#define KSEVENTF_KSWORKITEM 0x80u

#define KSFILTER_NODE 0xFFFFFFFFu
#define KSALLOCATOR_OPTIONF_COMPATIBLE 1u
#define KSALLOCATOR_OPTIONF_SYSTEM_MEMORY 2u

#endif /* _KS_ */
#endif
