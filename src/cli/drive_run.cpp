#include "cli/drive_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/status_names.h"
#include "base/win32_errors.h"
#include "cli/endpoints.h"
#include "cli/failures.h"
#include "cli/property_access.h"
#include "cli/property_value.h"

namespace ksbox::cli {

namespace {

// How a command failed: what it threw, and the code, if it had one.
struct Failure {
    std::string text;
    std::optional<std::uint32_t> code;
    bool of_script = false; ///< the script or its files are at fault
    bool no_memory = false;
};

std::optional<Failure> failure_of(const std::function<void()> &work) {
    try {
        work();
        return std::nullopt;
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        return Failure{error.what(), error.code(), false, is_want_of_memory(error)};
    } catch (const BadInput &error) {
        return Failure{error.what(), std::nullopt, true};
    } catch (const Finding &error) {
        return Failure{error.what(), std::nullopt};
    }
}

// KsCreatePin2 gives statuses as HRESULTs; requests of a stream tell theirs by name only.
bool is_refusal(const Failure &failure, const drive::Refusal &wanted) {
    if (wanted.text && failure.text.find(*wanted.text) == std::string::npos)
        return false;
    if (!wanted.code) // a name that is mistyped fails, too, and is not meant
        return !failure.of_script || wanted.text;
    if (failure.code)
        return *failure.code == *wanted.code ||
               *failure.code == hresult_of_status(static_cast<std::int32_t>(*wanted.code));
    return failure.text.find(wanted.wanted) != std::string::npos;
}

} // namespace

DriveRun::DriveRun(Session &session, const DriveOptions &options, std::filesystem::path trace)
    : session_(session), options_(options), trace_(std::move(trace)),
      interfaces_(session.interfaces()) {}

// Streams before pins, pins before filters.
DriveRun::~DriveRun() {
    for (auto &[name, open] : pins_)
        open.stream.reset();
    pins_.clear();
    filters_.clear();
}

std::string DriveRun::place(drive::Place place) const {
    return fmt::format("{}:{}:{}", options_.script.string(), place.line, place.column);
}

int DriveRun::run(const drive::Script &script) {
    const std::uint64_t begin = session_.box().now_100ns();
    for (const drive::Command &command : script.commands) {
        if (session_.worker().interrupted() != 0)
            break;
        if (options_.verbose)
            fmt::print(options_.output, "[{:13.7f}] {}: {}\n",
                       double(session_.box().now_100ns()) / 1e7, command.place.line, command.text);
        carry_out(command);
    }
    fmt::print(options_.output, "{}: {} commands, {} expectations met, {:.3f} s of {} time\n",
               options_.script.string(), done_, expected_,
               double(session_.box().now_100ns() - begin) / 1e7,
               options_.run.realtime ? "real" : "simulated");
    return exit_done;
}

void DriveRun::carry_out(const drive::Command &command) {
    const auto failure = failure_of([&] { std::visit(*this, command.action); });
    ++done_;
    if (!command.refusal) {
        if (!failure)
            return;
        const std::string text = place(command.place) + ": " + failure->text;
        if (failure->of_script)
            throw BadInput(text);
        throw Finding(text);
    }
    const drive::Refusal &wanted = *command.refusal;
    const std::string what =
        (wanted.wanted == "fails" ? "a failure" : wanted.wanted) +
        (wanted.text ? fmt::format(" with '{}'", *wanted.text) : std::string());
    if (!failure)
        throw Finding(
            fmt::format("{}: it succeeded, and was to end with {}", place(command.place), what));
    if (!is_refusal(*failure, wanted)) {
        const std::string text = fmt::format("{}: it was to end with {}, but: {}",
                                             place(command.place), what, failure->text);
        if (failure->of_script)
            throw BadInput(text);
        throw Finding(text);
    }
    ++expected_;
}

KsObject &DriveRun::object(const std::string &name) {
    if (auto found = filters_.find(name); found != filters_.end())
        return found->second.filter;
    return *pins_.at(name).pin;
}

void DriveRun::operator()(const drive::Open &open) {
    const std::vector<InterfaceFacts> now = session_.interfaces();
    if (!now.empty())
        interfaces_ = now; // of a device that is gone, the paths still tell what opening them says
    std::string known;
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
        if (names_filter(interfaces_[i], i, open.filter.text)) {
            filters_.insert_or_assign(
                open.name.text,
                OpenFilter{interfaces_[i], session_.client().open_filter(interfaces_[i].path)});
            return;
        }
        known += (known.empty() ? "" : ", ") + filter_label(interfaces_[i]);
    }
    throw BadInput(fmt::format("{} has no filter '{}'; it has {}", session_.names(),
                               open.filter.text, known.empty() ? "none" : known));
}

