// Filters: what they tell about their pins and nodes, and connecting.
#include "ksbox/filter.h"

#include <cstring>
#include <exception>

#include <fmt/format.h>

#include "abi/guid.h"
#include "base/quad.h"
#include "base/status_names.h"
#include "base/unicode.h"
#include "box/answers.h"
#include "box/state.h"
#include "box/with_file.h"
#include "ks/explain.h"
#include "ks/filter.h"
#include "ks/why_not.h"
#include "ksuser/client_thread.h"
#include "ksuser/ksuser.h"
#include "sysaudio/pcm_formats.h"

namespace ksbox {

namespace {

using box::entries_of;
using box::optionally;
using box::read_as;

// KSP_PIN less its KSPROPERTY.
std::vector<std::byte> pin_selector(std::uint32_t pin_id) {
    struct {
        ULONG pin_id;
        ULONG reserved;
    } selector{pin_id, 0};
    auto bytes = std::as_bytes(std::span(&selector, 1));
    return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> pin_property(Filter &filter, std::uint32_t pin, std::uint32_t id) {
    return filter.get(to_guid(KSPROPSETID_Pin), id, {}, pin_selector(pin));
}

std::vector<Identifier> identifiers(std::span<const std::byte> list) {
    std::vector<Identifier> result;
    for (const KSIDENTIFIER &one : entries_of<KSIDENTIFIER>(list))
        result.push_back({to_guid(one.Set), one.Id, one.Flags});
    return result;
}

std::vector<Guid> guids(std::span<const std::byte> list) {
    std::vector<Guid> result;
    for (const GUID &one : entries_of<GUID>(list))
        result.push_back(to_guid(one));
    return result;
}

std::string text_of(std::span<const std::byte> bytes) {
    std::u16string text(bytes.size() / sizeof(char16_t), u'\0');
    std::memcpy(text.data(), bytes.data(), text.size() * sizeof(char16_t));
    text.resize(std::min(text.find(u'\0'), text.size()));
    return to_utf8(text);
}

std::int64_t node_of(ULONG value) {
    return value == KSFILTER_NODE ? -1 : std::int64_t(value);
}

std::int64_t count_of(ULONG value) {
    return value == KSINSTANCE_INDETERMINATE ? -1 : std::int64_t(value);
}

} // namespace

std::uint32_t Filter::pin_count() {
    return get_as<std::uint32_t>(to_guid(KSPROPSETID_Pin), KSPROPERTY_PIN_CTYPES);
}

PinFacts Filter::pin_facts(std::uint32_t pin) {
    PinFacts facts;
    facts.id = pin;
    facts.data_flow = DataFlow(read_as<ULONG>(pin_property(*this, pin, KSPROPERTY_PIN_DATAFLOW)));
    facts.communication =
        Communication(read_as<ULONG>(pin_property(*this, pin, KSPROPERTY_PIN_COMMUNICATION)));
    if (auto category =
            optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_CATEGORY); }))
        facts.category = to_guid(read_as<GUID>(*category));
    if (auto name = optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_NAME); }))
        facts.name = text_of(*name);
    if (auto counts =
            optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_CINSTANCES); })) {
        auto instances = read_as<KSPIN_CINSTANCES>(*counts);
        facts.instances.possible = count_of(instances.PossibleCount);
        facts.instances.current = instances.CurrentCount;
    }
    if (auto necessary =
            optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_NECESSARYINSTANCES); }))
        facts.instances.necessary = read_as<ULONG>(*necessary);
    if (auto list = optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_INTERFACES); }))
        facts.interfaces = identifiers(*list);
    if (auto list = optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_MEDIUMS); }))
        facts.mediums = identifiers(*list);
    if (auto list = optionally([&] { return pin_property(*this, pin, KSPROPERTY_PIN_DATARANGES); }))
        facts.ranges = parse_data_ranges(*list);
    return facts;
}

FilterFacts Filter::facts() {
    FilterFacts facts;
    Guid topology = to_guid(KSPROPSETID_Topology);
    if (auto list = optionally([&] { return get(topology, KSPROPERTY_TOPOLOGY_CATEGORIES); }))
        facts.categories = guids(*list);
    std::uint32_t pins = optionally([&] { return pin_count(); }).value_or(0);
    for (std::uint32_t pin = 0; pin < pins; ++pin)
        facts.pins.push_back(pin_facts(pin));
    if (auto list = optionally([&] { return get(topology, KSPROPERTY_TOPOLOGY_NODES); })) {
        std::vector<Guid> types = guids(*list);
        for (std::uint32_t node = 0; node < types.size(); ++node) {
            auto name = optionally([&] {
                ULONG tail[2] = {node, 0}; // KSP_NODE less its KSPROPERTY
                return get(topology, KSPROPERTY_TOPOLOGY_NAME, {}, std::as_bytes(std::span(tail)));
            });
            facts.nodes.push_back({node, types[node], name ? text_of(*name) : std::string()});
        }
    }
    if (auto list = optionally([&] { return get(topology, KSPROPERTY_TOPOLOGY_CONNECTIONS); }))
        for (const auto &one : entries_of<KSTOPOLOGY_CONNECTION>(*list))
            facts.connections.push_back(
                {node_of(one.FromNode), one.FromNodePin, node_of(one.ToNode), one.ToNodePin});
    return facts;
}

