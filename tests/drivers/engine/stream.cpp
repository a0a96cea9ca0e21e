// Streams of engine.sys: each one's part of the audio engine.
#include "parts.h"

STDMETHODIMP_(NTSTATUS)
CStream::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    const bool Offload = m_Pin == ENGINE_OFFLOAD;
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRTStream)) {
        *Interface = PVOID(PMINIPORTWAVERTSTREAM(this));
    } else if (Offload && IsEqualGUIDAligned(InterfaceId, IID_IMiniportStreamAudioEngineNode)) {
        *Interface = PVOID(PMINIPORTSTREAMAUDIOENGINENODE(this));
    } else if (Offload && IsEqualGUIDAligned(InterfaceId, IID_IMiniportStreamAudioEngineNode2)) {
        *Interface = PVOID(PMINIPORTSTREAMAUDIOENGINENODE2(this));
    } else if (Offload && IsEqualGUIDAligned(InterfaceId, IID_IDrmAudioStream)) {
        *Interface = PVOID(PDRMAUDIOSTREAM(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetFormat(PKSDATAFORMAT) {
    return STATUS_SUCCESS;
}
STDMETHODIMP_(NTSTATUS) CStream::SetState(KSSTATE) {
    return STATUS_SUCCESS;
}
STDMETHODIMP_(NTSTATUS) CStream::GetPosition(PKSAUDIO_POSITION) {
    return STATUS_NOT_IMPLEMENTED;
}
STDMETHODIMP_(NTSTATUS)
CStream::AllocateAudioBuffer(ULONG, PMDL *, ULONG *, ULONG *, MEMORY_CACHING_TYPE *) {
    return STATUS_NOT_IMPLEMENTED;
}
STDMETHODIMP_(VOID) CStream::FreeAudioBuffer(PMDL, ULONG) {}
STDMETHODIMP_(VOID) CStream::GetHWLatency(PKSRTAUDIO_HWLATENCY Latency) {
    RtlZeroMemory(Latency, sizeof(*Latency));
}
STDMETHODIMP_(NTSTATUS) CStream::GetPositionRegister(PKSRTAUDIO_HWREGISTER) {
    return STATUS_NOT_IMPLEMENTED;
}
STDMETHODIMP_(NTSTATUS) CStream::GetClockRegister(PKSRTAUDIO_HWREGISTER) {
    return STATUS_NOT_IMPLEMENTED;
}

STDMETHODIMP_(NTSTATUS) CStream::SetContentId(ULONG ContentId, PCDRMRIGHTS DrmRights) {
    Journal("SetContentId", m_Pin, ContentId, ULONG(DrmRights->CopyProtect));
    return AnswerTo("SetContentId", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS) CStream::GetLfxState(BOOL *pbEnable) {
    *pbEnable = m_Effects;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetLfxState(BOOL bEnable) {
    Journal("SetLfxState", m_Pin, ULONG(bEnable));
    m_Effects = bEnable;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetStreamChannelVolume(UINT32 uiChannel, LONG *pVolume) {
    Journal("GetStreamChannelVolume", m_Pin, uiChannel);
    *pVolume = m_Volume[uiChannel == UINT32(-1) ? 0 : uiChannel];
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::SetStreamChannelVolume(UINT32 Channel, LONG TargetVolume, AUDIO_CURVE_TYPE CurveType,
                                ULONGLONG CurveDuration) {
    Journal("SetStreamChannelVolume", Channel, CurveType, CurveDuration);
    for (ULONG Index = 0; Index < ENGINE_CHANNELS; Index++) {
        if (Channel == UINT32(-1) || Channel == Index) {
            m_Volume[Index] = TargetVolume;
        }
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::GetStreamChannelMute(UINT32 uiChannel, BOOL *pbMute) {
    *pbMute = m_Mute[uiChannel == UINT32(-1) ? 0 : uiChannel];
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetStreamChannelMute(UINT32 uiChannel, BOOL bMute) {
    Journal("SetStreamChannelMute", m_Pin, uiChannel, ULONG(bMute));
    m_Mute[uiChannel == UINT32(-1) ? 0 : uiChannel] = bMute;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::GetStreamAttributeSteppings(eChannelTargetType targetType,
                                     PKSPROPERTY_STEPPING_LONG pKsPropStepLong,
                                     UINT32 ui32DataSize) {
    Journal("GetStreamAttributeSteppings", m_Pin, targetType, ui32DataSize);
    return Steppings(pKsPropStepLong, ui32DataSize, targetType);
}

STDMETHODIMP_(NTSTATUS)
CStream::GetStreamChannelPeakMeter(UINT32 uiChannel, LONG *pPeakMeterValue) {
    *pPeakMeterValue = 2000 + LONG(uiChannel);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::GetStreamPresentationPosition(KSAUDIO_PRESENTATION_POSITION *pPresentationPosition) {
    pPresentationPosition->u64PositionInBlocks = 11;
    pPresentationPosition->u64QPCPosition = 12;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetStreamCurrentWritePosition(ULONG ulCurrentWritePosition) {
    Journal("SetStreamCurrentWritePosition", m_Pin, ulCurrentWritePosition);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetStreamCurrentWritePositionForLastBuffer(ULONG ulWritePosition) {
    Journal("last buffer", m_Pin, ulWritePosition);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::GetStreamLinearBufferPosition(ULONGLONG *pullLinearBufferPosition) {
    *pullLinearBufferPosition = 0x100000002ULL;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CStream::SetStreamLoopbackProtection(CONSTRICTOR_OPTION protectionOption) {
    Journal("SetStreamLoopbackProtection", m_Pin, protectionOption);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CStream::GetStreamChannelCount(eChannelTargetType targetType, UINT32 *pulChannelCount) {
    UNREFERENCED_PARAMETER(targetType);
    *pulChannelCount = UINT32(AnswerTo("channels", ENGINE_CHANNELS));
    return STATUS_SUCCESS;
}
