// Ports, their filters and pins; see adapter_audio.h.
#include "adapter_audio.h"

namespace {

// ksmedia.h's, which mingw-w64 lacks.
constexpr GUID DirectMusic = {
    0x1a82f8bc, 0x3f8b, 0x11d2, {0xb7, 0x74, 0x00, 0x60, 0x08, 0x33, 0x16, 0xc1}};

void Name(KSDATAFORMAT &Format, ULONG Bytes, const GUID &Major, const GUID &Sub,
          const GUID &Specifier) {
    Format.FormatSize = Bytes;
    Format.MajorFormat = Major;
    Format.SubFormat = Sub;
    Format.Specifier = Specifier;
}

void Widen(KSDATARANGE_AUDIO &Range) {
    Range.MaximumChannels = 2;
    Range.MinimumBitsPerSample = Range.MaximumBitsPerSample = 16;
    Range.MinimumSampleFrequency = Range.MaximumSampleFrequency = 48000;
}

} // namespace

CaseDescription::CaseDescription(bool Music) {
    Name(Audio_.DataRange, sizeof Audio_, KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_PCM,
         KSDATAFORMAT_SPECIFIER_WAVEFORMATEX);
    Name(Dsound_.DataRange, sizeof Dsound_, KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_PCM,
         KSDATAFORMAT_SPECIFIER_DSOUND);
    Widen(Audio_);
    Widen(Dsound_);
    for (ULONG Index = 0; Index < 2; ++Index) {
        Name(Music_[Index].DataRange, sizeof Music_[Index], KSDATAFORMAT_TYPE_MUSIC,
             Index == 0 ? KSDATAFORMAT_SUBTYPE_MIDI : DirectMusic, KSDATAFORMAT_SPECIFIER_NONE);
        Music_[Index].Technology = KSMUSIC_TECHNOLOGY_PORT;
        Music_[Index].ChannelMask = 0xffff;
        Pins[Index].MaxFilterInstanceCount = Pins[Index].MaxGlobalInstanceCount = ~0u;
        KSPIN_DESCRIPTOR &Pin = Pins[Index].KsPinDescriptor;
        Pin.DataRangesCount = 2;
        Pin.DataRanges = Music ? MusicRanges_ : AudioRanges_;
        Pin.DataFlow = Index == 0 ? KSPIN_DATAFLOW_IN : KSPIN_DATAFLOW_OUT;
        Pin.Communication = KSPIN_COMMUNICATION_SINK;
        Pin.Category = Index == 0 ? &KSCATEGORY_AUDIO : &KSCATEGORY_CAPTURE;
    }
    Filter.PinSize = sizeof Pins[0];
    Filter.PinCount = 2;
    Filter.Pins = Pins;
    Filter.NodeSize = sizeof(PCNODE_DESCRIPTOR);
}

CaseGroup::~CaseGroup() {
    EXPECT_EQ(References, 1);
    EXPECT_EQ(Removed, Added);
}

void CaseGroup::RequestService() {
    ++Requests;
    if (Member == nullptr)
        return;
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL, &Before);
    Member->RequestService();
    KeLowerIrql(Before);
}

NTSTATUS CaseGroup::AddMember(PSERVICESINK New) {
    if (!NT_SUCCESS(Answer))
        return Answer;
    ++Added;
    New->AddRef();
    Member = New;
    return Answer;
}

void CaseGroup::RemoveMember(PSERVICESINK Old) {
    ++Removed;
    if (Member == Old)
        Member = nullptr;
    Old->Release();
}

CasePort::~CasePort() {
    if (Registered_)
        EXPECT_SUCCESS(Unregister());
    if (Port != nullptr)
        EXPECT_EQ(Port->Release(), 0);
}

