#include "cli/pins.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/failures.h"
#include "ksbox/guid_names.h"

namespace ksbox::cli {

bool streams(const PinFacts &pin) {
    return (pin.communication == Communication::sink || pin.communication == Communication::both) &&
           pin.instances.possible != 0;
}

bool carries(const PinFacts &pin, Media media) {
    Guid wanted = *guid_by_name(media == Media::audio ? "AUDIO" : "VIDEO", "KSDATAFORMAT_TYPE_");
    return std::ranges::any_of(pin.ranges, [&](const DataRange &range) {
        return range.major == wanted || range.major == Guid{};
    });
}

std::vector<FoundPin> find_pins(Session &session, DataFlow flow, Media media,
                                std::optional<std::uint32_t> pin_id) {
    std::vector<FoundPin> found;
    std::string looked_at;
    for (const InterfaceFacts &interface : session.filters()) {
        auto filter = std::make_shared<Filter>(session.client().open_filter(interface.path));
        std::uint32_t count = filter->pin_count();
        looked_at += fmt::format("{}{} has pins 0 to {}", looked_at.empty() ? "" : ", ",
                                 filter_label(interface), std::int64_t(count) - 1);
        for (std::uint32_t pin = 0; pin < count; ++pin) {
            if (pin_id && *pin_id != pin)
                continue;
            PinFacts facts = filter->pin_facts(pin);
            if (facts.data_flow == flow && carries(facts, media) && streams(facts))
                found.push_back({filter, interface, facts});
            else if (pin_id)
                looked_at += fmt::format(", but data flows {} of pin {} or it is no {} pin",
                                         facts.data_flow == DataFlow::in ? "into" : "out", pin,
                                         media == Media::audio ? "audio" : "video");
        }
    }
    if (found.empty())
        throw BadInput(fmt::format("{} has no {}pin that {} {}: {}", session.driver().name(),
                                   pin_id ? fmt::format("{} as a ", *pin_id) : "",
                                   flow == DataFlow::in ? "plays" : "records",
                                   media == Media::audio ? "audio" : "video", looked_at));
    return found;
}

ConnectedPin connect_first(const std::vector<FoundPin> &pins,
                           const std::vector<DataFormat> &formats) {
    std::optional<std::string> refusal;
    for (const FoundPin &found : pins)
        for (const DataFormat &format : formats)
            try {
                PinRequest request{.pin_id = found.facts.id, .format = format};
                if (!found.facts.interfaces.empty())
                    request.interface = found.facts.interfaces.front();
                if (!found.facts.mediums.empty())
                    request.medium = found.facts.mediums.front();
                auto pin = std::make_unique<Pin>(found.filter->connect(request));
                return {found, format, std::move(pin)};
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &error) {
                if (!refusal)
                    refusal = fmt::format("{} refuses {}: {}", filter_label(found.interface),
                                          format.to_string(), error.what());
            }
    throw BadInput(refusal.value_or("no pin takes any format"));
}

void pause(Pin &pin) {
    pin.set_state(PinState::acquire);
    pin.set_state(PinState::pause);
}

void run(Pin &pin) {
    pin.set_state(PinState::run);
}

void stop(Pin &pin) {
    for (PinState state : {PinState::pause, PinState::acquire, PinState::stop})
        pin.set_state(state);
}

} // namespace ksbox::cli
