#include "cli/pins.h"

#include <algorithm>
#include <cstring>

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

namespace {

// Why a pin is not the one that was asked for; empty: it is.
std::string why_not(const FoundPin &pin, DataFlow flow, Media media) {
    std::string name = fmt::format("pin {} of {}", pin.facts.id, filter_label(pin.interface));
    if (pin.facts.data_flow != flow)
        return fmt::format("data flows {} {}, not {}", flow == DataFlow::in ? "out of" : "into",
                           name, flow == DataFlow::in ? "into it" : "out of it");
    if (!carries(pin.facts, media))
        return fmt::format("{} carries no {}", name, media == Media::audio ? "audio" : "video");
    if (!streams(pin.facts))
        return name + " is none that a client streams through";
    return {};
}

// A KSDATAFORMAT that says no more than its GUIDs, as MIDI has it.
std::optional<DataFormat> bare_format_of(const DataRange &range) {
    if (range.specifier != *guid_by_name("NONE", "KSDATAFORMAT_SPECIFIER_"))
        return std::nullopt;
    constexpr std::uint32_t size = 64;
    std::vector<std::byte> bytes(size);
    const Guid guids[] = {range.major, range.subtype, range.specifier};
    std::memcpy(bytes.data(), &size, sizeof size);
    std::memcpy(bytes.data() + 16, guids, sizeof guids);
    return DataFormat(std::move(bytes));
}

// What most devices take, as far as the range has it.
std::optional<DataFormat> format_of(const DataRange &range) {
    if (!range.audio)
        return bare_format_of(range);
    if (range.audio->maximum_channels == 0)
        return std::nullopt;
    AudioFormat format;
    format.is_float = guid_name(range.subtype, "KSDATAFORMAT_SUBTYPE_") == "IEEE_FLOAT";
    format.channels = static_cast<std::uint16_t>(std::min(range.audio->maximum_channels, 2u));
    format.rate_hz = std::clamp(48'000u, range.audio->minimum_hz,
                                std::max(range.audio->minimum_hz, range.audio->maximum_hz));
    std::uint32_t bits = std::clamp(format.is_float ? 32u : 16u, range.audio->minimum_bits,
                                    std::max(range.audio->minimum_bits, range.audio->maximum_bits));
    format.bits = format.valid_bits = static_cast<std::uint16_t>((bits + 7) / 8 * 8);
    return DataFormat::audio(format);
}

// "; pin 0 takes …; by data intersection it offers …", behind a refused format.
std::string formats_text(const FoundPin &pin) {
    std::string ranges;
    for (const DataRange &range : pin.facts.ranges)
        ranges += (ranges.empty() ? "" : "; ") + range.to_string();
    if (ranges.empty())
        return {};
    std::string text = fmt::format("; pin {} takes {}", pin.facts.id, ranges);
    try {
        if (const auto best = pin.filter->intersect(pin.facts.id, pin.facts.ranges))
            text += "; by data intersection it offers " + best->to_string();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        // A pin need not answer.
    }
    return text;
}

} // namespace

std::vector<FoundPin> find_pins(Session &session, DataFlow flow, Media media,
                                std::optional<std::uint32_t> pin_id) {
    std::vector<FoundPin> found;
    std::string reason;
    for (const InterfaceFacts &interface : session.filters()) {
        auto filter = std::make_shared<Filter>(session.client().open_filter(interface.path));
        std::uint32_t count = filter->pin_count();
        if (pin_id && *pin_id >= count)
            reason = fmt::format("{} has pins 0 to {}, no pin {}", filter_label(interface),
                                 std::int64_t(count) - 1, *pin_id);
        for (std::uint32_t pin = 0; pin < count; ++pin) {
            if (pin_id && *pin_id != pin)
                continue;
            FoundPin candidate{filter, interface, filter->pin_facts(pin)};
            if (std::string why = why_not(candidate, flow, media); why.empty())
                found.push_back(std::move(candidate));
            else if (pin_id)
                reason = why;
        }
    }
    if (found.empty())
        throw BadInput(!reason.empty() ? reason
                                       : fmt::format("{} has no pin that {} {}", session.names(),
                                                     flow == DataFlow::in ? "plays" : "records",
                                                     media == Media::audio ? "audio" : "video"));
    return found;
}

Pin create_pin(Filter &filter, const PinFacts &facts, const DataFormat &format, Handle to) {
    PinRequest request{.pin_id = facts.id, .format = format, .pin_to_handle = to};
    if (!facts.interfaces.empty())
        request.interface = facts.interfaces.front();
    if (!facts.mediums.empty())
        request.medium = facts.mediums.front();
    return filter.connect(request);
}

std::vector<DataFormat> default_formats(Filter &filter, std::uint32_t pin_id,
                                        const std::vector<DataRange> &ranges) {
    std::vector<DataFormat> formats;
    for (const DataRange &range : ranges) {
        try {
            if (auto format = filter.intersect(pin_id, std::span(&range, 1)))
                formats.push_back(std::move(*format));
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            if (is_want_of_memory(error))
                throw;
            // A pin need not answer; the range itself then has to do.
        }
    }
    for (const DataRange &range : ranges)
        if (auto format = format_of(range))
            formats.push_back(std::move(*format));
    return formats;
}

std::vector<DataFormat> forms_of(const DataFormat &format) {
    std::vector<DataFormat> forms{format};
    const auto add = [&](DataFormat form) {
        const auto same = [&](const DataFormat &one) {
            return std::ranges::equal(one.bytes(), form.bytes());
        };
        if (std::ranges::none_of(forms, same)) // nobody is asked twice
            forms.push_back(std::move(form));
    };
    const std::optional<AudioFormat> audio = format.audio();
    constexpr std::size_t plain_bytes = 16; // a PCMWAVEFORMAT
    if (!audio || format.wave().size() < plain_bytes)
        return forms;
    add(DataFormat::audio(*audio));
    if (audio->valid_bits == audio->bits) {
        std::vector<std::byte> plain(format.wave().begin(), format.wave().begin() + plain_bytes);
        const std::uint16_t tag = audio->is_float ? 3 : 1;
        std::memcpy(plain.data(), &tag, sizeof tag);
        add(DataFormat::wave(plain));
    }
    add(DataFormat::extensible(*audio)); // as Windows' audio engine says it
    return forms;
}

ConnectedPin connect_first(const std::vector<FoundPin> &pins,
                           const std::vector<DataFormat> &formats) {
    std::optional<std::string> refusal;
    for (const FoundPin &found : pins)
        for (const DataFormat &format : formats)
            try {
                Pin pin = create_pin(*found.filter, found.facts, format);
                return {found, format, std::make_unique<Pin>(std::move(pin))};
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &error) {
                if (!refusal)
                    refusal = fmt::format("{} refuses {}: {}", filter_label(found.interface),
                                          format.to_string(), error.what());
            }
    if (!refusal)
        throw BadInput("no pin takes any format");
    throw BadInput(*refusal + formats_text(pins.front()));
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
