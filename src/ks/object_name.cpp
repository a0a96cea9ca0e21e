// Names of AVStream objects for people.
#include "ks/object_name.h"

#include "ks/device.h"
#include "ks/filter.h"
#include "ks/filter_factory.h"
#include "ks/pin.h"
#include "ks/transport.h"
#include "nt/mm/memory.h"

namespace ksbox::ks {
namespace {

/// The driver's name without its directory; file names of drivers are ASCII in practice.
std::string driver_name(Device &device) {
    const UNICODE_STRING &full = device.fdo()->DriverObject->DriverName;
    const std::u16string_view path(reinterpret_cast<const char16_t *>(full.Buffer),
                                   full.Length / sizeof(WCHAR));
    std::string name;
    for (const char16_t c : path.substr(path.find_last_of(u'\\') + 1))
        name += c < 0x80 ? static_cast<char>(c) : '?';
    return name;
}

} // namespace

std::string name_of(Object &object) {
    switch (object.type) {
    case KsObjectTypeDevice:
        return driver_name(static_cast<Device &>(object));
    case KsObjectTypeFilterFactory: {
        auto &factories = object.device().factories;
        for (std::size_t i = 0; i < factories.size(); ++i)
            if (factories[i].get() == &object)
                return name_of(object.device()) + "#" + std::to_string(i);
        return name_of(object.device()) + "#?";
    }
    case KsObjectTypeFilter: {
        auto &filter = static_cast<Filter &>(object);
        return !filter.name.empty()
                   ? filter.name
                   : name_of(object.device()) + "/" + std::to_string(filter.number);
    }
    case KsObjectTypePin: {
        auto &pin = static_cast<Pin &>(object);
        if (!pin.name.empty())
            return pin.name;
        return name_of(pin.filter()) + "/" + std::to_string(pin.abi().Id) + "." +
               std::to_string(pin.number);
    }
    }
    return "?";
}

std::string describe_object(const void *address) {
    ObjectTag tag{};
    if (!address ||
        !mm::guarded_copy(&tag, static_cast<const ObjectTag *>(address) - 1, sizeof tag) ||
        tag.magic != ObjectTag::expected || tag.object->abi_address() != address)
        return {};
    static constexpr const char *kinds[] = {"device ", "filter factory ", "filter ", "pin "};
    return kinds[tag.object->type] + name_of(*tag.object);
}

const char *communication_name(KSPIN_COMMUNICATION communication) {
    switch (communication) {
    case KSPIN_COMMUNICATION_NONE:
        return "none";
    case KSPIN_COMMUNICATION_SINK:
        return "sink";
    case KSPIN_COMMUNICATION_SOURCE:
        return "source";
    case KSPIN_COMMUNICATION_BOTH:
        return "both";
    case KSPIN_COMMUNICATION_BRIDGE:
        return "bridge";
    }
    return "unknown";
}

std::string step_text(Object &pin, KSSTATE to, KSSTATE from) {
    return "pin " + name_of(pin) + " from " + state_name(from) + " to " + state_name(to);
}

std::string in_reset_text(Object &pin) {
    return name_of(pin) + " is in reset: KSRESET_BEGIN came, KSRESET_END has not";
}

const char *state_name(KSSTATE state) {
    static constexpr const char *names[] = {"STOP", "ACQUIRE", "PAUSE", "RUN"};
    return state >= KSSTATE_STOP && state <= KSSTATE_RUN ? names[state] : "no state";
}

} // namespace ksbox::ks
