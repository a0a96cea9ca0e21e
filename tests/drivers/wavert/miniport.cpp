// The WaveRT miniport of wavert.sys.
#include "parts.h"

STDMETHODIMP_(NTSTATUS)
CMiniport::NonDelegatingQueryInterface(REFIID InterfaceId, PVOID *Interface) {
    if (IsEqualGUIDAligned(InterfaceId, IID_IUnknown)) {
        *Interface = PVOID(PUNKNOWN(PMINIPORTWAVERT(this)));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniport)) {
        *Interface = PVOID(PMINIPORT(this));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IMiniportWaveRT)) {
        *Interface = PVOID(PMINIPORTWAVERT(this));
    } else if (IsEqualGUIDAligned(InterfaceId, IID_IPinCount)) {
        *Interface = PVOID(PPINCOUNT(this));
    } else {
        *Interface = NULL;
        return STATUS_INVALID_PARAMETER;
    }
    PUNKNOWN(*Interface)->AddRef();
    return STATUS_SUCCESS;
}

NTSTATUS CreateWaveMiniport(PUNKNOWN *Miniport) {
    STD_CREATE_BODY_WITH_TAG_(CMiniport, Miniport, NULL, NonPagedPoolNx, Tag, PMINIPORTWAVERT);
}

STDMETHODIMP_(NTSTATUS) CMiniport::Init(PUNKNOWN, PRESOURCELIST, PPORTWAVERT) {
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDescription(PPCFILTER_DESCRIPTOR *Description) {
    *Description = &WaveDescriptor;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::DataRangeIntersection(ULONG PinId, PKSDATARANGE DataRange,
                                 PKSDATARANGE MatchingDataRange, ULONG OutputBufferLength,
                                 PVOID ResultantFormat, PULONG ResultantFormatLength) {
    UNREFERENCED_PARAMETER(DataRange);
    Journal("intersection", PinId, OutputBufferLength, ResultantFormat != NULL);
    const NTSTATUS Status = AnswerTo("intersection", STATUS_NOT_IMPLEMENTED);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    // A format of this driver's own: the range's head.
    *ResultantFormatLength = sizeof(KSDATAFORMAT);
    if (OutputBufferLength == 0) {
        return STATUS_BUFFER_OVERFLOW;
    }
    if (OutputBufferLength < sizeof(KSDATAFORMAT)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    *static_cast<PKSDATAFORMAT>(ResultantFormat) = *MatchingDataRange;
    static_cast<PKSDATAFORMAT>(ResultantFormat)->FormatSize = sizeof(KSDATAFORMAT);
    return Status;
}

STDMETHODIMP_(NTSTATUS)
CMiniport::NewStream(PMINIPORTWAVERTSTREAM *Stream, PPORTWAVERTSTREAM PortStream, ULONG Pin,
                     BOOLEAN Capture, PKSDATAFORMAT DataFormat) {
    const PWAVEFORMATEX Format =
        &reinterpret_cast<PKSDATAFORMAT_WAVEFORMATEX>(DataFormat)->WaveFormatEx;
    Journal("new stream", Pin, Capture, Format->nSamplesPerSec);
    const NTSTATUS Status = AnswerTo("new stream", STATUS_SUCCESS);
    if (!NT_SUCCESS(Status) || AnswerTo("no stream", 0)) {
        return Status;
    }
    CStream *New = new (NonPagedPoolNx, Tag) CStream(NULL);
    if (New == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    New->Init(PortStream, Pin, Capture, Format);
    New->AddRef();
    *Stream = New;
    return STATUS_SUCCESS;
}

STDMETHODIMP_(NTSTATUS) CMiniport::GetDeviceDescription(PDEVICE_DESCRIPTION Description) {
    RtlZeroMemory(Description, sizeof(*Description));
    return STATUS_SUCCESS;
}

STDMETHODIMP_(void)
CMiniport::PinCount(ULONG PinId, PULONG FilterNecessary, PULONG FilterCurrent,
                    PULONG FilterPossible, PULONG GlobalCurrent, PULONG GlobalPossible) {
    UNREFERENCED_PARAMETER(FilterCurrent);
    UNREFERENCED_PARAMETER(GlobalCurrent);
    UNREFERENCED_PARAMETER(GlobalPossible);
    if (PinId == WAVERT_COUNTED) {
        Journal("pin count", PinId, *FilterPossible, *GlobalPossible);
        *FilterPossible = ULONG(AnswerTo("count possible", 1));
        *FilterNecessary = 1;
    }
}

NTSTATUS NTAPI GetOwnProperty(PPCPROPERTY_REQUEST Request) {
    Journal("own property", Request->ValueSize, Request->MinorTarget != NULL);
    if (Request->ValueSize < sizeof(ULONG)) {
        Request->ValueSize = sizeof(ULONG);
        return STATUS_BUFFER_OVERFLOW;
    }
    *static_cast<PULONG>(Request->Value) = 41;
    Request->ValueSize = sizeof(ULONG);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI GetPages(PPCPROPERTY_REQUEST Request) {
    if (Request->ValueSize < sizeof(WAVERT_PAGES_SEEN)) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    static_cast<CStream *>(PMINIPORTWAVERTSTREAM(Request->MinorTarget))
        ->Pages(static_cast<WAVERT_PAGES_SEEN *>(Request->Value));
    Request->ValueSize = sizeof(WAVERT_PAGES_SEEN);
    return STATUS_SUCCESS;
}

// What a client that wants one range at 44.1 kHz would like to hear.
NTSTATUS NTAPI GetConstrained(PPCPROPERTY_REQUEST Request) {
    const ULONG PinId = Request->InstanceSize >= sizeof(ULONG)
                            ? *static_cast<PULONG>(Request->Instance)
                            : ULONG(-1);
    Journal("constrained", PinId, Request->ValueSize);
    const ULONG Bytes = sizeof(KSMULTIPLE_ITEM) + sizeof(KSDATARANGE_AUDIO);
    if (Request->ValueSize == 0) {
        Request->ValueSize = Bytes;
        return STATUS_BUFFER_OVERFLOW;
    }
    if (Request->ValueSize < Bytes) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    const PKSMULTIPLE_ITEM Items = static_cast<PKSMULTIPLE_ITEM>(Request->Value);
    Items->Size = Bytes;
    Items->Count = 1;
    const PKSDATARANGE_AUDIO Range = reinterpret_cast<PKSDATARANGE_AUDIO>(Items + 1);
    *Range = *reinterpret_cast<const KSDATARANGE_AUDIO *>(
        WaveDescriptor.Pins[0].KsPinDescriptor.DataRanges[0]);
    Range->MinimumSampleFrequency = Range->MaximumSampleFrequency = 44100;
    Request->ValueSize = Bytes;
    return STATUS_SUCCESS;
}
