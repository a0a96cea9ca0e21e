// Connections between pins.
#include "ks/pin_connect.h"

#include <atomic>
#include <utility>

#include "abi/export.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/headers.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/pin.h"
#include "ks/refusal.h"
#include "ks/transport.h"
#include "nt/call_driver.h"
#include "nt/ob/object_manager.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {
namespace {

KS_ASSERT_MS_ABI(PFNKSPIN);
KS_ASSERT_MS_ABI(PFNKSPINVOID);

KSPIN_COMMUNICATION declared(const Pin &pin) {
    return pin.descriptor().PinDescriptor.Communication;
}
bool can_be_source(KSPIN_COMMUNICATION c) {
    return c == KSPIN_COMMUNICATION_SOURCE || c == KSPIN_COMMUNICATION_BOTH;
}
bool can_be_sink(KSPIN_COMMUNICATION c) {
    return c == KSPIN_COMMUNICATION_SINK || c == KSPIN_COMMUNICATION_BOTH;
}

/// Which of the two sends the IRPs, whatever order they were created in (B12, B13). Where both can
/// do both, the pin that the data flows out of does [inferred].
Result<KSPIN_COMMUNICATION> role_towards(const Pin &pin, const Pin &peer) {
    const KSPIN_COMMUNICATION own = declared(pin), other = declared(peer);
    const bool source = can_be_source(own) && can_be_sink(other);
    const bool sink = can_be_sink(own) && can_be_source(other);
    if (source && sink)
        return pin.abi().DataFlow == KSPIN_DATAFLOW_OUT ? KSPIN_COMMUNICATION_SOURCE
                                                        : KSPIN_COMMUNICATION_SINK;
    if (source)
        return KSPIN_COMMUNICATION_SOURCE;
    if (sink)
        return KSPIN_COMMUNICATION_SINK;
    return refuse(STATUS_NO_MATCH,
                  std::string("one of the two pins must be able to be an IRP source, the other an "
                              "IRP sink; the communication of the new pin is ") +
                      communication_name(own) + ", that of " + name_of(const_cast<Pin &>(peer)) +
                      " is " + communication_name(other));
}

Result<void> claim_avstream(Pin &pin, Pin &peer) {
    pin.abi().Communication = KS_TRY(role_towards(pin, peer));
    if (pin.abi().DataFlow == peer.abi().DataFlow)
        return refuse(STATUS_NO_MATCH,
                      std::string("data flows ") +
                          (pin.abi().DataFlow == KSPIN_DATAFLOW_IN ? "into" : "out of") +
                          " both pins, the new one and " + name_of(peer));
    const std::string name = name_of(peer);
    std::string why;
    {
        SpinGuard guard(KsClass::current().connections);
        if (peer.peer || peer.connected_file)
            why = " is connected already";
        else if (peer.claimed_by)
            why = " is just being connected by another create";
        else if (peer.closing)
            why = " is being closed";
        else if (const KSSTATE state =
                     std::atomic_ref(peer.abi().DeviceState).load(std::memory_order_relaxed);
                 state != KSSTATE_STOP)
            why = std::string(" is in ") + state_name(state) + ", and pins connect in STOP";
        else
            peer.claimed_by = &pin;
    }
    if (!why.empty())
        return refuse(STATUS_INVALID_DEVICE_STATE, "the pin of PinToHandle, " + name + "," + why);
    return {};
}

Result<void> claim(Pin &pin, PFILE_OBJECT file) {
    if (declared(pin) == KSPIN_COMMUNICATION_BRIDGE || declared(pin) == KSPIN_COMMUNICATION_NONE)
        return refuse(STATUS_INVALID_PARAMETER,
                      "pin factory " + std::to_string(pin.abi().Id) + " has the communication " +
                          communication_name(declared(pin)) + ": its pins connect to no other pin");
    if (Pin *peer = Pin::of(file))
        return claim_avstream(pin, *peer);
    if (!ObjectHeader::of(file) || Filter::of(file))
        return refuse(STATUS_INVALID_PARAMETER,
                      Filter::of(file) ? "PinToHandle is the handle of a filter, not of a pin"
                                       : "PinToHandle is the handle of a file, not of a KS pin");
    // A pin of a driver that speaks KS without AVStream: it can only be fed by IRPs.
    if (!can_be_source(declared(pin)))
        return refuse(STATUS_NO_MATCH,
                      std::string("the pin of PinToHandle is not AVStream's and takes IRPs, so the "
                                  "new pin would have to be an IRP source; its communication is ") +
                          communication_name(declared(pin)));
    pin.abi().Communication = KSPIN_COMMUNICATION_SOURCE;
    return {};
}

/// What a connection changes in the pin that was there first.
struct Before {
    KSPIN_COMMUNICATION communication;
    BOOLEAN external;
};

void link(Pin &source, Pin &sink) {
    ObReferenceObject(sink.file);
    SpinGuard guard(KsClass::current().connections);
    source.abi().Communication = KSPIN_COMMUNICATION_SOURCE;
    sink.abi().Communication = KSPIN_COMMUNICATION_SINK;
    source.abi().ConnectionIsExternal = sink.abi().ConnectionIsExternal = FALSE;
    source.peer = &sink;
    sink.peer = &source;
    source.connected_file = sink.file;
}

void unlink(Pin &source, Pin &sink) {
    SpinGuard guard(KsClass::current().connections);
    source.peer = sink.peer = nullptr;
    source.connected_file = nullptr;
    source.abi().ConnectionIsExternal = sink.abi().ConnectionIsExternal = TRUE;
}

void call_disconnect(Pin &sink) {
    if (sink.dispatch() && sink.dispatch()->Disconnect)
        call_driver("KSPIN_DISPATCH.Disconnect", &sink.abi(), sink.dispatch()->Disconnect,
                    &sink.abi());
}

/// The sink's control mutex is held, and only this one (C1a, C1b).
NTSTATUS call_connect(Pin &sink) {
    NTSTATUS status = STATUS_SUCCESS;
    if (sink.dispatch() && sink.dispatch()->Connect)
        status = call_driver("KSPIN_DISPATCH.Connect", &sink.abi(), sink.dispatch()->Connect,
                             &sink.abi());
    if (status == STATUS_PENDING || !NT_SUCCESS(status))
        return driver_refused("Connect", status, "asked of the IRP sink " + name_of(sink));
    return STATUS_SUCCESS;
}

Result<void> connect_avstream(Pin &pin, Pin &peer) {
    const bool source_is_new = pin.abi().Communication == KSPIN_COMMUNICATION_SOURCE;
    Pin &source = source_is_new ? pin : peer;
    Pin &sink = source_is_new ? peer : pin;
    const Before before{peer.abi().Communication, peer.abi().ConnectionIsExternal};
    const auto undo = [&] {
        unlink(source, sink);
        peer.abi().Communication = before.communication;
        peer.abi().ConnectionIsExternal = before.external;
    };
    NTSTATUS status;
    {
        MutexGuard guard(sink.control());
        link(source, sink);
        status = call_connect(sink);
        if (!NT_SUCCESS(status))
            undo();
    }
    // A pipe waits for control mutexes, so nobody waits for a pipe with one held.
    if (NT_SUCCESS(status) && sink.transport && source.transport)
        if (auto joined = sink.transport->connect(source); !joined) {
            status = refused(joined.error().value(), "the pin of PinToHandle, " + name_of(peer) +
                                                         ", has left STOP meanwhile");
            MutexGuard guard(sink.control());
            call_disconnect(sink);
            undo();
        }
    if (!NT_SUCCESS(status))
        ObDereferenceObject(sink.file);
    pin.kernel.trace().event("ks.connect", {{"source", std::string_view(name_of(source))},
                                            {"sink", std::string_view(name_of(sink))},
                                            {"status", std::int64_t(status)}});
    if (!NT_SUCCESS(status))
        return fail(status);
    return {};
}

} // namespace

