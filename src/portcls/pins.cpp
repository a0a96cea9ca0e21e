// Pins of PortCls filters.
#include "portcls/pins.h"

#include <utility>

#include "ks/refusal.h"
#include "portcls/adapter.h"
#include "portcls/default_intersection.h"
#include "portcls/port.h"
#include "portcls/port_class.h"
#include "portcls/request_target.h"
#include "portcls/stream.h"

namespace ksbox::portcls {

namespace {

/// A device is not idle while one of its streams runs.
void note_run(PKSPIN pin, Stream &stream, bool runs) {
    if (std::exchange(stream.runs, runs) == runs)
        return;
    Adapter &adapter = *port_of(pin).adapter();
    if (runs)
        stream.fx_use = adapter.fx.begin(false);
    else
        adapter.fx.end(std::exchange(stream.fx_use, 0));
    adapter.idle.stream_runs(runs);
}

} // namespace

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    Port &port = port_of(pin);
    if (const NTSTATUS status = port.allows_instance(*pin); !NT_SUCCESS(status))
        return status;
    auto stream = port.new_stream(*pin, pin->DataFlow == KSPIN_DATAFLOW_OUT);
    if (!stream)
        return stream.error().value();
    PortClass::current().add(**stream);
    pin->Context = stream->release();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP) {
    const std::unique_ptr<Stream> stream(stream_of(*pin));
    if (stream) {
        note_run(pin, *stream, false);
        PortClass::current().remove(*stream);
    }
    pin->Context = nullptr;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_pin_format(PKSPIN pin, PKSDATAFORMAT, PKSMULTIPLE_ITEM, const KSDATARANGE *,
                              const KSATTRIBUTE_LIST *) {
    Stream *stream = stream_of(*pin);
    // The first format goes to NewStream.
    return stream ? stream->set_format(*pin->ConnectionFormat) : STATUS_SUCCESS;
}

NTSTATUS NTAPI set_pin_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    Stream *stream = stream_of(*pin);
    // A pin outside the standard transport is told the last state only; the miniport sees each
    // (F3). A step that fails leaves the stream where the steps before it have taken it: back.
    KSSTATE at = from;
    while (at != to) {
        const auto next = static_cast<KSSTATE>(to > at ? at + 1 : at - 1);
        const NTSTATUS status = stream->set_state(next, at);
        if (!NT_SUCCESS(status) && to > from) {
            while (at != from) {
                const auto back = static_cast<KSSTATE>(at - 1);
                stream->set_state(back, at);
                at = back;
            }
            return status;
        }
        at = next; // downwards nothing can be refused
    }
    note_run(pin, *stream, to == KSSTATE_RUN);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI process_pin(PKSPIN pin) {
    Stream *stream = stream_of(*pin);
    return stream ? stream->process() : STATUS_PENDING;
}

void NTAPI reset_pin(PKSPIN pin) {
    if (Stream *stream = stream_of(*pin))
        stream->reset();
}

namespace {

/// Pins inherit the filter's context, and theirs is the stream, of which there is none yet.
NTSTATUS NTAPI create_filter(PKSFILTER filter, PIRP) {
    filter->Context = nullptr;
    return STATUS_SUCCESS;
}

} // namespace

const KSFILTER_DISPATCH filter_dispatch = {create_filter, nullptr, nullptr, nullptr};

const KSPIN_DISPATCH pin_dispatch = {
    create_pin,    close_pin, nullptr, nullptr, set_pin_format,
    set_pin_state, nullptr,   nullptr, nullptr, nullptr,
};
const KSPIN_DISPATCH queue_pin_dispatch = {
    create_pin,    close_pin, process_pin, reset_pin, set_pin_format,
    set_pin_state, nullptr,   nullptr,     nullptr,   nullptr,
};

NTSTATUS NTAPI intersect_pin(PVOID filter, PIRP, PKSP_PIN pin, PKSDATARANGE caller_range,
                             PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered) {
    Port &port = port_of(*static_cast<PKSFILTER>(filter));
    *answered = 0;
    const NTSTATUS status = call_method("IMiniport.DataRangeIntersection", port.miniport(),
                                        &IMiniport::DataRangeIntersection, pin->PinId, caller_range,
                                        own_range, bytes, bytes ? data : nullptr, answered);
    if (status != STATUS_NOT_IMPLEMENTED)
        return status;
    return default_intersection(*caller_range, *own_range, bytes, data, *answered);
}

} // namespace ksbox::portcls
