#include "conformance/factories_filter.h"

#include <algorithm>

namespace ksbox::testing {

Answer pin_property(Filter &filter, std::uint32_t property, std::uint32_t pin_id,
                    std::size_t offered, std::uint32_t flags, std::span<const std::byte> more,
                    std::span<const std::byte> value) {
    KSP_PIN head{};
    head.Property.Set = KSPROPSETID_Pin;
    head.Property.Id = property;
    head.Property.Flags = flags;
    head.PinId = pin_id;
    std::vector<std::byte> request(sizeof head + more.size());
    std::memcpy(request.data(), &head, sizeof head);
    std::ranges::copy(more, request.begin() + sizeof head);
    Answer answer;
    answer.bytes.resize(std::max(offered, value.size()));
    std::ranges::copy(value, answer.bytes.begin());
    const IoResult result = filter.property(request, answer.bytes);
    answer.status = std::uint32_t(result.status);
    answer.information = result.information;
    answer.bytes.resize(std::min<std::size_t>(answer.bytes.size(), result.information));
    return answer;
}

std::string FactoriesFilter::path(const std::string &reference) {
    for (const InterfaceFacts &one : driver.filters())
        if (one.path.ends_with("\\creation"))
            return one.path.substr(0, one.path.rfind('\\') + 1) + reference;
    ADD_FAILURE() << "the driver has no filter called creation";
    return {};
}

std::uint32_t FactoriesFilter::try_open(const std::string &reference) {
    try {
        open(reference);
        return 0;
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        return error.code();
    }
}

std::uint32_t FactoriesFilter::ask(Filter &filter, KSPROPERTY_FACTORIES property,
                                   std::uint32_t number, std::uint32_t reserved) {
    const std::uint32_t selector[2] = {number, reserved};
    return read_at<std::uint32_t>(
        filter.get(factories_set, property, {}, std::as_bytes(std::span(selector))));
}

std::uint32_t FactoriesFilter::finish(Filter &filter, std::uint32_t status) {
    const KSPROPERTY request{
        {0x7c4b2e90, 0x1d5f, 0x4a63, {0x9b, 0x0c, 0x5e, 0x7a, 0x61, 0xf3, 0xd2, 0x84}},
        KSPROPERTY_FACTORIES_FINISH,
        KSPROPERTY_TYPE_SET};
    return std::uint32_t(filter
                             .property(std::as_bytes(std::span(&request, 1)),
                                       std::as_writable_bytes(std::span(&status, 1)))
                             .status);
}

void FactoriesFilter::wait_for(Filter &filter, const std::string &what) {
    for (int i = 0; i < 1000; ++i) {
        if (!only(journal(filter), what).empty())
            return;
        traced.box().run_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "the driver never said: " << what;
}

KSPIN_CINSTANCES FactoriesFilter::instances(Filter &filter, std::uint32_t pin_id,
                                            std::uint32_t property) {
    const Answer answer = pin_property(filter, property, pin_id, sizeof(KSPIN_CINSTANCES));
    EXPECT_EQ(answer.status, 0u);
    return read_at<KSPIN_CINSTANCES>(answer.bytes);
}

} // namespace ksbox::testing
