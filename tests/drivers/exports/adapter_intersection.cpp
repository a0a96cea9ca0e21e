// What a port answers to data intersections that its miniport leaves to it.
#include "adapter_audio.h"

namespace {

class Topology : public CaseMiniport<IMiniportTopology> {
  public:
    Topology() : CaseMiniport(IID_IMiniportTopology) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) override {
        return STATUS_SUCCESS;
    }
};

const GUID Pcm = {STATIC_KSDATAFORMAT_SUBTYPE_PCM}, Any = {},
           Other = {STATIC_KSDATAFORMAT_SUBTYPE_ADPCM},
           Wave = {STATIC_KSDATAFORMAT_SPECIFIER_WAVEFORMATEX},
           Dsound = {STATIC_KSDATAFORMAT_SPECIFIER_DSOUND},
           None = {STATIC_KSDATAFORMAT_SPECIFIER_NONE};

struct RANGE {
    const GUID *Sub, *Specifier;
    ULONG Channels, LeastBits, MostBits, LeastRate, MostRate;
    ULONG Bytes = sizeof(KSDATARANGE_AUDIO);
    KSDATARANGE_AUDIO Make() const {
        KSDATARANGE_AUDIO Made = {};
        Made.DataRange.FormatSize = Bytes;
        Made.DataRange.MajorFormat = KSDATAFORMAT_TYPE_AUDIO;
        Made.DataRange.SubFormat = *Sub;
        Made.DataRange.Specifier = *Specifier;
        Made.MaximumChannels = Channels;
        Made.MinimumBitsPerSample = LeastBits;
        Made.MaximumBitsPerSample = MostBits;
        Made.MinimumSampleFrequency = LeastRate;
        Made.MaximumSampleFrequency = MostRate;
        return Made;
    }
};

struct ANSWER {
    NTSTATUS Status;
    ULONG Bytes;
    alignas(8) UCHAR Data[256];
};

ANSWER Ask(const CaseFile &Filter, const RANGE &Range, ULONG Room) {
    struct {
        KSP_PIN Pin;
        KSMULTIPLE_ITEM Items;
        KSDATARANGE_AUDIO Range;
    } Request = {};
    Request.Pin.Property.Set = KSPROPSETID_Pin;
    Request.Pin.Property.Id = KSPROPERTY_PIN_DATAINTERSECTION;
    Request.Pin.Property.Flags = KSPROPERTY_TYPE_GET;
    Request.Range = Range.Make();
    Request.Items = {ULONG(sizeof Request.Items) + Range.Bytes, 1};
    ANSWER Answer = {};
    RtlFillMemory(Answer.Data, sizeof Answer.Data, 0xcd);
    Answer.Status = CaseControl(Filter, IOCTL_KS_PROPERTY, &Request,
                                sizeof Request - sizeof Request.Range + Range.Bytes, Answer.Data,
                                Room, &Answer.Bytes);
    return Answer;
}

