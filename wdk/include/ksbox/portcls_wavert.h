// WaveRT streams in packet mode: what a stream of the current portcls.h may offer beside
// IMiniportWaveRTStreamNotification. Microsoft publishes their identifiers nowhere but in its own
// header; those of the streams' are ksbox's own. A driver that was built with Microsoft's header
// does not know them and is used without packet mode, as it is on a system before Windows 10.
#ifndef KSBOX_WDK_PORTCLS_WAVERT_H
#define KSBOX_WDK_PORTCLS_WAVERT_H

#include "portcls_methods.h"

DEFINE_GUID(IID_IMiniportWaveRTInputStream, 0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e,
            0x6b, 0x27, 0xc8, 0x01);
// @doc NN:portcls.IMiniportWaveRTInputStream
#define KSBOX_IMiniportWaveRTInputStream(METHOD)                                                   \
    METHOD(                                                                                        \
        NTSTATUS, GetReadPacket,                                                                   \
        (ULONG * PacketNumber, DWORD * Flags, ULONG64 * PerformanceCounterValue, BOOL * MoreData))
KSBOX_INTERFACE(IMiniportWaveRTInputStream, IUnknown);
#define IMP_IMiniportWaveRTInputStream KSBOX_IMiniportWaveRTInputStream(KSBOX_OWN_METHOD)
typedef IMiniportWaveRTInputStream *PMINIPORTWAVERTINPUTSTREAM;

DEFINE_GUID(IID_IMiniportWaveRTOutputStream, 0x2d1f3a94, 0x7b60, 0x4c0e, 0xa3, 0x5d, 0x91, 0x4e,
            0x6b, 0x27, 0xc8, 0x02);
// @doc NN:portcls.IMiniportWaveRTOutputStream
#define KSBOX_IMiniportWaveRTOutputStream(METHOD)                                                  \
    METHOD(NTSTATUS, SetWritePacket, (ULONG PacketNumber, DWORD Flags, ULONG EosPacketLength))     \
    METHOD(NTSTATUS, GetOutputStreamPresentationPosition,                                          \
           (KSAUDIO_PRESENTATION_POSITION * pPresentationPosition))                                \
    METHOD(NTSTATUS, GetPacketCount, (ULONG * pPacketCount))
KSBOX_INTERFACE(IMiniportWaveRTOutputStream, IUnknown);
#define IMP_IMiniportWaveRTOutputStream KSBOX_IMiniportWaveRTOutputStream(KSBOX_OWN_METHOD)
typedef IMiniportWaveRTOutputStream *PMINIPORTWAVERTOUTPUTSTREAM;

// @doc NN:portcls.IMiniportAudioSignalProcessing
#define KSBOX_IMiniportAudioSignalProcessing(METHOD)                                               \
    METHOD(NTSTATUS, GetModes,                                                                     \
           (ULONG Pin, GUID * SignalProcessingModes, ULONG * NumSignalProcessingModes))
KSBOX_INTERFACE(IMiniportAudioSignalProcessing, IUnknown);
#define IMP_IMiniportAudioSignalProcessing KSBOX_IMiniportAudioSignalProcessing(KSBOX_OWN_METHOD)
typedef IMiniportAudioSignalProcessing *PMINIPORTAudioSignalProcessing;

#endif
