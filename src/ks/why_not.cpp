// The questions, and all their answers.
#include "ks/why_not.h"

#include "ks/explain.h"
#include "ks/filter.h"
#include "ks/refusal.h"

namespace ksbox::ks {

std::string denied_to_user_mode(Filter &filter, ULONG pin_id) {
    if (filter.descriptor().Flags & KSFILTER_FLAG_DENY_USERMODE_ACCESS)
        return "the filter has KSFILTER_FLAG_DENY_USERMODE_ACCESS, and the request comes from user "
               "mode";
    if (filter.pin_descriptor(pin_id).Flags & KSPIN_FLAG_DENY_USERMODE_ACCESS)
        return "pin factory " + std::to_string(pin_id) +
               " has KSPIN_FLAG_DENY_USERMODE_ACCESS, and the request comes from user mode";
    return {};
}

std::string no_more_instances(Filter &filter, ULONG pin_id) {
    const ULONG possible = filter.pin_descriptor(pin_id).InstancesPossible;
    const ULONG current = filter.instances(pin_id);
    if (possible == KSINSTANCE_INDETERMINATE || current < possible)
        return {};
    return "pin factory " + std::to_string(pin_id) + " allows " +
           counted(possible, "instance", "instances") + " on a filter, and " + exist(current);
}

std::string no_such_factory(Filter &filter, ULONG pin_id) {
    const ULONG count = filter.pin_factory_count();
    if (pin_id < count)
        return {};
    return "pin ID " + std::to_string(pin_id) + " is out of range: the filter has " +
           counted(count, "pin factory", "pin factories");
}

std::vector<std::string> objections(Filter &filter, const KSPIN_CONNECT &connect,
                                    const ClientFormat &format) {
    std::vector<std::string> lines;
    const auto add = [&](std::string line) {
        if (!line.empty())
            lines.push_back(std::move(line));
    };
    MutexGuard guard(filter.control);
    add(no_such_factory(filter, connect.PinId));
    if (!lines.empty())
        return lines;
    const KSPIN_DESCRIPTOR &descriptor = filter.pin_descriptor(connect.PinId).PinDescriptor;
    add(denied_to_user_mode(filter, connect.PinId));
    add(not_listed(interfaces_of(descriptor), connect.Interface, "interface", connect.PinId));
    add(not_listed(mediums_of(descriptor), connect.Medium, "medium", connect.PinId));
    if (const auto ranges = pin_ranges(descriptor); matching_ranges(ranges, format).empty()) {
        Reason why = explain_no_match(connect.PinId, ranges, format);
        if (why.details.empty())
            add(std::move(why.sentence));
        for (std::string &line : why.details)
            add(std::move(line));
    }
    add(no_more_instances(filter, connect.PinId));
    return lines;
}

} // namespace ksbox::ks