NTSTATUS CasePort::Open(CaseFile &Filter) {
    static WCHAR Own[] = L"Audio";
    if (!Registered_)
        if (const NTSTATUS Status = PcRegisterSubdevice(Case_.Device, Own, Port);
            !NT_SUCCESS(Status))
            return Status;
    Registered_ = true;
    CaseLink Link(Case_, KSCATEGORY_AUDIO, Own);
    return Link.Found() ? Filter.Open(&Link.Text) : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS CasePort::Unregister() {
    Registered_ = false;
    PUNREGISTERSUBDEVICE Subdevices = nullptr;
    NTSTATUS Status =
        Port->QueryInterface(IID_IUnregisterSubdevice, reinterpret_cast<PVOID *>(&Subdevices));
    if (EXPECT_SUCCESS(Status)) {
        Status = Subdevices->UnregisterSubdevice(Case_.Device, Port);
        Subdevices->Release();
    }
    return Status;
}

CASE_STREAM_FORMAT::CASE_STREAM_FORMAT(CASE_STREAM Kind) {
    RtlZeroMemory(this, sizeof *this);
    if (Kind == CaseMidi || Kind == CaseDirectMusic) {
        Name(Head, sizeof Head, KSDATAFORMAT_TYPE_MUSIC,
             Kind == CaseMidi ? KSDATAFORMAT_SUBTYPE_MIDI : DirectMusic,
             KSDATAFORMAT_SPECIFIER_NONE);
        return;
    }
    const bool Direct = Kind == CaseDirectSound;
    Name(Head, Direct ? sizeof Dsound : sizeof Wave, KSDATAFORMAT_TYPE_AUDIO,
         KSDATAFORMAT_SUBTYPE_PCM,
         Direct ? KSDATAFORMAT_SPECIFIER_DSOUND : KSDATAFORMAT_SPECIFIER_WAVEFORMATEX);
    WAVEFORMATEX &Format = Direct ? Dsound.BufferDesc.WaveFormatEx : Wave.WaveFormatEx;
    Format.wFormatTag = WAVE_FORMAT_PCM;
    Format.nChannels = 2;
    Format.nSamplesPerSec = 48000;
    Format.nAvgBytesPerSec = 48000 * 4;
    Format.nBlockAlign = 4;
    Format.wBitsPerSample = 16;
}

NTSTATUS CaseConnectStream(const CaseFile &Filter, ULONG PinId, CASE_STREAM Kind, CaseFile &Pin) {
    struct {
        KSPIN_CONNECT Connect;
        CASE_STREAM_FORMAT Format;
    } Request = {{}, CASE_STREAM_FORMAT(Kind)};
    Request.Connect.Interface.Set = KSINTERFACESETID_Standard;
    Request.Connect.Interface.Id = Kind == CaseLoopedWave ? KSINTERFACE_STANDARD_LOOPED_STREAMING
                                                          : KSINTERFACE_STANDARD_STREAMING;
    Request.Connect.Medium.Set = KSMEDIUMSETID_Standard;
    Request.Connect.PinId = PinId;
    Request.Connect.Priority.PriorityClass = KSPRIORITY_NORMAL;
    Request.Connect.Priority.PrioritySubClass = 1;
    HANDLE Created;
    const NTSTATUS Status =
        KsCreatePin(Filter.Handle, &Request.Connect, GENERIC_READ | GENERIC_WRITE, &Created);
    return NT_SUCCESS(Status) ? Pin.Adopt(Created) : Status;
}

NTSTATUS CaseSetFormat(const CaseFile &Pin, CASE_STREAM Kind) {
    CASE_STREAM_FORMAT Format(Kind);
    return CaseProperty(Pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_DATAFORMAT,
                        KSPROPERTY_TYPE_SET, &Format, Format.Head.FormatSize);
}

NTSTATUS CasePosition(const CaseFile &Pin, KSAUDIO_POSITION &Position) {
    return CaseProperty(Pin, KSPROPSETID_Audio, KSPROPERTY_AUDIO_POSITION, KSPROPERTY_TYPE_GET,
                        &Position, sizeof Position);
}
