// KSPROPSETID_Connection of pins, and the connection events.
#include "ks/own_sets.h"

#include <cstring>

#include "ks/connect_request.h"
#include "ks/explain.h"
#include "ks/filter.h"
#include "ks/framing_answer.h"
#include "ks/item_tables.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/sized_answer.h"
#include "ks/start_at.h"

namespace ksbox::ks {
namespace {

/// Only pin_ioctl() has these tables, and it has found the pin.
Pin &pin_of(PIRP irp) {
    return *Pin::of(IoGetCurrentIrpStackLocation(irp)->FileObject);
}

ULONG data_bytes(PIRP irp) {
    return IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl.OutputBufferLength;
}

NTSTATUS NTAPI get_state(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    return answer_value(irp, data, &pin.abi().DeviceState, sizeof(KSSTATE));
}

NTSTATUS NTAPI set_state(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    StartAt::cancel(pin); // the client's latest word counts
    return pin.request_state(*static_cast<KSSTATE *>(data)).value();
}

NTSTATUS NTAPI set_start_at(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    return StartAt::request(pin, {static_cast<const std::byte *>(data), data_bytes(irp)},
                            irp->RequestorMode);
}

NTSTATUS NTAPI get_priority(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    return answer_value(irp, data, &pin.abi().ConnectionPriority, sizeof(KSPRIORITY));
}

NTSTATUS NTAPI set_priority(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    MutexGuard guard(pin.control());
    pin.abi().ConnectionPriority = *static_cast<KSPRIORITY *>(data);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI get_format(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    MutexGuard guard(pin.control());
    const KSDATAFORMAT *format = pin.abi().ConnectionFormat;
    return answer_value(irp, data, format, format->FormatSize);
}

NTSTATUS NTAPI set_format(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    const std::span given(static_cast<const std::byte *>(data), data_bytes(irp));
    const auto format = read_format(given);
    if (!format)
        return refused(format.error().value(), explain_bad_format(given));
    MutexGuard guard(pin.control());
    const auto changed = pin.change_data_format(*format);
    return changed ? STATUS_SUCCESS : changed.error().value();
}

/// Asks only (E11): the ranges answer, the minidriver has no callback for it.
NTSTATUS NTAPI propose_format(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    const std::span given(static_cast<const std::byte *>(data), data_bytes(irp));
    const auto format = read_format(given);
    if (!format)
        return refused(format.error().value(), explain_bad_format(given));
    if (pin.has_flag(KSPIN_FLAG_FIXED_FORMAT))
        return pin.refuse_format_change();
    MutexGuard guard(pin.control());
    KSPIN_CONNECT connect{};
    connect.Interface = pin.abi().ConnectionInterface;
    connect.Medium = pin.abi().ConnectionMedium;
    connect.PinId = pin.abi().Id;
    const auto matching = match_connection(pin.descriptor().PinDescriptor, connect, *format);
    return matching ? STATUS_SUCCESS : matching.error().value();
}

NTSTATUS NTAPI get_framing(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    return answer_framing(irp, data, pin.descriptor().AllocatorFraming);
}

NTSTATUS NTAPI get_framing_ex(PIRP irp, PKSIDENTIFIER, PVOID data) {
    Pin &pin = pin_of(irp);
    return answer_framing_ex(irp, data, pin.descriptor().AllocatorFraming);
}

const KSPROPERTY_ITEM items[] = {
    property_item(KSPROPERTY_CONNECTION_STATE, get_state, set_state, sizeof(KSPROPERTY),
                  sizeof(KSSTATE)),
    property_item(KSPROPERTY_CONNECTION_PRIORITY, get_priority, set_priority, sizeof(KSPROPERTY),
                  sizeof(KSPRIORITY)),
    property_item(KSPROPERTY_CONNECTION_DATAFORMAT, get_format, set_format, sizeof(KSPROPERTY), 0),
    property_item(KSPROPERTY_CONNECTION_ALLOCATORFRAMING, get_framing, nullptr, sizeof(KSPROPERTY),
                  sizeof(KSALLOCATOR_FRAMING)),
    property_item(KSPROPERTY_CONNECTION_PROPOSEDATAFORMAT, nullptr, propose_format,
                  sizeof(KSPROPERTY), sizeof(KSDATAFORMAT)),
    property_item(KSPROPERTY_CONNECTION_STARTAT, nullptr, set_start_at, sizeof(KSPROPERTY),
                  sizeof(KSRELATIVEEVENT)),
    property_item(KSPROPERTY_CONNECTION_ALLOCATORFRAMING_EX, get_framing_ex, nullptr,
                  sizeof(KSPROPERTY), 0),
};

const KSEVENT_ITEM event_items[] = {
    {KSEVENT_CONNECTION_ENDOFSTREAM, sizeof(KSEVENTDATA), 0, nullptr, nullptr, nullptr},
};

} // namespace

std::span<const KSPROPERTY_SET> pin_property_sets() {
    static const KSPROPERTY_SET sets[] = {
        {&KSPROPSETID_Connection, std::size(items), items, 0, nullptr},
    };
    return sets;
}

std::span<const KSEVENT_SET> pin_event_sets(const Pin &pin) {
    static const KSEVENT_SET sets[] = {
        {&KSEVENTSETID_Connection, std::size(event_items), event_items},
    };
    if (pin.has_flag(KSPIN_FLAG_GENERATE_EOS_EVENTS))
        return sets;
    return {};
}

} // namespace ksbox::ks
