// Miniports' descriptions that a port cannot work on, or works on although something is wrong:
// each mistake is one finding that names the table, the element and both values.
#include "adapter_audio.h"

#include <ntstrsafe.h>

namespace {

class Topology : public CaseMiniport<IMiniportTopology> {
  public:
    Topology() : CaseMiniport(IID_IMiniportTopology) {}
    STDMETHODIMP_(NTSTATUS) Init(PUNKNOWN, PRESOURCELIST, PPORTTOPOLOGY) override {
        ++Inits;
        return InitAnswer;
    }
};

void ExpectFinding(const char *Owner, const char *Rest) {
    char Sentence[400];
    EXPECT_SUCCESS(RtlStringCbPrintfA(Sentence, sizeof Sentence, "IMiniport::GetDescription: %s%s",
                                      Owner, Rest));
    EXPECT_FINDING(Sentence);
}

using Way = void (*)(CaseDescription &Description);

// In one respect.
void CheckRefused(CASE_CONTEXT &Case, Way Spoil) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    const PCFILTER_DESCRIPTOR Filter = Miniport.Description.Filter;
    const PCPIN_DESCRIPTOR Pin = Miniport.Description.Pins[1];
    Spoil(Miniport.Description);
    EXPECT_EQ(Own.Init(&Miniport), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Miniport.Inits, 1);
    EXPECT_EQ(Miniport.References, 1); // let go of
    Miniport.Description.Filter = Filter;
    Miniport.Description.Pins[1] = Pin;
    EXPECT_SUCCESS(Own.Init(&Miniport)); // the port can still be had
    EXPECT_EQ(Miniport.Inits, 2);
}

// Taken, and the filter answers.
void CheckTaken(CASE_CONTEXT &Case, Way Spoil) {
    Topology Miniport;
    CasePort Own(Case, CLSID_PortTopology);
    Spoil(Miniport.Description);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
    UCHAR Answer[1000];
    EXPECT_SUCCESS(CaseProperty(Filter, KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS,
                                KSPROPERTY_TYPE_GET, Answer, sizeof Answer));
}

void *Nowhere() {
    return reinterpret_cast<void *>(0x10);
}

struct Mistake {
    Way Make;
    const char *Sentence;
};

template <SIZE_T Count>
void CheckAll(CASE_CONTEXT &Case, const Mistake (&Mistakes)[Count],
              void (*Check)(CASE_CONTEXT &, Way)) {
    for (const Mistake &One : Mistakes) {
        Check(Case, One.Make);
        ExpectFinding("", One.Sentence);
    }
}

PCNODE_DESCRIPTOR Node = {0, nullptr, &KSNODETYPE_VOLUME, nullptr};
PCNODE_DESCRIPTOR Typeless = {0, nullptr, nullptr, nullptr};

void HaveNode(CaseDescription &D, PCNODE_DESCRIPTOR &One = Node) {
    D.Filter.NodeCount = 1;
    D.Filter.Nodes = &One;
}

// Two data ranges for the tests to spoil.
KSDATARANGE_AUDIO Ranges[2];
PKSDATARANGE RangeTable[] = {&Ranges[0].DataRange, &Ranges[1].DataRange};

void Fill(KSDATARANGE_AUDIO &Range, ULONG LeastBits, ULONG MostBits, ULONG LeastRate,
          ULONG MostRate) {
    Range = {{{sizeof Range, 0, 0, 0, KSDATAFORMAT_TYPE_AUDIO, KSDATAFORMAT_SUBTYPE_PCM,
               KSDATAFORMAT_SPECIFIER_WAVEFORMATEX}},
             2,
             LeastBits,
             MostBits,
             LeastRate,
             MostRate};
}

