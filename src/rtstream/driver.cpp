// The descriptors of rtstream.
#include "rtstream/driver.h"

#include <iterator>

#include "abi/static_guid.h"
#include "rtstream/pins.h"
#include "rtstream/rt_stream.h"

namespace ksbox::rtstream {
namespace {

void NTAPI free_stream(PVOID stream) {
    delete static_cast<RtStream *>(stream);
}

template <typename Kind> NTSTATUS NTAPI create_filter(PKSFILTER filter, PIRP) {
    RtStream *stream = new Kind(*filter);
    filter->Context = stream;
    const NTSTATUS status = KsAddItemToObjectBag(filter->Bag, stream, free_stream);
    if (!NT_SUCCESS(status))
        delete stream;
    return status;
}

template <ULONG request_pin>
NTSTATUS NTAPI process(PKSFILTER filter, PKSPROCESSPIN_INDEXENTRY index) {
    const KSPROCESSPIN_INDEXENTRY &pins = index[request_pin];
    return pins.Count == 0 ? STATUS_PENDING : RtStream::of(filter).process(*pins.Pins[0]);
}

constexpr GUID categories[] = {static_guid(STATIC_KSCATEGORY_AUDIO),
                               static_guid(STATIC_KSCATEGORY_INTERFACETRANSFORM)};
constexpr KSTOPOLOGY_CONNECTION connections[] = {{KSFILTER_NODE, 0, KSFILTER_NODE, 1}};

// {6F4E2B0C-9D1A-4C37-8E55-1B7A0D3C92E1}, {…E2}
constexpr GUID render_reference = {
    0x6f4e2b0c, 0x9d1a, 0x4c37, {0x8e, 0x55, 0x1b, 0x7a, 0x0d, 0x3c, 0x92, 0xe1}};
constexpr GUID capture_reference = {
    0x6f4e2b0c, 0x9d1a, 0x4c37, {0x8e, 0x55, 0x1b, 0x7a, 0x0d, 0x3c, 0x92, 0xe2}};

constexpr KSFILTER_DESCRIPTOR filter(const KSFILTER_DISPATCH &dispatch, const GUID &reference,
                                     const KSPIN_DESCRIPTOR_EX *pins) {
    KSFILTER_DESCRIPTOR described{};
    described.Dispatch = &dispatch;
    described.Version = KSFILTER_DESCRIPTOR_VERSION;
    described.Flags = KSFILTER_FLAG_CRITICAL_PROCESSING;
    described.ReferenceGuid = &reference;
    described.PinDescriptorsCount = pin_count;
    described.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    described.PinDescriptors = pins;
    described.CategoriesCount = std::size(categories);
    described.Categories = categories;
    described.ConnectionsCount = std::size(connections);
    described.Connections = connections;
    return described;
}

const KSFILTER_DISPATCH render_dispatch = {create_filter<RenderStream>, nullptr,
                                           process<render_request_pin>, nullptr};
const KSFILTER_DISPATCH capture_dispatch = {create_filter<CaptureStream>, nullptr,
                                            process<capture_request_pin>, nullptr};

} // namespace

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    static constexpr KSFILTER_DESCRIPTOR render =
        filter(render_dispatch, render_reference, render_pins);
    static constexpr KSFILTER_DESCRIPTOR capture =
        filter(capture_dispatch, capture_reference, capture_pins);
    static const KSFILTER_DESCRIPTOR *const filters[] = {&render, &capture};
    static const KSDEVICE_DESCRIPTOR device = {nullptr, std::size(filters), filters,
                                               KSDEVICE_DESCRIPTOR_VERSION, 0};
    return KsInitializeDriver(driver, registry_path, &device);
}

} // namespace ksbox::rtstream