std::vector<DataFormat> DriveRun::formats(const FoundPin &pin,
                                          const drive::FormatWish &wish) const {
    if (wish.like)
        return forms_of(read_file(*wish.like).format);
    std::vector<DataFormat> best = default_formats(*pin.filter, pin.facts.id, pin.facts.ranges);
    if (wish.is_pins_own())
        return best;
    std::vector<DataFormat> formats;
    for (const DataFormat &one : best) {
        std::optional<AudioFormat> audio = one.audio();
        if (!audio)
            continue;
        audio->rate_hz = wish.rate_hz.value_or(audio->rate_hz);
        audio->channels = static_cast<std::uint16_t>(wish.channels.value_or(audio->channels));
        audio->bits = audio->valid_bits =
            static_cast<std::uint16_t>(wish.bits.value_or(audio->bits));
        audio->is_float = wish.is_float;
        if (wish.channels)
            audio->channel_mask = 0; // the usual one
        for (DataFormat &form : forms_of(DataFormat::audio(*audio)))
            formats.push_back(std::move(form));
    }
    return formats;
}

void DriveRun::operator()(const drive::Connect &connect) {
    std::vector<FoundPin> found;
    if (connect.endpoint) {
        found = pins_of(session_, find_endpoint(session_, {}, connect.endpoint->text));
    } else {
        OpenFilter &open = filters_.at(connect.filter->text);
        if (const std::uint32_t count = open.filter.pin_count(); connect.pin >= count)
            throw BadInput(fmt::format("{} has pins 0 to {}, no pin {}",
                                       filter_label(open.interface), std::int64_t(count) - 1,
                                       connect.pin));
        // The script's handle, which somebody else owns.
        found.push_back({std::shared_ptr<Filter>(&open.filter, [](Filter *) {}), open.interface,
                         open.filter.pin_facts(connect.pin)});
    }
    const OpenPin *const to = connect.to ? &pin(connect.to->text) : nullptr;
    std::exception_ptr first;
    for (FoundPin &pin : found)
        for (const DataFormat &format : to != nullptr && connect.format.is_pins_own()
                                            ? std::vector{to->format}
                                            : formats(pin, connect.format))
            try {
                auto made = std::make_unique<Pin>(
                    create_pin(*pin.filter, pin.facts, format, to ? to->pin->handle() : 0));
                pins_.insert_or_assign(
                    connect.name.text,
                    OpenPin{std::move(pin.filter), std::move(made), format, {}, false});
                return;
            } catch (const BoxStopped &) {
                throw;
            } catch (const Error &) {
                if (!first)
                    first = std::current_exception();
            }
    if (first)
        std::rethrow_exception(first);
    throw BadInput("the pin offers no format to create it with");
}

void DriveRun::operator()(const drive::SetState &set) {
    OpenPin &open = pin(set.pin.text);
    open.pin->set_state(static_cast<PinState>(set.state));
    if (open.stream && set.state != drive::State::stop)
        open.stream->leave_stop();
}

