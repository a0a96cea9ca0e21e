// Any bytes as lists of data ranges: what a client sends for an intersection, and what our own
// reading of a driver's list takes.
// Covers: src/ks
#include "fuzz/sample_box.h"

namespace {

using namespace ksbox;
using namespace ksbox::fuzz;

constexpr std::uint32_t properties[] = {KSPROPERTY_PIN_DATAINTERSECTION, KSPROPERTY_PIN_DATARANGES,
                                        KSPROPERTY_PIN_CONSTRAINEDDATARANGES,
                                        KSPROPERTY_PIN_PROPOSEDATAFORMAT,
                                        14 /* PROPOSEDATAFORMAT2 */};

void visit(Client &client, Input input) {
    const auto &filters = SampleBox::instance().filters();
    const FilterKind &kind = filters[input.u8() % filters.size()];
    KSP_PIN request{};
    request.PinId = input.u8();
    const std::size_t which = input.u8();
    const std::uint32_t flags = which & 0x80 ? input.u32() : KSPROPERTY_TYPE_GET;
    const std::size_t property = (which & 0x7f) % std::size(properties);
    request.Property = identifier(KSPROPSETID_Pin, properties[property], flags);
    const std::size_t output_bytes = input.u16() % 5000;
    const auto list = input.rest();
    for (const DataRange &range : parse_data_ranges(list))
        (void)range.to_string();

    std::vector<std::byte> bytes(sizeof request + list.size());
    std::memcpy(bytes.data(), &request, sizeof request);
    std::memcpy(bytes.data() + sizeof request, list.data(), list.size());
    std::vector<std::byte> output(output_bytes, std::byte{0xa5});
    Filter filter = client.open_filter(kind.path);
    const IoResult result = client.control(filter.handle(), IOCTL_KS_PROPERTY, bytes, output);
    if (result.status == STATUS_SUCCESS && output_bytes > 0 && result.information > output_bytes)
        std::abort(); // more than there was room for
    // A format from an intersection is one that the pin takes, or refuses for itself.
    if (result.status == STATUS_SUCCESS && property == 0 &&
        result.information >= sizeof(KSDATAFORMAT)) {
        output.resize(result.information);
        PinKind pin{.id = request.PinId, .data_flow = DataFlow::in, .format = {}, .ranges = {}};
        pin.format = DataFormat(output);
        (void)open_pin(client, filter.handle(), pin);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    SampleBox::instance().visit([&](Client &client) { visit(client, {data, size}); });
    return 0;
}