KSPIN_DESCRIPTOR &HaveRanges(CaseDescription &D) {
    Fill(Ranges[0], 16, 16, 8000, 48000);
    Fill(Ranges[1], 24, 24, 8000, 48000);
    RangeTable[1] = &Ranges[1].DataRange;
    KSPIN_DESCRIPTOR &Pin = D.Pins[1].KsPinDescriptor;
    Pin.DataRangesCount = 2;
    Pin.DataRanges = RangeTable;
    return Pin;
}

// One GUID-less item, one without a place, and strides that do not hold one.
PCPROPERTY_ITEM Property = {&CaseOwnSet, 1, PCPROPERTY_ITEM_FLAG_GET, nullptr};
PCMETHOD_ITEM Method = {&CaseOwnSet, 1, PCMETHOD_ITEM_FLAG_SOURCE, nullptr};
PCEVENT_ITEM Event = {&CaseOwnSet, 1, PCEVENT_ITEM_FLAG_ENABLE, nullptr};
PCPROPERTY_ITEM NoProperty = {nullptr, 1, PCPROPERTY_ITEM_FLAG_GET, nullptr};
PCMETHOD_ITEM NoMethod = {nullptr, 1, PCMETHOD_ITEM_FLAG_SOURCE, nullptr};
PCEVENT_ITEM NoEvent = {nullptr, 1, PCEVENT_ITEM_FLAG_ENABLE, nullptr};
const struct {
    PCAUTOMATION_TABLE Table;
    const char *Sentence;
} BadTables[] = {
    {{sizeof Property, 1, nullptr, 0, 0, nullptr, 0, 0, nullptr, 0},
     ": properties: 1, and no table"},
    {{sizeof Property - 8, 1, &Property, 0, 0, nullptr, 0, 0, nullptr, 0},
     ": properties: 1 of 16 bytes; each has at least 24, a multiple of 8"},
    {{sizeof Property + 4, 1, &Property, 0, 0, nullptr, 0, 0, nullptr, 0},
     ": properties: 1 of 28 bytes; each has at least 24, a multiple of 8"},
    {{sizeof Property, 1, &NoProperty, 0, 0, nullptr, 0, 0, nullptr, 0},
     ": property 0 of 1 has no set: its GUID is to say of which it is"},
    {{0, 0, nullptr, sizeof Method, 1, nullptr, 0, 0, nullptr, 0}, ": methods: 1, and no table"},
    {{0, 0, nullptr, sizeof Method - 8, 1, &Method, 0, 0, nullptr, 0},
     ": methods: 1 of 16 bytes; each has at least 24, a multiple of 8"},
    {{0, 0, nullptr, sizeof Method + 4, 1, &Method, 0, 0, nullptr, 0},
     ": methods: 1 of 28 bytes; each has at least 24, a multiple of 8"},
    {{0, 0, nullptr, sizeof Method, 1, &NoMethod, 0, 0, nullptr, 0},
     ": method 0 of 1 has no set: its GUID is to say of which it is"},
    {{0, 0, nullptr, 0, 0, nullptr, sizeof Event, 1, nullptr, 0}, ": events: 1, and no table"},
    {{0, 0, nullptr, 0, 0, nullptr, sizeof Event - 8, 1, &Event, 0},
     ": events: 1 of 16 bytes; each has at least 24, a multiple of 8"},
    {{0, 0, nullptr, 0, 0, nullptr, sizeof Event + 4, 1, &Event, 0},
     ": events: 1 of 28 bytes; each has at least 24, a multiple of 8"},
    {{0, 0, nullptr, 0, 0, nullptr, sizeof Event, 1, &NoEvent, 0},
     ": event 0 of 1 has no set: its GUID is to say of which it is"},
};
const PCAUTOMATION_TABLE *BadTable;

void CheckTables(CASE_CONTEXT &Case, const char *Owner, Way Spoil) {
    for (const auto &[Table, Sentence] : BadTables) {
        BadTable = &Table;
        CheckRefused(Case, Spoil);
        ExpectFinding(Owner, Sentence);
    }
    Node.AutomationTable = nullptr;
}

