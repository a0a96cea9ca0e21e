// ksbox get and ksbox set: one property of a filter, a pin or a node.
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/failures.h"
#include "cli/pins.h"
#include "cli/property_access.h"
#include "cli/property_value.h"
#include "ksbox/property_names.h"

namespace ksbox::cli {

namespace {

constexpr std::int32_t most_channels = 32; // no volume node has more

// The object that has the property, and what its requests carry.
class Target {
  public:
    Target(const PropertyOptions &options, Session &session, const PropertyName &property);

    std::vector<std::byte> get(std::optional<std::int32_t> channel);
    void set(std::span<const std::byte> value, std::optional<std::int32_t> channel);
    bool has_channels() const {
        return property_.selector == Selector::channel && options_.node.has_value();
    }

  private:
    KsObject &object() { return pin_ ? static_cast<KsObject &>(*pin_) : filter_; }
    void create_pin();

    const PropertyOptions &options_;
    PropertyName property_;
    InterfaceFacts interface_;
    Filter filter_;
    std::unique_ptr<Pin> pin_;
};

Target::Target(const PropertyOptions &options, Session &session, const PropertyName &property)
    : options_(options), property_(property), interface_(session.filters().front()),
      filter_(session.client().open_filter(interface_.path)) {
    if (property_.selector == Selector::pin && !options_.run.pin)
        throw BadInput(
            fmt::format("{} is about a pin factory: say which with --pin N", property_.name));
    if (property_.selector == Selector::node && !options_.node)
        throw BadInput(fmt::format("{} is about a node: say which with --node N", property_.name));
    if (options_.run.pin && property_.selector != Selector::pin)
        create_pin();
}

// A property of a pin needs one: it gets a format of its first range that gives one.
void Target::create_pin() {
    std::uint32_t count = filter_.pin_count();
    if (*options_.run.pin >= count)
        throw BadInput(fmt::format("{} has pins 0 to {}, no pin {}", filter_label(interface_),
                                   std::int64_t(count) - 1, *options_.run.pin));
    PinFacts facts = filter_.pin_facts(*options_.run.pin);
    std::vector<DataFormat> formats = default_formats(filter_, facts.id, facts.ranges);
    if (formats.empty())
        throw BadInput(fmt::format("pin {} of {} offers no format to create it with", facts.id,
                                   filter_label(interface_)));
    pin_ = std::make_unique<Pin>(cli::create_pin(filter_, facts, formats.front()));
}

std::vector<std::byte> Target::get(std::optional<std::int32_t> channel) {
    return get_value(object(), property_, {options_.node, options_.run.pin, channel});
}

void Target::set(std::span<const std::byte> value, std::optional<std::int32_t> channel) {
    set_value(object(), property_, {options_.node, options_.run.pin, channel}, value);
}

void print_value(Target &target, const PropertyOptions &options, const PropertyName &property) {
    if (!target.has_channels() || options.channel) {
        fmt::print("{}\n", describe_value(property.kind, target.get(options.channel)));
        return;
    }
    for (std::int32_t channel = 0; channel < most_channels; ++channel) {
        std::vector<std::byte> value;
        try {
            value = target.get(channel);
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            if (channel == 0 || is_want_of_memory(error))
                throw;
            return; // the one before was the last
        }
        fmt::print("channel {}: {}\n", channel, describe_value(property.kind, value));
    }
}

} // namespace

int get_property(const PropertyOptions &options, Worker &worker) {
    PropertyName property = find_property(options.property);
    Session session(options.run, worker);
    return session.run([&] {
        Target target(options, session, property);
        print_value(target, options, property);
        return exit_done;
    });
}

int set_property(const PropertyOptions &options, Worker &worker) {
    PropertyName property = find_property(options.property);
    std::vector<std::byte> value = parse_value(property.kind, options.value.value_or(""));
    Session session(options.run, worker);
    return session.run([&] {
        Target target(options, session, property);
        target.set(value, options.channel);
        try {
            print_value(target, options, property);
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            if (is_want_of_memory(error))
                throw;
            fmt::print("set\n"); // a property may be write-only
        }
        return exit_done;
    });
}

} // namespace ksbox::cli