Result<PFILE_OBJECT> reference_peer(HANDLE pin_to_handle, KPROCESSOR_MODE mode) {
    if (!pin_to_handle)
        return nullptr;
    PVOID object = nullptr;
    const NTSTATUS status = ObReferenceObjectByHandle(
        pin_to_handle, 0, ob::object_type_pointer(ob::ObjectType::file), mode, &object, nullptr);
    if (!NT_SUCCESS(status))
        return fail(status);
    return static_cast<PFILE_OBJECT>(object);
}

Result<void> claim_peer(Pin &pin, PFILE_OBJECT file) {
    if (!file) {
        // A BOTH pin of a client acts as an IRP sink until a later create names it (B12).
        if (declared(pin) == KSPIN_COMMUNICATION_BOTH)
            pin.abi().Communication = KSPIN_COMMUNICATION_SINK;
        return {};
    }
    KS_CHECK(claim(pin, file));
    pin.pin_to_file = file;
    return {};
}

PFILE_OBJECT release_claim(Pin &pin) {
    const PFILE_OBJECT file = std::exchange(pin.pin_to_file, nullptr);
    if (Pin *peer = file ? Pin::of(file) : nullptr) {
        SpinGuard guard(KsClass::current().connections);
        if (peer->claimed_by == &pin)
            peer->claimed_by = nullptr;
    }
    return file;
}

Result<void> connect_pins(Pin &pin) {
    if (!pin.pin_to_file)
        return {};
    if (Pin *peer = Pin::of(pin.pin_to_file)) {
        auto connected = connect_avstream(pin, *peer);
        ObDereferenceObject(release_claim(pin));
        return connected;
    }
    // The reference becomes the connection's.
    SpinGuard guard(KsClass::current().connections);
    pin.connected_file = pin.pin_to_file;
    pin.pin_to_file = nullptr;
    return {};
}

void disconnect_source(Pin &source) {
    PFILE_OBJECT sink_file = source.connected_file;
    if (!sink_file)
        return;
    if (Pin *sink = source.peer) {
        if (sink->transport && source.transport)
            sink->transport->disconnect();
        MutexGuard guard(sink->control());
        call_disconnect(*sink);
        unlink(source, *sink);
        source.kernel.trace().event("ks.disconnect", {{"source", std::string_view(name_of(source))},
                                                      {"sink", std::string_view(name_of(*sink))}});
    } else {
        source.connected_file = nullptr;
    }
    ObDereferenceObject(sink_file);
}

} // namespace ksbox::ks
