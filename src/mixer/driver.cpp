// The descriptors of kmixer.
#include "mixer/driver.h"

#include <iterator>

#include "abi/static_guid.h"
#include "mixer/controls.h"
#include "mixer/mix.h"
#include "mixer/pins.h"

namespace ksbox::mixer {
namespace {

void NTAPI free_mix(PVOID mix) {
    delete static_cast<Mix *>(mix);
}

template <Mix::Use use> NTSTATUS NTAPI create_filter(PKSFILTER filter, PIRP) {
    auto *mix = new Mix(*filter, use);
    filter->Context = mix;
    const NTSTATUS status = KsAddItemToObjectBag(filter->Bag, mix, free_mix);
    if (!NT_SUCCESS(status))
        delete mix;
    return status;
}

NTSTATUS NTAPI process(PKSFILTER filter, PKSPROCESSPIN_INDEXENTRY index) {
    const KSPROCESSPIN_INDEXENTRY &sinks = index[sink_pin], &sources = index[source_pin];
    if (sources.Count == 0)
        return STATUS_PENDING;
    return mix_of(filter).process({sinks.Pins, sinks.Count}, *sources.Pins[0]);
}

const KSFILTER_DISPATCH mix_dispatch = {create_filter<Mix::Use::mixes>, nullptr, process, nullptr};
const KSFILTER_DISPATCH capture_dispatch = {create_filter<Mix::Use::captures>, nullptr, process,
                                            nullptr};

// {6F4E2B0C-9D1A-4C37-8E55-1B7A0D3C92E3}
constexpr GUID capture_reference = {
    0x6f4e2b0c, 0x9d1a, 0x4c37, {0x8e, 0x55, 0x1b, 0x7a, 0x0d, 0x3c, 0x92, 0xe3}};

constexpr KSNODE_DESCRIPTOR node(const GUID &type, const KSAUTOMATION_TABLE *automation = nullptr,
                                 const GUID *name = nullptr) {
    return {automation, &type, name};
}

constexpr GUID audio = static_guid(STATIC_KSCATEGORY_AUDIO),
               mixer = static_guid(STATIC_KSCATEGORY_MIXER),
               transform = static_guid(STATIC_KSCATEGORY_DATATRANSFORM);
constexpr GUID categories[] = {audio, mixer, transform};

template <std::size_t nodes, std::size_t connections>
constexpr KSFILTER_DESCRIPTOR filter(const KSFILTER_DISPATCH &dispatch, const GUID &reference,
                                     const KSPIN_DESCRIPTOR_EX *pins,
                                     const KSNODE_DESCRIPTOR (&node_list)[nodes],
                                     const KSTOPOLOGY_CONNECTION (&connection_list)[connections]) {
    KSFILTER_DESCRIPTOR described{};
    described.Dispatch = &dispatch;
    described.Version = KSFILTER_DESCRIPTOR_VERSION;
    // A stream's end may come in a frame without data.
    described.Flags = KSFILTER_FLAG_CRITICAL_PROCESSING | KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES;
    described.ReferenceGuid = &reference;
    described.PinDescriptorsCount = pin_count;
    described.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    described.PinDescriptors = pins;
    described.CategoriesCount = std::size(categories);
    described.Categories = categories;
    described.NodeDescriptorsCount = nodes;
    described.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
    described.NodeDescriptors = node_list;
    described.ConnectionsCount = connections;
    described.Connections = connection_list;
    return described;
}

} // namespace

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    static constexpr KSNODE_DESCRIPTOR nodes[node_count] = {
        node(KSNODETYPE_SRC),
        node(KSNODETYPE_VOLUME, &volume_automation),
        node(KSNODETYPE_MUTE, &mute_automation),
        node(KSNODETYPE_SUM),
        node(limiter_node_type, &limiter_automation),
        node(KSNODETYPE_PEAKMETER, &meter_automation, &KSAUDFNAME_PEAKMETER),
    };
    static constexpr KSTOPOLOGY_CONNECTION connections[] = {
        {KSFILTER_NODE, sink_pin, src_node, KSNODEPIN_STANDARD_IN},
        {src_node, KSNODEPIN_STANDARD_OUT, volume_node, KSNODEPIN_STANDARD_IN},
        {volume_node, KSNODEPIN_STANDARD_OUT, mute_node, KSNODEPIN_STANDARD_IN},
        {mute_node, KSNODEPIN_STANDARD_OUT, sum_node, KSNODEPIN_SUM_MUX_IN},
        {sum_node, KSNODEPIN_SUM_MUX_OUT, limiter_node, KSNODEPIN_STANDARD_IN},
        {limiter_node, KSNODEPIN_STANDARD_OUT, meter_node, KSNODEPIN_STANDARD_IN},
        {meter_node, KSNODEPIN_STANDARD_OUT, KSFILTER_NODE, source_pin},
    };
    static constexpr KSTOPOLOGY_CONNECTION conversion[] = {
        {KSFILTER_NODE, sink_pin, src_node, KSNODEPIN_STANDARD_IN},
        {src_node, KSNODEPIN_STANDARD_OUT, KSFILTER_NODE, source_pin},
    };
    static constexpr KSNODE_DESCRIPTOR converter[] = {node(KSNODETYPE_SRC)};
    static constexpr KSFILTER_DESCRIPTOR mixing =
        filter(mix_dispatch, KSNAME_Filter, pin_descriptors, nodes, connections);
    static constexpr KSFILTER_DESCRIPTOR capturing =
        filter(capture_dispatch, capture_reference, capture_pin_descriptors, converter, conversion);
    static const KSFILTER_DESCRIPTOR *const filters[] = {&mixing, &capturing};
    static const KSDEVICE_DESCRIPTOR device = {nullptr, std::size(filters), filters,
                                               KSDEVICE_DESCRIPTOR_VERSION, 0};
    return KsInitializeDriver(driver, registry_path, &device);
}

} // namespace ksbox::mixer
