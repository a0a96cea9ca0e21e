// WaveRT streams in packet mode: what a stream of the current portcls.h may offer beside
// IMiniportWaveRTStreamNotification.
#ifndef KSBOX_WDK_PORTCLS_WAVERT_H
#define KSBOX_WDK_PORTCLS_WAVERT_H

#include "portcls_methods.h"

DEFINE_GUID(IID_IMiniportWaveRTInputStream, 0xcd8e756a, 0x5fc7, 0x4624, 0x98, 0x4b, 0x2a, 0xf0,
            0x29, 0x25, 0xb9, 0x1f);
// @doc NN:portcls.IMiniportWaveRTInputStream
#define KSBOX_IMiniportWaveRTInputStream(METHOD)                                                   \
    METHOD(                                                                                        \
        NTSTATUS, GetReadPacket,                                                                   \
        (ULONG * PacketNumber, DWORD * Flags, ULONG64 * PerformanceCounterValue, BOOL * MoreData))
KSBOX_INTERFACE(IMiniportWaveRTInputStream, IUnknown);
#define IMP_IMiniportWaveRTInputStream KSBOX_IMiniportWaveRTInputStream(KSBOX_OWN_METHOD)
typedef IMiniportWaveRTInputStream *PMINIPORTWAVERTINPUTSTREAM;

DEFINE_GUID(IID_IMiniportWaveRTOutputStream, 0x831fc7bc, 0x6347, 0x44bc, 0xb4, 0x7b, 0xc0, 0xc6,
            0x57, 0xb5, 0xbf, 0x73);
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
