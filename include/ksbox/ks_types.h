/* The structures of Kernel Streaming that a client handles, laid out as on x64 Windows, in C and
   C++. A file that has Microsoft's (or mingw-w64's) ks.h included gets those instead. Pages:
   ddi/ks and ddi/ksmedia, by name. */
#ifndef KSBOX_KS_TYPES_H
#define KSBOX_KS_TYPES_H

#include <stdint.h>

#ifndef _KS_

typedef uint8_t UCHAR;
typedef uint16_t WORD;
typedef int32_t LONG;
typedef uint32_t ULONG, DWORD, ACCESS_MASK;
typedef int64_t LONGLONG;
typedef int32_t HRESULT, NTSTATUS;
typedef void *HANDLE, *PVOID;

typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2, Data3;
    uint8_t Data4[8];
} GUID;

typedef struct {
    GUID Set;
    ULONG Id;
    ULONG Flags;
} __attribute__((aligned(8))) KSIDENTIFIER, KSPROPERTY, KSMETHOD, KSEVENT, KSPIN_INTERFACE,
    KSPIN_MEDIUM;

typedef struct {
    KSPROPERTY Property;
    ULONG NodeId;
    ULONG Reserved;
} KSP_NODE;

typedef struct {
    KSPROPERTY Property;
    ULONG PinId;
    ULONG Reserved;
} KSP_PIN;

typedef struct {
    ULONG Size; /* bytes, with this header */
    ULONG Count;
} KSMULTIPLE_ITEM;

typedef enum { KSSTATE_STOP, KSSTATE_ACQUIRE, KSSTATE_PAUSE, KSSTATE_RUN } KSSTATE;
typedef enum { KSPIN_DATAFLOW_IN = 1, KSPIN_DATAFLOW_OUT } KSPIN_DATAFLOW;
typedef enum {
    KSPIN_COMMUNICATION_NONE,
    KSPIN_COMMUNICATION_SINK,
    KSPIN_COMMUNICATION_SOURCE,
    KSPIN_COMMUNICATION_BOTH,
    KSPIN_COMMUNICATION_BRIDGE
} KSPIN_COMMUNICATION;

typedef struct {
    ULONG PriorityClass;
    ULONG PrioritySubClass;
} KSPRIORITY;

/* Followed in memory by a KSDATAFORMAT of FormatSize bytes. */
typedef struct {
    KSPIN_INTERFACE Interface;
    KSPIN_MEDIUM Medium;
    ULONG PinId;
    HANDLE PinToHandle;
    KSPRIORITY Priority;
} KSPIN_CONNECT;

typedef struct {
    ULONG PossibleCount;
    ULONG CurrentCount;
} KSPIN_CINSTANCES;

typedef struct {
    ULONG FormatSize; /* bytes, with what follows the structure */
    ULONG Flags;
    ULONG SampleSize;
    ULONG Reserved;
    GUID MajorFormat;
    GUID SubFormat;
    GUID Specifier;
} __attribute__((aligned(8))) KSDATAFORMAT, KSDATARANGE;

typedef struct {
    WORD wFormatTag;
    WORD nChannels;
    DWORD nSamplesPerSec;
    DWORD nAvgBytesPerSec;
    WORD nBlockAlign;
    WORD wBitsPerSample;
    WORD cbSize;
} __attribute__((packed)) WAVEFORMATEX;

typedef struct {
    KSDATAFORMAT DataFormat;
    WAVEFORMATEX WaveFormatEx;
} __attribute__((packed)) KSDATAFORMAT_WAVEFORMATEX;

typedef struct {
    LONGLONG Time;
    ULONG Numerator;
    ULONG Denominator;
} KSTIME;

typedef struct {
    ULONG Size; /* bytes, with an extension that follows */
    ULONG TypeSpecificFlags;
    KSTIME PresentationTime;
    LONGLONG Duration;
    ULONG FrameExtent;
    ULONG DataUsed;
    PVOID Data;
    ULONG OptionsFlags; /* KSSTREAM_HEADER_OPTIONSF_* */
    ULONG Reserved;
} KSSTREAM_HEADER;

typedef struct {
    ULONG CreateFlags;
} KSCLOCK_CREATE;

typedef struct {
    ULONG CreateFlags;
    ULONG Node;
} KSNODE_CREATE;

typedef struct {
    union {
        ULONG OptionsFlags;
        ULONG RequirementsFlags;
    };
    ULONG PoolType;
    ULONG Frames;
    ULONG FrameSize;
    ULONG FileAlignment;
    ULONG Reserved;
} KSALLOCATOR_FRAMING;

#endif /* _KS_ */
#endif
