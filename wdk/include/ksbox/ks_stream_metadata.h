// Metadata beside the frames of a stream, which mingw-w64's ks.h lacks.
// @doc stream/standardized-extended-controls-
#ifndef KSBOX_WDK_KS_STREAM_METADATA_H
#define KSBOX_WDK_KS_STREAM_METADATA_H

// In KSSTREAM_HEADER's OptionsFlags. The second is inferred.
#define KSSTREAM_HEADER_OPTIONSF_METADATA 0x00001000
#define KSSTREAM_HEADER_OPTIONSF_ENDOFPHOTOSEQUENCE 0x00002000

// Follows KS_FRAME_INFO if the header has OPTIONSF_METADATA; the client owns the buffer, the driver
// writes UsedSize bytes to SystemVa.
// @doc NS:ks.KSSTREAM_METADATA_INFO
typedef struct {
    ULONG BufferSize;
    ULONG UsedSize;
    PVOID Data;
    PVOID SystemVa;
    ULONG Flags;
    ULONG Reserved;
} KSSTREAM_METADATA_INFO, *PKSSTREAM_METADATA_INFO;

// The clocks of a USB video device at one edge of a frame.
// @doc NS:ks.KSSTREAM_UVC_METADATATYPE_TIMESTAMP
typedef struct {
    ULONG PresentationTimeStamp;
    ULONG SourceClockReference;
    __C89_NAMELESS union {
        __C89_NAMELESS struct {
            USHORT Counter : 11;
            USHORT Reserved : 5;
        };
        USHORT SCRToken;
    };
    USHORT Reserved0;
    ULONG Reserved1;
} KSSTREAM_UVC_METADATATYPE_TIMESTAMP, *PKSSTREAM_UVC_METADATATYPE_TIMESTAMP;

// @doc NS:ks.KSSTREAM_UVC_METADATA
typedef struct {
    KSSTREAM_UVC_METADATATYPE_TIMESTAMP StartOfFrameTimestamp;
    KSSTREAM_UVC_METADATATYPE_TIMESTAMP EndOfFrameTimestamp;
} KSSTREAM_UVC_METADATA, *PKSSTREAM_UVC_METADATA;

#endif
