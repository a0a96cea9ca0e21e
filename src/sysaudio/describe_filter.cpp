// Asking filters.
#include "sysaudio/describe_filter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "abi/guid.h"
#include "base/unicode.h"
#include "ks/data_range.h"
#include "nt/io/interfaces.h"
#include "nt/io/io_manager.h"
#include "nt/io/user_services.h"
#include "nt/kernel.h"
#include "sysaudio/sysaudio_properties.h"

namespace ksbox::sysaudio {
namespace {

KSPROPERTY get_property(const GUID &set, ULONG id) {
    KSPROPERTY property{};
    property.Set = set;
    property.Id = id;
    property.Flags = KSPROPERTY_TYPE_GET;
    return property;
}

KSP_PIN pin_property(ULONG id, ULONG pin) {
    KSP_PIN property{};
    property.Property = get_property(KSPROPSETID_Pin, id);
    property.PinId = pin;
    return property;
}

template <typename T> std::optional<T> value_of(const Result<std::vector<std::byte>> &answer) {
    T value;
    if (!answer || answer->size() < sizeof value)
        return std::nullopt;
    std::memcpy(&value, answer->data(), sizeof value);
    return value;
}

/// KSMULTIPLE_ITEM and entries of one size.
template <typename T> std::vector<T> list_of(const Result<std::vector<std::byte>> &answer) {
    const auto header = value_of<KSMULTIPLE_ITEM>(answer);
    if (!header)
        return {};
    std::vector<T> list(
        std::min<std::size_t>(header->Count, (answer->size() - sizeof *header) / sizeof(T)));
    if (!list.empty())
        std::memcpy(list.data(), answer->data() + sizeof *header, list.size() * sizeof(T));
    return list;
}

std::vector<DataRange> ranges_of(const Result<std::vector<std::byte>> &answer) {
    std::vector<DataRange> ranges;
    if (answer)
        if (const auto list = ks::read_range_list(*answer))
            for (const ks::ClientFormat &one : *list)
                ranges.emplace_back(*one.format);
    return ranges;
}

std::optional<WireEnd> wire_of(const Result<std::vector<std::byte>> &answer) {
    constexpr std::size_t text_at = offsetof(KSPIN_PHYSICALCONNECTION, SymbolicLinkName);
    if (!answer || answer->size() < text_at)
        return std::nullopt;
    WireEnd end;
    std::memcpy(&end.pin, answer->data() + offsetof(KSPIN_PHYSICALCONNECTION, Pin), sizeof end.pin);
    end.link.resize((answer->size() - text_at) / sizeof(char16_t));
    std::memcpy(end.link.data(), answer->data() + text_at, end.link.size() * sizeof(char16_t));
    end.link.resize(std::min(end.link.find(u'\0'), end.link.size()));
    return end;
}

PinFacts describe_pin(const KernelFile &filter, ULONG id) {
    const auto ask = [&](ULONG property) { return filter.get(pin_property(property, id)); };
    PinFacts pin;
    pin.id = id;
    pin.flow = value_of<KSPIN_DATAFLOW>(ask(KSPROPERTY_PIN_DATAFLOW)).value_or(KSPIN_DATAFLOW_IN);
    pin.communication = value_of<KSPIN_COMMUNICATION>(ask(KSPROPERTY_PIN_COMMUNICATION))
                            .value_or(KSPIN_COMMUNICATION_NONE);
    if (const auto counts = value_of<KSPIN_CINSTANCES>(ask(KSPROPERTY_PIN_CINSTANCES)))
        pin.possible = counts->PossibleCount;
    pin.interfaces = list_of<KSPIN_INTERFACE>(ask(KSPROPERTY_PIN_INTERFACES));
    pin.mediums = list_of<KSPIN_MEDIUM>(ask(KSPROPERTY_PIN_MEDIUMS));
    pin.ranges = ranges_of(ask(KSPROPERTY_PIN_DATARANGES));
    pin.category = value_of<GUID>(ask(KSPROPERTY_PIN_CATEGORY));
    pin.wire = wire_of(ask(KSPROPERTY_PIN_PHYSICALCONNECTION));
    return pin;
}

void describe(const KernelFile &filter, FilterFacts &facts) {
    const auto pins =
        value_of<ULONG>(filter.get(get_property(KSPROPSETID_Pin, KSPROPERTY_PIN_CTYPES)));
    for (ULONG pin = 0; pin < pins.value_or(0); ++pin)
        facts.pins.push_back(describe_pin(filter, pin));
    facts.nodes =
        list_of<GUID>(filter.get(get_property(KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_NODES)));
    facts.connections = list_of<KSTOPOLOGY_CONNECTION>(
        filter.get(get_property(KSPROPSETID_Topology, KSPROPERTY_TOPOLOGY_CONNECTIONS)));
    // KS makes up connections of a filter that has none, to a node that is not there.
    std::erase_if(facts.connections, [&](const KSTOPOLOGY_CONNECTION &one) {
        const auto missing = [&](ULONG node) {
            return node != KSFILTER_NODE && node >= facts.nodes.size();
        };
        return missing(one.FromNode) || missing(one.ToNode);
    });
    if (!std::ranges::any_of(facts.pins, streams_sound))
        facts.kind = FilterKind::topology;
}

/// Setup information registers what no driver enables: `disabled_too`.
bool registered(const io::Interface &interface, const GUID &category, bool disabled_too = false) {
    return std::ranges::any_of(
        current_kernel().io().interfaces().list(to_guid(category), interface.physical,
                                                disabled_too),
        [&](const io::Interface *one) { return one->reference == interface.reference; });
}

/// By the categories that the same filter is registered in, too.
FilterKind kind_of(const io::Interface &interface) {
    if (registered(interface, KSCATEGORY_MIXER))
        return FilterKind::mixer;
    if (registered(interface, KSCATEGORY_INTERFACETRANSFORM))
        return FilterKind::adapter;
    for (const GUID *category :
         {&KSCATEGORY_DATATRANSFORM, &KSCATEGORY_ACOUSTIC_ECHO_CANCEL, &KSCATEGORY_AUDIO_GFX,
          &KSCATEGORY_AUDIO_SPLITTER, &KSCATEGORY_SPLITTER, &KSCATEGORY_DATACOMPRESSOR,
          &KSCATEGORY_DATADECOMPRESSOR, &KSCATEGORY_COMMUNICATIONSTRANSFORM})
        if (registered(interface, *category))
            return FilterKind::transform;
    return FilterKind::wave;
}

/// Of a WaveRT filter: whoever streams there shares the device's buffer, whatever interfaces its
/// port offers. @doc install/kscategory-realtime
void forget_requests(FilterFacts &facts) {
    for (PinFacts &pin : facts.pins)
        if (offers(pin, KSINTERFACE_STANDARD_LOOPED_STREAMING))
            std::erase_if(pin.interfaces, [](const KSPIN_INTERFACE &one) {
                return is_standard(one, KSINTERFACE_STANDARD_STREAMING);
            });
}

/// The reference string, unless that is a GUID: then the device's name says more.
std::string name_of(const io::Interface &interface) {
    const io::user::InterfaceFacts facts = io::user::describe(interface);
    if (!facts.friendly_name.empty())
        return to_utf8(facts.friendly_name);
    if (!interface.reference.empty() && !interface.reference.starts_with(u'{'))
        return to_utf8(interface.reference);
    return to_utf8(facts.device_name.empty() ? facts.instance : facts.device_name);
}

Result<void> open_and_describe(std::u16string_view link, FilterFacts &facts) {
    const KernelFile file = KS_TRY(KernelFile::open(link));
    facts.link = link;
    describe(file, facts);
    return {};
}

} // namespace

Result<FilterFacts> describe_filter(const io::Interface &interface) {
    FilterFacts facts;
    facts.kind = kind_of(interface);
    facts.name = name_of(interface);
    KS_CHECK(open_and_describe(interface.link, facts));
    if (registered(interface, KSCATEGORY_REALTIME, true))
        forget_requests(facts);
    return facts;
}

Result<FilterFacts> describe_filter(std::u16string_view link) {
    if (const io::Interface *interface = current_kernel().io().interfaces().find(link))
        return describe_filter(*interface);
    FilterFacts facts;
    facts.name = to_utf8(link.substr(link.rfind(u'\\') + 1));
    KS_CHECK(open_and_describe(link, facts));
    return facts;
}

} // namespace ksbox::sysaudio