void DriveRun::operator()(const drive::Get &get) {
    const PropertyName property = find_property(get.property.text);
    const std::vector<std::byte> value =
        get_value(object(get.object.text), property,
                  {get.selectors.node, get.selectors.pin, get.selectors.channel});
    const std::string text = describe_value(property.kind, value);
    if (!get.value) {
        fmt::print(options_.output, "{}: {}\n", get.property.text, text);
        return;
    }
    bool same = text == get.value->text;
    if (!same)
        try {
            same = parse_value(property.kind, get.value->text) == value;
        } catch (const BadInput &) {
            // A kind that is only compared as it is shown.
        }
    if (same == get.negated)
        throw Finding(fmt::format("{} is {}{}", get.property.text, text,
                                  get.negated ? "" : ", not " + get.value->text));
    ++expected_;
}

void DriveRun::operator()(const drive::Set &set) {
    const PropertyName property = find_property(set.property.text);
    set_value(object(set.object.text), property,
              {set.selectors.node, set.selectors.pin, set.selectors.channel},
              parse_value(property.kind, set.value.text));
}

void DriveRun::operator()(const drive::MoveJack &move) {
    Endpoint endpoint = find_endpoint(session_, {}, move.endpoint.text);
    const PropertyName property =
        find_property(move.property ? move.property->text : "KSPROPSETID_Speaker.PLUGGED");
    Filter filter = session_.client().open_filter(endpoint.facts().bridge.filter);
    const std::uint32_t value = move.plugged ? 1 : 0;
    const auto failure = failure_of([&] {
        set_value(filter, property, {.node = {}, .pin = endpoint.facts().bridge.id, .channel = {}},
                  std::as_bytes(std::span(&value, 1)));
    });
    if (failure && !move.property && !failure->no_memory)
        throw BadInput(fmt::format("what moves the jack of {} is the driver's own affair: say "
                                   "which property does, as in '{} \"{}\" by SET.PROPERTY'",
                                   endpoint.facts().full_name(), move.plugged ? "plug" : "unplug",
                                   move.endpoint.text));
    if (failure)
        throw Error(failure->code.value_or(0), failure->text);
    if (endpoint.plugged() != move.plugged)
        throw Finding(fmt::format("the jack of {} still says that it is {}plugged",
                                  endpoint.facts().full_name(), move.plugged ? "un" : ""));
}

void DriveRun::operator()(drive::SystemPower power) {
    power == drive::SystemPower::suspend ? session_.box().suspend() : session_.box().resume();
}

Driver &DriveRun::device_driver(const std::optional<drive::Word> &name) {
    if (!name && session_.drivers().size() > 1)
        throw BadInput("there are several drivers: say whose device, one of " + session_.names());
    for (Driver *driver : session_.drivers())
        if (!name || lower(driver->name()) == lower(name->text))
            return *driver;
    throw BadInput(fmt::format("there is no driver '{}', only {}", name->text, session_.names()));
}

void DriveRun::operator()(const drive::ChangeDevice &change) {
    Driver &driver = device_driver(change.driver);
    switch (change.change) {
    case drive::DeviceChange::surprise_remove:
        driver.surprise_remove();
        break;
    case drive::DeviceChange::remove:
        driver.remove();
        break;
    case drive::DeviceChange::insert:
        driver.insert();
        break;
    }
}

void DriveRun::operator()(const drive::Close &close) {
    if (auto found = pins_.find(close.name.text); found != pins_.end()) {
        if (found->second.stream)
            found->second.stream->cancel();
        found->second.pin->close();
        pins_.erase(found);
    } else {
        filters_.at(close.name.text).filter.close();
        filters_.erase(close.name.text);
    }
}

// In pieces, so that an interruption is seen.
void DriveRun::operator()(const drive::Wait &wait) {
    const std::uint64_t piece_100ns = patience_slice(options_.run.realtime);
    const std::uint64_t end = session_.box().now_100ns() + wait.time_100ns;
    while (session_.worker().interrupted() == 0) {
        const std::uint64_t now = session_.box().now_100ns();
        if (now >= end)
            break;
        session_.box().run_for(std::chrono::nanoseconds(std::min(end - now, piece_100ns) * 100));
    }
}

} // namespace ksbox::cli