PCPROPERTY_ITEM LostHandler = {&CaseOwnSet, 1, PCPROPERTY_ITEM_FLAG_GET,
                               reinterpret_cast<PCPFNPROPERTY_HANDLER>(0x10)};
const PCAUTOMATION_TABLE LostHandlers = {
    sizeof LostHandler, 1, &LostHandler, 0, 0, nullptr, 0, 0, nullptr, 0};

} // namespace

EXPORT_CASE(PcNewPort) {
    static const Mistake Mistakes[] = {
        {[](CaseDescription &D) { D.Filter.Pins = nullptr; }, "pins: 2, and no table"},
        {[](CaseDescription &D) { D.Filter.PinSize -= 8; },
         "pins: 2 of 104 bytes; each has at least 112, a multiple of 8"},
        {[](CaseDescription &D) { D.Filter.PinSize += 4; },
         "pins: 2 of 116 bytes; each has at least 112, a multiple of 8"},
        {[](CaseDescription &D) { D.Filter.Pins = static_cast<PCPIN_DESCRIPTOR *>(Nowhere()); },
         "pins: the table is to have 2, and element 0, at 0x10, cannot be read"},
        {[](CaseDescription &D) { D.Filter.NodeCount = 1; }, "nodes: 1, and no table"},
        {[](CaseDescription &D) {
             HaveNode(D);
             D.Filter.NodeSize -= 8;
         },
         "nodes: 1 of 24 bytes; each has at least 32, a multiple of 8"},
        {[](CaseDescription &D) {
             HaveNode(D);
             D.Filter.NodeSize += 4;
         },
         "nodes: 1 of 36 bytes; each has at least 32, a multiple of 8"},
        {[](CaseDescription &D) {
             Typeless.Type = nullptr;
             HaveNode(D, Typeless);
         },
         "node 0 has no type: Type is to point to a GUID"},
        {[](CaseDescription &D) {
             Typeless.Type = static_cast<GUID *>(Nowhere());
             HaveNode(D, Typeless);
         },
         "node 0: its type is at 0x10, which cannot be read"},
        {[](CaseDescription &D) { D.Filter.ConnectionCount = 1; }, "connections: 1, and no table"},
        {[](CaseDescription &D) { D.Filter.CategoryCount = 1; }, "categories: 1, and no table"},
    };
    CheckAll(Case, Mistakes, CheckRefused);
}

EXPORT_CASE(PcNewPort) {
    CheckTables(Case, "the filter",
                [](CaseDescription &D) { D.Filter.AutomationTable = BadTable; });
}

EXPORT_CASE(PcNewPort) {
    CheckTables(Case, "pin 1", [](CaseDescription &D) { D.Pins[1].AutomationTable = BadTable; });
}

EXPORT_CASE(PcNewPort) {
    CheckTables(Case, "node 0", [](CaseDescription &D) {
        Node.AutomationTable = BadTable;
        HaveNode(D);
    });
}

