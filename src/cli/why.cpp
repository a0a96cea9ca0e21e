// ksbox why: tries to create pins, and says why not, or what they then wait for.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/inspect.h"
#include "cli/pins.h"
#include "cli/session.h"
#include "cli/terminal.h"

namespace ksbox::cli {

namespace {

// Of a filter or pin that is not AVStream's nobody but its driver knows: no lines.
std::vector<std::string> known(const std::function<std::vector<std::string>()> &ask) {
    try {
        return ask();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        return {};
    }
}

std::vector<std::string> waiting_lines(Pin &pin) {
    return known([&] { return pin.waiting_for(); });
}

std::vector<std::string> objections(Filter &filter, const PinRequest &request) {
    return known([&] { return filter.why_not(request); });
}

class Questions {
  public:
    Questions(const WhyOptions &options, Session &session) : options_(options), session_(session) {}
    int ask();

  private:
    void ask(const InterfaceFacts &interface, Filter &filter, std::uint32_t pin_id);
    void refused(const std::string &pin, const PinRequest &request, Filter &filter,
                 const Error &error);
    void taken(const std::string &pin, const DataFormat &format, Pin &made);
    DataFormat format_for(Filter &filter, const PinFacts &facts) const;
    void line(const std::string &text) { fmt::print("  {}\n", text); }

    const WhyOptions &options_;
    Session &session_;
    const Paint paint_;
    unsigned refusals_ = 0;
};

DataFormat Questions::format_for(Filter &filter, const PinFacts &facts) const {
    const bool asked = options_.rate || options_.bits || options_.channels || options_.is_float;
    if (!asked)
        if (const auto formats = default_formats(filter, facts.id, facts.ranges); !formats.empty())
            return formats.front();
    AudioFormat format;
    format.is_float = options_.is_float;
    format.rate_hz = options_.rate.value_or(48'000);
    format.channels = static_cast<std::uint16_t>(options_.channels.value_or(2));
    format.bits = format.valid_bits =
        static_cast<std::uint16_t>(options_.bits.value_or(options_.is_float ? 32 : 16));
    return DataFormat::audio(format);
}

void Questions::refused(const std::string &pin, const PinRequest &request, Filter &filter,
                        const Error &error) {
    ++refusals_;
    fmt::print("{} {} {}\n", pin, paint_.bad("refuses"), request.format.to_string());
    line(error.reason().empty() ? error.what() : error.reason());
    std::vector<std::string> more = error.details();
    for (std::string &one : objections(filter, request))
        if (std::ranges::find(more, one) == more.end())
            more.push_back(std::move(one));
    for (const std::string &one : more)
        if (one != error.reason())
            line("- " + one);
}

void Questions::taken(const std::string &pin, const DataFormat &format, Pin &made) {
    fmt::print("{} {} {}\n", pin, paint_.good("takes"), format.to_string());
    try {
        pause(made);
        run(made);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        ++refusals_;
        line(paint_.bad("it does not get to RUN: ") +
             (error.reason().empty() ? error.what() : error.reason()));
        return;
    }
    for (const std::string &one : waiting_lines(made))
        line("in RUN it waits: " + one);
    stop(made);
}

void Questions::ask(const InterfaceFacts &interface, Filter &filter, std::uint32_t pin_id) {
    const std::string name = fmt::format("pin {} of {}", pin_id, filter_label(interface));
    PinFacts facts;
    if (pin_id < filter.pin_count())
        facts = filter.pin_facts(pin_id);
    PinRequest request{.pin_id = pin_id, .format = format_for(filter, facts)};
    if (!facts.interfaces.empty())
        request.interface = facts.interfaces.front();
    if (!facts.mediums.empty())
        request.medium = facts.mediums.front();
    std::optional<Pin> made;
    try {
        made = filter.connect(request);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        refused(name, request, filter, error);
        return;
    }
    taken(name, request.format, *made);
}

int Questions::ask() {
    for (const InterfaceFacts &interface : session_.filters()) {
        Filter filter = session_.client().open_filter(interface.path);
        if (options_.run.pin) {
            ask(interface, filter, *options_.run.pin);
            continue;
        }
        for (std::uint32_t pin = 0, count = filter.pin_count(); pin < count; ++pin)
            ask(interface, filter, pin);
    }
    return refusals_ == 0 ? exit_done : exit_finding;
}

} // namespace

std::string waiting_text(Pin &pin) {
    std::string text;
    for (const std::string &one : waiting_lines(pin))
        text += (text.empty() ? "; it waits: " : "; ") + one;
    return text;
}

int why(const WhyOptions &options, Worker &worker) {
    Session session(options.run, worker);
    return session.run([&] { return Questions(options, session).ask(); });
}

} // namespace ksbox::cli
