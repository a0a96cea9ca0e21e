// Finding the pin that a command means, and creating it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace ksbox::cli {

enum class Media : std::uint8_t { audio, video };

/// Whether a client can stream through it: it takes or makes IRPs from user mode.
bool streams(const PinFacts &pin);
/// Whether one of its ranges is of that kind.
bool carries(const PinFacts &pin, Media media);

struct FoundPin {
    std::shared_ptr<Filter> filter; ///< shared by the pins of one filter handle
    InterfaceFacts interface;
    PinFacts facts;
};

/// The pins that fit, filter by filter: data flow, kind, and `pin_id` when given. Throws BadInput
/// when there is none, or no pin has that id.
std::vector<FoundPin> find_pins(Session &session, DataFlow flow, Media media,
                                std::optional<std::uint32_t> pin_id);

struct ConnectedPin {
    FoundPin found;
    DataFormat format;
    std::unique_ptr<Pin> pin;
};

/// The first of the pins that takes one of the formats, by KsCreatePin2. Throws BadInput with the
/// first pin's reason for refusing the first format.
ConnectedPin connect_first(const std::vector<FoundPin> &pins,
                           const std::vector<DataFormat> &formats);

/// KsCreatePin2 with the first interface and medium that the pin factory lists. `to`: the pin that
/// it is connected to; 0: the client streams.
Pin create_pin(Filter &filter, const PinFacts &facts, const DataFormat &format, Handle to = 0);

/// Formats that the pin should take, best first: what it offers for each of its ranges by data
/// intersection, or, where it has no handler for that, one made from the range. The first range
/// that gives any wins.
std::vector<DataFormat> default_formats(Filter &filter, std::uint32_t pin_id,
                                        const std::vector<DataRange> &ranges);

/// The same audio format as it is given, then with and without the extension (and, with it, with
/// the channels' places), for drivers that know only one of them.
std::vector<DataFormat> forms_of(const DataFormat &format);

/// "; it waits: no frame is queued at …", behind a finding; empty when nothing is in the way, and
/// of pins that are not AVStream's.
std::string waiting_text(Pin &pin);

/// STOP to RUN, or back, step by step.
void run(Pin &pin);
void pause(Pin &pin);
void stop(Pin &pin);

} // namespace ksbox::cli