EXPORT_CASE(PcNewPort) {
    static const Mistake Mistakes[] = {
        {[](CaseDescription &D) { HaveRanges(D).DataRanges = nullptr; },
         "pin 1: data ranges: 2, and no table"},
        {[](CaseDescription &D) {
             HaveRanges(D).DataRanges = static_cast<PKSDATARANGE *>(Nowhere());
         },
         "pin 1: data ranges: the table is to have 2, and element 0, at 0x10, cannot be read"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             RangeTable[1] = nullptr;
         },
         "pin 1: data range 1 of 2 is at 0x0, which cannot be read"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             RangeTable[1] = static_cast<PKSDATARANGE>(Nowhere());
         },
         "pin 1: data range 1 of 2 is at 0x10, which cannot be read"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Ranges[1].DataRange.FormatSize = 8;
         },
         "pin 1: data range 1 of 2: its FormatSize is 8; a data range has 64 to 65536 bytes"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Ranges[0].DataRange.FormatSize = 65000000;
         },
         "pin 1: data range 0 of 2: its FormatSize is 65000000; a data range has 64 to 65536 "
         "bytes"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Ranges[0].DataRange.Flags = KSDATARANGE_ATTRIBUTES;
         },
         "pin 1: data range 1 of 2: attributes: 88, and no table"},
        {[](CaseDescription &D) { D.Pins[1].KsPinDescriptor.MediumsCount = 3; },
         "pin 1: mediums: 3, and no table"},
        {[](CaseDescription &D) {
             D.Pins[1].KsPinDescriptor.Category = static_cast<GUID *>(Nowhere());
         },
         "pin 1: its category is at 0x10, which cannot be read"},
        {[](CaseDescription &D) {
             D.Pins[1].KsPinDescriptor.ConstrainedDataRangesCount = 1;
             D.Pins[1].KsPinDescriptor.ConstrainedDataRanges =
                 static_cast<PKSDATARANGE *>(Nowhere());
         },
         "pin 1: constrained: data ranges: the table is to have 1, and element 0, at 0x10, cannot "
         "be read"},
    };
    CheckAll(Case, Mistakes, CheckRefused);
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    static const PCCONNECTION_DESCRIPTOR Connections[] = {
        {PCFILTER_NODE, 0, 0, 1}, {0, 0, PCFILTER_NODE, 2}, {7, 0, PCFILTER_NODE, 1}, {0, 0, 0, 1}};
    Topology Miniport;
    PCFILTER_DESCRIPTOR &Description = Miniport.Description.Filter;
    HaveNode(Miniport.Description);
    Description.ConnectionCount = 4;
    Description.Connections = Connections;
    CasePort Own(Case, CLSID_PortTopology);
    REQUIRE_SUCCESS(Own.Init(&Miniport));
    ExpectFinding("", "connection 1 of 4 ends at pin 2, and the filter has 2 pins");
    ExpectFinding("", "connection 2 of 4 begins at node 7, and the filter has 1 nodes");
    ExpectFinding("", "connection 3 of 4 leads from node 0 to node 0, itself");
    CaseFile Filter;
    REQUIRE_SUCCESS(Own.Open(Filter));
}

EXPORT_CASE(PcNewPort, PcRegisterSubdevice) {
    static const Mistake Mistakes[] = {
        {[](CaseDescription &D) { HaveRanges(D).DataRangesCount = 0; },
         "pin 1: its DataRangesCount is 0, and its Communication is 1: it streams no format at "
         "all"},
        {[](CaseDescription &D) { HaveRanges(D).DataFlow = static_cast<KSPIN_DATAFLOW>(0); },
         "pin 1: its DataFlow is 0; a pin's is 1 (in) or 2 (out)"},
        {[](CaseDescription &D) {
             HaveRanges(D).Communication = static_cast<KSPIN_COMMUNICATION>(77);
         },
         "pin 1: its Communication is 77, and the last there is is 4 (bridge)"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Fill(Ranges[1], 16, 24, 44100, 96000);
         },
         "pin 1: data ranges 0 and 1 (AUDIO, PCM, WAVEFORMATEX) overlap: 16 to 16 bit at 8000 to "
         "48000 Hz, and 16 to 24 bit at 44100 to 96000 Hz"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Ranges[1] = Ranges[0];
         },
         "pin 1: data ranges 0 and 1 are the same (AUDIO, PCM, WAVEFORMATEX)"},
        {[](CaseDescription &D) {
             HaveRanges(D);
             Ranges[1].DataRange.Flags = KSDATARANGE_ATTRIBUTES;
         },
         "pin 1: data range 1 has attributes, and no list of them follows in the table of 2"},
        {[](CaseDescription &D) { D.Filter.AutomationTable = &LostHandlers; },
         "the filter: property 0 of 1: its handler is at 0x10, where nothing is"},
    };
    CheckAll(Case, Mistakes, CheckTaken);
    CheckTaken(Case, [](CaseDescription &D) { HaveRanges(D); }); // and nothing is found
}