namespace {

/// KSPIN_CONNECT and the format behind it.
std::vector<std::byte> layout(const PinRequest &request) {
    Identifier interface = request.interface.value_or(
        Identifier{to_guid(KSINTERFACESETID_Standard), KSINTERFACE_STANDARD_STREAMING, 0});
    Identifier medium = request.medium.value_or(
        Identifier{to_guid(KSMEDIUMSETID_Standard), KSMEDIUM_TYPE_ANYINSTANCE, 0});
    KSPIN_CONNECT connect{};
    std::memcpy(&connect.Interface.Set, &interface.set, sizeof(GUID));
    connect.Interface.Id = interface.id;
    connect.Interface.Flags = interface.flags;
    std::memcpy(&connect.Medium.Set, &medium.set, sizeof(GUID));
    connect.Medium.Id = medium.id;
    connect.Medium.Flags = medium.flags;
    connect.PinId = request.pin_id;
    connect.PinToHandle = reinterpret_cast<HANDLE>(request.pin_to_handle);
    connect.Priority.PriorityClass = request.priority_class;
    connect.Priority.PrioritySubClass = request.priority_sub_class;

    std::span<const std::byte> format = request.format.bytes();
    std::vector<std::byte> bytes(sizeof connect + format.size());
    std::memcpy(bytes.data(), &connect, sizeof connect);
    std::memcpy(bytes.data() + sizeof connect, format.data(), format.size());
    return bytes;
}

DataFlow flow_of(Filter &filter, const PinRequest &request) {
    if (request.flow)
        return *request.flow;
    // A pin that does not exist has no data flow: reading is then as good as writing.
    return optionally([&] {
               return DataFlow(
                   read_as<ULONG>(pin_property(filter, request.pin_id, KSPROPERTY_PIN_DATAFLOW)));
           })
        .value_or(DataFlow::out);
}

} // namespace

Pin Filter::connect(const PinRequest &request) {
    std::vector<std::byte> bytes = layout(request);
    HANDLE pin = nullptr;
    client_->run([&] {
        ACCESS_MASK access = flow_of(*this, request) == DataFlow::in ? GENERIC_WRITE : GENERIC_READ;
        auto *at = reinterpret_cast<const KSPIN_CONNECT *>(bytes.data());
        auto create = [&](auto function) {
            return static_cast<std::uint32_t>(
                function(reinterpret_cast<HANDLE>(handle_), at, access, &pin));
        };
        std::uint32_t error =
            request.legacy ? create(ksuser::KsCreatePin) : create(ksuser::KsCreatePin2);
        if (error == 0)
            return;
        throw Error(error, fmt::format("pin {} is not created ({:#x})", request.pin_id, error),
                    ksuser::current_client_thread()->refusal);
    });
    return Pin(*client_, reinterpret_cast<Handle>(pin));
}

Pin Filter::connect_audio(PinRequest request, std::span<const DataRange> source) {
    auto common = intersect(request.pin_id, source);
    if (!common)
        throw Error(std::uint32_t(STATUS_NO_MATCH),
                    fmt::format("pin {} has no format in common with the source", request.pin_id));
    request.format = std::move(*common);
    try {
        return connect(request);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        const std::exception_ptr first = std::current_exception();
        for (const WAVEFORMATEX &format : sysaudio::pcm_formats_best_first())
            try {
                request.format = DataFormat::wave(std::as_bytes(std::span(&format, 1)));
                return connect(request);
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &) { // the next one
            }
        std::rethrow_exception(first);
    }
}

std::vector<std::string> Filter::why_not(const PinRequest &request) {
    const std::vector<std::byte> bytes = layout(request);
    std::vector<std::uint64_t> format(quads(bytes.size() - sizeof(KSPIN_CONNECT)));
    std::memcpy(format.data(), bytes.data() + sizeof(KSPIN_CONNECT),
                bytes.size() - sizeof(KSPIN_CONNECT));
    const auto given = std::as_bytes(std::span(format));
    std::vector<std::string> lines;
    client_->state().run([&] {
        with_file(handle_, [&](PFILE_OBJECT file) {
            KSPIN_CONNECT connect;
            std::memcpy(&connect, bytes.data(), sizeof connect);
            ks::Filter *filter = ks::Filter::of(file);
            const auto captured = ks::read_format(given);
            if (!filter)
                throw Error(std::uint32_t(STATUS_INVALID_PARAMETER),
                            "the filter is not AVStream's: only its driver knows");
            lines = captured ? ks::objections(*filter, connect, *captured)
                             : std::vector{ks::explain_bad_format(given)};
        });
    });
    return lines;
}

std::optional<DataFormat> Filter::intersect(std::uint32_t pin_id,
                                            std::span<const DataRange> ranges) {
    std::vector<std::byte> more = pin_selector(pin_id);
    std::vector<std::byte> list(sizeof(KSMULTIPLE_ITEM));
    for (const DataRange &range : ranges) {
        list.insert(list.end(), range.bytes.begin(), range.bytes.end());
        list.resize(quad_aligned(list.size()));
    }
    KSMULTIPLE_ITEM header{static_cast<ULONG>(list.size()), static_cast<ULONG>(ranges.size())};
    std::memcpy(list.data(), &header, sizeof header);
    more.insert(more.end(), list.begin(), list.end());
    try {
        return DataFormat(get(to_guid(KSPROPSETID_Pin), KSPROPERTY_PIN_DATAINTERSECTION, {}, more));
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (error.code() == static_cast<std::uint32_t>(STATUS_NO_MATCH))
            return std::nullopt;
        throw;
    }
}

} // namespace ksbox