const struct {
    RANGE Theirs, Ours;
    NTSTATUS Status;
    const GUID *Specifier;
    WORD Channels, Bits, Block;
    ULONG Rate;
} Rows[] = {
    // What either side leaves open.
    {{&Any, &Any, 2, 16, 16, 8000, 8000},
     {&Any, &Any, 2, 16, 16, 8000, 8000},
     0,
     &Wave,
     2,
     16,
     4,
     8000},
    {{&Any, &Any, 2, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     0,
     &Wave,
     2,
     16,
     4,
     8000},
    {{&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     {&Any, &Any, 2, 16, 16, 8000, 8000},
     0,
     &Wave,
     2,
     16,
     4,
     8000},
    {{&Pcm, &Dsound, 2, 16, 16, 8000, 8000},
     {&Pcm, &Any, 2, 16, 16, 8000, 8000},
     0,
     &Dsound,
     2,
     16,
     4,
     8000},
    {{&Pcm, &Any, 2, 16, 16, 8000, 8000},
     {&Pcm, &Dsound, 2, 16, 16, 8000, 8000},
     0,
     &Dsound,
     2,
     16,
     4,
     8000},
    {{&Pcm, &None, 2, 16, 16, 8000, 8000},
     {&Pcm, &Any, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &None, 2, 16, 16, 8000, 8000},
     {&Pcm, &None, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Other, &Wave, 2, 16, 16, 8000, 8000},
     {&Any, &Wave, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Any, &Wave, 2, 16, 16, 8000, 8000},
     {&Other, &Wave, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    // No ranges of audio.
    {{&Pcm, &Wave, 2, 16, 16, 8000, 8000, 80},
     {&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 2, 16, 16, 8000, 8000, 80},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    // Channels: up to stereo.
    {{&Pcm, &Wave, 6, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 8, 16, 16, 8000, 8000},
     0,
     &Wave,
     2,
     16,
     4,
     8000},
    {{&Pcm, &Wave, 1, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 8, 16, 16, 8000, 8000},
     0,
     &Wave,
     1,
     16,
     2,
     8000},
    {{&Pcm, &Wave, 6, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 1, 16, 16, 8000, 8000},
     0,
     &Wave,
     1,
     16,
     2,
     8000},
    {{&Pcm, &Wave, 0, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &Wave, 2, 16, 16, 8000, 8000},
     {&Pcm, &Wave, 0, 16, 16, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    // Bits and rates: the highest that both have.
    {{&Pcm, &Wave, 1, 8, 17, 8000, 8000},
     {&Pcm, &Wave, 2, 16, 32, 4000, 8000},
     0,
     &Wave,
     1,
     17,
     3,
     8000},
    {{&Pcm, &Wave, 1, 17, 32, 8000, 9000},
     {&Pcm, &Wave, 2, 8, 17, 9000, 9500},
     0,
     &Wave,
     1,
     17,
     3,
     9000},
    {{&Pcm, &Wave, 1, 8, 9, 8000, 9000},
     {&Pcm, &Wave, 1, 8, 32, 4000, 8000},
     0,
     &Wave,
     1,
     9,
     2,
     8000},
    {{&Pcm, &Wave, 2, 18, 32, 8000, 8000},
     {&Pcm, &Wave, 2, 8, 17, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &Wave, 2, 8, 17, 8000, 8000},
     {&Pcm, &Wave, 2, 18, 32, 8000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &Wave, 2, 16, 16, 8001, 9000},
     {&Pcm, &Wave, 2, 16, 16, 4000, 8000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
    {{&Pcm, &Wave, 2, 16, 16, 4000, 8000},
     {&Pcm, &Wave, 2, 16, 16, 8001, 9000},
     STATUS_NO_MATCH,
     nullptr,
     0,
     0,
     0,
     0},
};

} // namespace

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    Topology Miniport;
    KSDATARANGE_AUDIO Own = Rows[0].Ours.Make();
    PKSDATARANGE Ranges[] = {&Own.DataRange};
    KSPIN_DESCRIPTOR &Pin = Miniport.Description.Pins[0].KsPinDescriptor;
    Pin.DataRangesCount = 1;
    Pin.DataRanges = Ranges;
    CasePort Port(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Port.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Port.Open(Filter));
    for (ULONG Index = 0; Index < SIZEOF_ARRAY(Rows); ++Index) {
        const auto &Row = Rows[Index];
        Own = Row.Ours.Make();
        ANSWER Answer = Ask(Filter, Row.Theirs, sizeof Answer.Data);
        EXPECT_EQ(ULONGLONG(Index) << 32 | ULONG(Answer.Status),
                  ULONGLONG(Index) << 32 | ULONG(Row.Status));
        if (!NT_SUCCESS(Row.Status) || !NT_SUCCESS(Answer.Status))
            continue;
        const bool Direct = Row.Specifier == &Dsound;
        const ULONG Size = Direct ? sizeof(KSDATAFORMAT_DSOUND) : sizeof(KSDATAFORMAT_WAVEFORMATEX);
        const auto &Head = *reinterpret_cast<const KSDATAFORMAT *>(Answer.Data);
        const WAVEFORMATEX &Format =
            Direct ? reinterpret_cast<const KSDATAFORMAT_DSOUND *>(Answer.Data)
                         ->BufferDesc.WaveFormatEx
                   : reinterpret_cast<const KSDATAFORMAT_WAVEFORMATEX *>(Answer.Data)->WaveFormatEx;
        EXPECT_EQ(Answer.Bytes, Size);
        EXPECT_EQ(Head.FormatSize, Size);
        EXPECT_EQ(Head.SampleSize, Row.Block);
        EXPECT_EQ(Head.Flags, 0);
        EXPECT_TRUE(CaseSameGuid(Head.MajorFormat, KSDATAFORMAT_TYPE_AUDIO));
        EXPECT_TRUE(CaseSameGuid(Head.SubFormat, Pcm));
        EXPECT_TRUE(CaseSameGuid(Head.Specifier, *Row.Specifier));
        EXPECT_EQ(Format.wFormatTag, WAVE_FORMAT_PCM);
        EXPECT_EQ(Format.nChannels, Row.Channels);
        EXPECT_EQ(Format.wBitsPerSample, Row.Bits);
        EXPECT_EQ(Format.nBlockAlign, Row.Block);
        EXPECT_EQ(Format.nSamplesPerSec, Row.Rate);
        EXPECT_EQ(Format.nAvgBytesPerSec, Row.Rate * Row.Block);
        EXPECT_EQ(Format.cbSize, 0);
        EXPECT_EQ(Answer.Data[Size], 0xcd);
        Answer = Ask(Filter, Row.Theirs, 0);
        EXPECT_EQ(Answer.Status, STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(Answer.Bytes, Size);
        EXPECT_EQ(Ask(Filter, Row.Theirs, Size - 1).Status, STATUS_BUFFER_TOO_SMALL);
        EXPECT_SUCCESS(Ask(Filter, Row.Theirs, Size).Status);
    }
}
