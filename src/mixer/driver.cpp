// The descriptors of kmixer.
#include "mixer/driver.h"

#include <iterator>

#include "mixer/controls.h"
#include "mixer/mix.h"
#include "mixer/pins.h"
#include "mixer/static_guid.h"

namespace ksbox::mixer {
namespace {

void NTAPI free_mix(PVOID mix) {
    delete static_cast<Mix *>(mix);
}

NTSTATUS NTAPI create_filter(PKSFILTER filter, PIRP) {
    auto *mix = new Mix(*filter);
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

const KSFILTER_DISPATCH filter_dispatch = {create_filter, nullptr, process, nullptr};

constexpr KSNODE_DESCRIPTOR node(const GUID &type, const KSAUTOMATION_TABLE *automation = nullptr,
                                 const GUID *name = nullptr) {
    return {automation, &type, name};
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
    static constexpr GUID audio = static_guid(STATIC_KSCATEGORY_AUDIO),
                          mixer = static_guid(STATIC_KSCATEGORY_MIXER),
                          transform = static_guid(STATIC_KSCATEGORY_DATATRANSFORM);
    static constexpr GUID categories[] = {audio, mixer, transform};
    static constexpr KSFILTER_DESCRIPTOR filter = [] {
        KSFILTER_DESCRIPTOR described{};
        described.Dispatch = &filter_dispatch;
        described.Version = KSFILTER_DESCRIPTOR_VERSION;
        // A stream's end may come in a frame without data.
        described.Flags =
            KSFILTER_FLAG_CRITICAL_PROCESSING | KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES;
        described.ReferenceGuid = &KSNAME_Filter;
        described.PinDescriptorsCount = pin_count;
        described.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
        described.PinDescriptors = pin_descriptors;
        described.CategoriesCount = std::size(categories);
        described.Categories = categories;
        described.NodeDescriptorsCount = node_count;
        described.NodeDescriptorSize = sizeof(KSNODE_DESCRIPTOR);
        described.NodeDescriptors = nodes;
        described.ConnectionsCount = std::size(connections);
        described.Connections = connections;
        return described;
    }();
    static const KSFILTER_DESCRIPTOR *const filters[] = {&filter};
    static const KSDEVICE_DESCRIPTOR device = {nullptr, std::size(filters), filters,
                                               KSDEVICE_DESCRIPTOR_VERSION, 0};
    return KsInitializeDriver(driver, registry_path, &device);
}

} // namespace ksbox::mixer
