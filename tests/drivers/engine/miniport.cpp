// The miniports of engine.sys: the device's side of its audio engine.
#include "parts.h"

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniport) ||
        IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRT)) {
        *Interface = PVOID(PMINIPORTWAVERT(this));
    } else if (!m_Plain && IsEqualGUIDAligned(InterfaceId, IID_IMiniportAudioEngineNode)) {
        *Interface = PVOID(PMINIPORTAUDIOENGINENODE(this));
    } else if (!m_Plain && IsEqualGUIDAligned(InterfaceId, IID_IMiniportAudioSignalProcessing)) {
        *Interface = PVOID(PMINIPORTAudioSignalProcessing(this));
    } else if (!m_Plain && IsEqualGUIDAligned(InterfaceId, IID_IPinName)) {
        *Interface = PVOID(PPINNAME(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::Init(PUNKNOWN, PRESOURCELIST, PPORTWAVERT) {
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = &EngineDescriptor;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::DataRangeIntersection(ULONG, PKSDATARANGE, PKSDATARANGE, ULONG, PVOID, PULONG) {
    return STATUS_NOT_IMPLEMENTED;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NewStream(PMINIPORTWAVERTSTREAM *Stream, PPORTWAVERTSTREAM, ULONG Pin, BOOLEAN,
                     PKSDATAFORMAT) {
    CStream *New = new (NonPagedPoolNx, Tag) CStream(Pin);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    New->AddRef();
    *Stream = New;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDeviceDescription(PDEVICE_DESCRIPTION Description) {
    RtlZeroMemory(Description, sizeof(*Description));
    return STATUS_SUCCESS;
}

// The host pin has a name of the miniport's, "Host"; the others have none.
STDMETHODIMP_(NTSTATUS) CMiniport::GetPinName(PIRP Irp, PKSP_PIN Pin, PVOID Data) {
    static const WCHAR Name[] = L"Host";
    const ULONG Bytes =
        IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength;
    Journal("GetPinName", Pin->PinId, Bytes);
    if (Pin->PinId != ENGINE_HOST) {
        return AnswerTo("GetPinName", STATUS_NOT_SUPPORTED);
    }
    Irp->IoStatus.Information = sizeof(Name);
    if (Bytes == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Bytes < sizeof(Name)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    RtlCopyMemory(Data, Name, sizeof(Name));
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetModes(ULONG Pin, GUID *SignalProcessingModes, ULONG *NumSignalProcessingModes) {
    const ULONG Modes = ULONG(AnswerTo("modes", ENGINE_MODES));
    Journal("GetModes", Pin, SignalProcessingModes != NULL, *NumSignalProcessingModes);
    if (Pin == ENGINE_BRIDGE) {
        return STATUS_NOT_SUPPORTED;
    }
    for (ULONG Mode = 0; SignalProcessingModes != NULL && Mode < Modes; Mode++) {
        SignalProcessingModes[Mode] = GUID{Pin, USHORT(Mode), 0, {}};
    }
    *NumSignalProcessingModes = Modes;
    return AnswerTo("GetModes", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetAudioEngineDescriptor(ULONG ulNodeId,
                                    KSAUDIOENGINE_DESCRIPTOR *pAudioEngineDescriptor) {
    Journal("GetAudioEngineDescriptor", ulNodeId);
    *pAudioEngineDescriptor = {ENGINE_HOST, ENGINE_OFFLOAD, 77};
    return AnswerTo("GetAudioEngineDescriptor", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetGfxState(ULONG ulNodeId, BOOL *pbEnable) {
    Journal("GetGfxState", ulNodeId);
    *pbEnable = m_Effects;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::SetGfxState(ULONG ulNodeId, BOOL bEnable) {
    Journal("SetGfxState", ulNodeId, ULONG(bEnable));
    m_Effects = bEnable;
    return AnswerTo("SetGfxState", STATUS_SUCCESS);
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetEngineFormatSize(ULONG ulNodeId, eEngineFormatType formatType, ULONG *pulFormatSize) {
    Journal("GetEngineFormatSize", ulNodeId, formatType);
    const LONG Bytes =
        formatType == eSupportedDeviceFormats
            ? sizeof(KSMULTIPLE_ITEM) + ENGINE_SUPPORTED_FORMATS * sizeof(KSDATAFORMAT_WAVEFORMATEX)
            : sizeof(KSDATAFORMAT_WAVEFORMATEX);
    *pulFormatSize = ULONG(AnswerTo("format size", Bytes));
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetMixFormat(ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX *pFormat, ULONG ulBufferSize) {
    Journal("GetMixFormat", ulNodeId, ulBufferSize);
    *pFormat = EngineFormat(44100);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceFormat(ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX *pFormat, ULONG ulBufferSize) {
    Journal("GetDeviceFormat", ulNodeId, ulBufferSize);
    *pFormat = EngineFormat(m_Rate);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::SetDeviceFormat(ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX *pFormat, ULONG ulBufferSize) {
    Journal("SetDeviceFormat", ulNodeId, ulBufferSize, pFormat->WaveFormatEx.nSamplesPerSec);
    m_Rate = pFormat->WaveFormatEx.nSamplesPerSec;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetSupportedDeviceFormats(ULONG ulNodeId, KSMULTIPLE_ITEM *pFormat, ULONG ulBufferSize) {
    Journal("GetSupportedDeviceFormats", ulNodeId, ulBufferSize);
    pFormat->Size = ulBufferSize;
    pFormat->Count = ENGINE_SUPPORTED_FORMATS;
    KSDATAFORMAT_WAVEFORMATEX *Formats = reinterpret_cast<KSDATAFORMAT_WAVEFORMATEX *>(pFormat + 1);
    for (ULONG Index = 0; Index < ENGINE_SUPPORTED_FORMATS; Index++) {
        Formats[Index] = EngineFormat(8000 * (Index + 1));
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceChannelCount(ULONG ulNodeId, eChannelTargetType targetType,
                                 UINT32 *pulChannelCount) {
    UNREFERENCED_PARAMETER(ulNodeId);
    UNREFERENCED_PARAMETER(targetType);
    *pulChannelCount = UINT32(AnswerTo("channels", ENGINE_CHANNELS));
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceAttributeSteppings(ULONG ulNodeId, eChannelTargetType targetType,
                                       PKSPROPERTY_STEPPING_LONG pKsPropStepLong,
                                       UINT32 ui32DataSize) {
    Journal("GetDeviceAttributeSteppings", ulNodeId, targetType, ui32DataSize);
    return Steppings(pKsPropStepLong, ui32DataSize, targetType);
}

// Out of range it would break the driver: the port must not ask.
STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceChannelVolume(ULONG ulNodeId, UINT32 uiChannel, LONG *pVolume) {
    Journal("GetDeviceChannelVolume", ulNodeId, uiChannel);
    *pVolume = m_Volume[uiChannel == UINT32(-1) ? 0 : uiChannel];
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::SetDeviceChannelVolume(ULONG ulNodeId, UINT32 uiChannel, LONG Volume) {
    Journal("SetDeviceChannelVolume", ulNodeId, uiChannel, ULONG(Volume));
    for (ULONG Channel = 0; Channel < ENGINE_CHANNELS; Channel++) {
        if (uiChannel == UINT32(-1) || uiChannel == Channel) {
            m_Volume[Channel] = Volume;
        }
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceChannelPeakMeter(ULONG ulNodeId, UINT32 uiChannel, LONG *pPeakMeterValue) {
    Journal("GetDeviceChannelPeakMeter", ulNodeId, uiChannel);
    *pPeakMeterValue = 1000 + LONG(uiChannel);
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetDeviceChannelMute(ULONG ulNodeId, UINT32 uiChannel, BOOL *pbMute) {
    Journal("GetDeviceChannelMute", ulNodeId, uiChannel);
    *pbMute = m_Mute[uiChannel == UINT32(-1) ? 0 : uiChannel];
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::SetDeviceChannelMute(ULONG ulNodeId, UINT32 uiChannel, BOOL bMute) {
    Journal("SetDeviceChannelMute", ulNodeId, uiChannel, ULONG(bMute));
    for (ULONG Channel = 0; Channel < ENGINE_CHANNELS; Channel++) {
        if (uiChannel == UINT32(-1) || uiChannel == Channel) {
            m_Mute[Channel] = bMute;
        }
    }
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::GetBufferSizeRange(ULONG ulNodeId, KSDATAFORMAT_WAVEFORMATEX *pKsDataFormatWfx,
                              KSAUDIOENGINE_BUFFER_SIZE_RANGE *pBufferSizeRange) {
    const ULONG Bytes = pKsDataFormatWfx->WaveFormatEx.nAvgBytesPerSec;
    Journal("GetBufferSizeRange", ulNodeId, Bytes);
    pBufferSizeRange->MinBufferBytes = Bytes / 100;
    pBufferSizeRange->MaxBufferBytes = Bytes;
    return STATUS_SUCCESS;
}
