// The hardware audio engine of a WaveRT miniport: what PortCls asks for KSPROPSETID_AudioEngine.
// Slots and identifiers are those of Microsoft's header.
#ifndef KSBOX_WDK_PORTCLS_ENGINE_H
#define KSBOX_WDK_PORTCLS_ENGINE_H

#include "ks_audio_engine.h"
#include "portcls_methods.h"

// @doc NE:portcls.eChannelTargetType
typedef enum { eVolumeAttribute, eMuteAttribute, ePeakMeterAttribute } eChannelTargetType;

// @doc NE:portcls.eEngineFormatType
typedef enum { eMixFormat, eDeviceFormat, eSupportedDeviceFormats } eEngineFormatType;

// @doc NN:portcls.IMiniportAudioEngineNode
#define KSBOX_IMiniportAudioEngineNode(METHOD)                                                     \
    METHOD(NTSTATUS, GetAudioEngineDescriptor,                                                     \
           (ULONG ulNodeId, KSAUDIOENGINE_DESCRIPTOR * pAudioEngineDescriptor))                    \
    METHOD(NTSTATUS, GetGfxState, (ULONG ulNodeId, BOOL * pbEnable))                               \
    METHOD(NTSTATUS, SetGfxState, (ULONG ulNodeId, BOOL bEnable))                                  \
    METHOD(NTSTATUS, GetEngineFormatSize,                                                          \
           (ULONG ulNodeId, eEngineFormatType formatType, ULONG * pulFormatSize))                  \
    METHOD(NTSTATUS, GetMixFormat,                                                                 \
           (ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX * pFormat, ULONG ulBufferSize))              \
    METHOD(NTSTATUS, GetDeviceFormat,                                                              \
           (ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX * pFormat, ULONG ulBufferSize))              \
    METHOD(NTSTATUS, SetDeviceFormat,                                                              \
           (ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX * pFormat, ULONG ulBufferSize))              \
    METHOD(NTSTATUS, GetSupportedDeviceFormats,                                                    \
           (ULONG ulNodeId, KSMULTIPLE_ITEM * pFormat, ULONG ulBufferSize))                        \
    METHOD(NTSTATUS, GetDeviceChannelCount,                                                        \
           (ULONG ulNodeId, eChannelTargetType targetType, UINT32 * pulChannelCount))              \
    METHOD(NTSTATUS, GetDeviceAttributeSteppings,                                                  \
           (ULONG ulNodeId, eChannelTargetType targetType,                                         \
            PKSPROPERTY_STEPPING_LONG pKsPropStepLong, UINT32 ui32DataSize))                       \
    METHOD(NTSTATUS, GetDeviceChannelVolume, (ULONG ulNodeId, UINT32 uiChannel, LONG * pVolume))   \
    METHOD(NTSTATUS, SetDeviceChannelVolume, (ULONG ulNodeId, UINT32 uiChannel, LONG Volume))      \
    METHOD(NTSTATUS, GetDeviceChannelMute, (ULONG ulNodeId, UINT32 uiChannel, BOOL * pbMute))      \
    METHOD(NTSTATUS, SetDeviceChannelMute, (ULONG ulNodeId, UINT32 uiChannel, BOOL bMute))         \
    METHOD(NTSTATUS, GetDeviceChannelPeakMeter,                                                    \
           (ULONG ulNodeId, UINT32 uiChannel, LONG * pPeakMeterValue))                             \
    METHOD(NTSTATUS, GetBufferSizeRange,                                                           \
           (ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX * pKsDataFormatWfx,                          \
            KSAUDIOENGINE_BUFFER_SIZE_RANGE * pBufferSizeRange))
KSBOX_INTERFACE(IMiniportAudioEngineNode, IUnknown);
#define IMP_IMiniportAudioEngineNode KSBOX_IMiniportAudioEngineNode(KSBOX_OWN_METHOD)
typedef IMiniportAudioEngineNode *PMINIPORTAUDIOENGINENODE;

// @doc NN:portcls.IMiniportStreamAudioEngineNode
#define KSBOX_IMiniportStreamAudioEngineNode(METHOD)                                               \
    METHOD(NTSTATUS, GetLfxState, (BOOL * pbEnable))                                               \
    METHOD(NTSTATUS, SetLfxState, (BOOL bEnable))                                                  \
    METHOD(NTSTATUS, GetStreamChannelCount,                                                        \
           (eChannelTargetType targetType, UINT32 * pulChannelCount))                              \
    METHOD(NTSTATUS, GetStreamAttributeSteppings,                                                  \
           (eChannelTargetType targetType, PKSPROPERTY_STEPPING_LONG pKsPropStepLong,              \
            UINT32 ui32DataSize))                                                                  \
    METHOD(NTSTATUS, GetStreamChannelVolume, (UINT32 uiChannel, LONG * pVolume))                   \
    METHOD(                                                                                        \
        NTSTATUS, SetStreamChannelVolume,                                                          \
        (UINT32 Channel, LONG TargetVolume, AUDIO_CURVE_TYPE CurveType, ULONGLONG CurveDuration))  \
    METHOD(NTSTATUS, GetStreamChannelMute, (UINT32 uiChannel, BOOL * pbMute))                      \
    METHOD(NTSTATUS, SetStreamChannelMute, (UINT32 uiChannel, BOOL bMute))                         \
    METHOD(NTSTATUS, GetStreamChannelPeakMeter, (UINT32 uiChannel, LONG * pPeakMeterValue))        \
    METHOD(NTSTATUS, GetStreamPresentationPosition,                                                \
           (KSAUDIO_PRESENTATION_POSITION * pPresentationPosition))                                \
    METHOD(NTSTATUS, SetStreamCurrentWritePosition, (ULONG ulCurrentWritePosition))                \
    METHOD(NTSTATUS, GetStreamLinearBufferPosition, (ULONGLONG * pullLinearBufferPosition))        \
    METHOD(NTSTATUS, SetStreamLoopbackProtection, (CONSTRICTOR_OPTION protectionOption))
KSBOX_INTERFACE(IMiniportStreamAudioEngineNode, IUnknown);
#define IMP_IMiniportStreamAudioEngineNode KSBOX_IMiniportStreamAudioEngineNode(KSBOX_OWN_METHOD)
typedef IMiniportStreamAudioEngineNode *PMINIPORTSTREAMAUDIOENGINENODE;

// @doc NN:portcls.IMiniportStreamAudioEngineNode2
#define KSBOX_IMiniportStreamAudioEngineNode2(METHOD)                                              \
    METHOD(NTSTATUS, SetStreamCurrentWritePositionForLastBuffer, (ULONG ulWritePosition))
KSBOX_INTERFACE(IMiniportStreamAudioEngineNode2, IUnknown);
#define IMP_IMiniportStreamAudioEngineNode2 KSBOX_IMiniportStreamAudioEngineNode2(KSBOX_OWN_METHOD)
typedef IMiniportStreamAudioEngineNode2 *PMINIPORTSTREAMAUDIOENGINENODE2;

#endif
