// The conditions of stream/flow-control-gates-in-avstream and of the pages it leads to, one by one.
#include "ks/waiting.h"

#include <optional>

#include <fmt/format.h>

#include "ks/device.h"
#include "ks/filter.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/processing/filter_processor.h"
#include "ks/refusal.h"
#include "ks/stream/pin_stream.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {

namespace {

/// The pin at the other end, as far as it matters here. It may go away at any time but under the
/// lock.
struct Peer {
    std::string name;
    KSSTATE asked;
    std::string reset; ///< empty: it is in none
};

KSSTATE state_of(const KSSTATE &state) {
    return __atomic_load_n(&state, __ATOMIC_RELAXED);
}

std::optional<Peer> peer_of(Pin &pin) {
    SpinGuard guard(KsClass::current().connections);
    if (!pin.peer)
        return std::nullopt;
    Pin &peer = *pin.peer;
    const bool reset = __atomic_load_n(&peer.abi().ResetState, __ATOMIC_RELAXED) == KSRESET_BEGIN;
    return Peer{name_of(peer), state_of(peer.abi().DeviceState),
                reset ? in_reset_text(peer) : std::string()};
}

} // namespace

/// A friend of what has gates.
class WaitReport {
  public:
    explicit WaitReport(Pin &pin) : pin_(pin) {}
    std::vector<std::string> make();

  private:
    void say(std::string sentence) { lines_.push_back(std::move(sentence)); }
    void connection();
    void necessary();
    void processing(PinStream &stream);
    void filter_inputs(FilterProcessor &filter);
    void stream_inputs(PinStream &stream);
    void or_gate(const KSGATE *gate, std::string sentence);
    void processor(Processor &processor, PinStream &stream);

    Pin &pin_;
    std::vector<std::string> lines_;
    LONG known_off_ = 0;                    ///< inputs of the AND gate that are off, and said
    const KSGATE *last_attached_ = nullptr; ///< compared only
};

std::vector<std::string> WaitReport::make() {
    if (!pin_.transport) {
        say("the pin is not of the standard transport: its frames are the driver's own matter");
        return lines_;
    }
    if (!pin_.control().try_acquire()) {
        say("the control mutex of " + name_of(pin_.filter()) +
            " is held: a callback of the driver, or a request, has not returned");
        return lines_;
    }
    connection();
    necessary();
    if (pin_.abi().ResetState == KSRESET_BEGIN)
        say(in_reset_text(pin_));
    if (pin_.device().asleep)
        say("the device is not in D0: while it sleeps no pin of it goes beyond PAUSE");
    processing(PinStream::of(pin_));
    pin_.control().release();
    return lines_;
}

void WaitReport::connection() {
    const std::string name = name_of(pin_);
    if (pin_.unattached()) {
        say(name + " is an IRP source that is connected to no pin: it stays in STOP");
        return;
    }
    const std::optional<Peer> peer = peer_of(pin_);
    const KSSTATE is = state_of(pin_.abi().ClientState), asked = state_of(pin_.abi().DeviceState);
    if (peer && is < asked && peer->asked < asked)
        say(fmt::format("{} has been asked for {} and is in {}: {}, which it is connected to, has "
                        "been asked for {} only",
                        name, state_name(asked), state_name(is), peer->name,
                        state_name(peer->asked)));
    if (peer && !peer->reset.empty())
        say(peer->reset);
    const KSSTATE least = PinStream::of(pin_).processing_state();
    if (asked < least)
        say(fmt::format("{} is in {}: it has not been asked for {}, from which on its frames are "
                        "processed{}",
                        name, state_name(asked), state_name(least),
                        least == KSSTATE_RUN ? " (KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY)" : ""));
}

void WaitReport::necessary() {
    Filter &filter = pin_.filter();
    for (ULONG id = 0; id < filter.pin_factory_count(); ++id) {
        const ULONG needed = filter.pin_descriptor(id).InstancesNecessary;
        if (const ULONG now = filter.instances(id); now < needed)
            say(fmt::format("pin factory {} needs {} before a pin of the filter changes its state, "
                            "and {}",
                            id, counted(needed, "instance", "instances"), exist(now)));
    }
}

void WaitReport::processing(PinStream &stream) {
    Processor *const processor = stream.processor();
    if (!processor) {
        say("nothing processes frames by itself: neither the pin's dispatch table nor the filter's "
            "has a Process");
        return;
    }
    if (auto *filter = stream.filter_processor())
        filter_inputs(*filter);
    else
        stream_inputs(stream);
    this->processor(*processor, stream);
}

/// The inputs that a pin has on the gate it counts on.
void WaitReport::stream_inputs(PinStream &stream) {
    Pin &pin = stream.pin();
    const std::optional<Peer> peer = peer_of(pin);
    SpinGuard guard(stream.gates_lock_);
    if (stream.state_input_.connected() && !stream.state_input_.on()) {
        ++known_off_;
        if (&pin != &pin_)
            say(fmt::format("{} is in {}, its frames are processed from {} on", name_of(pin),
                            state_name(state_of(pin.abi().ClientState)),
                            state_name(stream.processing_state())));
    }
    if (stream.asleep_input_.connected())
        ++known_off_; // said of the device
    if (!stream.frames_input_.connected() || stream.frames_input_.on() || stream.attached_)
        return;
    if (pin.has_flag(KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING) && !stream.processor_)
        return; // said of its pin factory's OR gate
    ++known_off_;
    say("no frame is queued at " + name_of(pin) +
        (peer ? ": none has come from " + peer->name : ": its client has sent none"));
}

void WaitReport::or_gate(const KSGATE *gate, std::string sentence) {
    if (!gate || gate_count(gate) > 0)
        return;
    ++known_off_;
    say(std::move(sentence));
}

void WaitReport::filter_inputs(FilterProcessor &filter) {
    for (PinStream *stream : filter.streams_)
        stream_inputs(*stream);
    SpinGuard guard(filter.lock_);
    if (filter.started_input_.connected() && !filter.started_input_.on()) {
        ++known_off_;
        say("no pin of " + name_of(filter.filter_) + " has left STOP");
    }
    if (filter.asleep_input_.connected())
        ++known_off_;
    for (ULONG id = 0; id < filter.types_.size(); ++id) {
        const auto &type = filter.types_[id];
        if (type.necessary.connected() && !type.necessary.on()) {
            ++known_off_;
            say(fmt::format("pin factory {} needs {} in the state in which frames are processed, "
                            "and {} in it",
                            id,
                            counted(filter.filter_.pin_descriptor(id).InstancesNecessary,
                                    "instance", "instances"),
                            type.ready == 1 ? "1 is" : std::to_string(type.ready) + " are"));
        }
        or_gate(type.some_frames,
                fmt::format("no pin of pin factory {} has a frame, one of them must "
                            "(KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING)",
                            id));
    }
    or_gate(filter.run_gate_,
            "no pin is in RUN of those with KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE");
    for (PinStream *stream : filter.streams_) {
        const bool counted_before = stream->attached_ && stream->attached_ == last_attached_;
        if (stream->attached_ && !counted_before)
            or_gate(stream->attached_,
                    fmt::format("the gate that the driver has attached to {} ({}) is closed",
                                name_of(stream->pin()),
                                stream->attached_kind_ == GateKind::and_gate
                                    ? "KsPinAttachAndGate"
                                    : "KsPinAttachOrGate"));
        last_attached_ = stream->attached_;
    }
}

/// What is left when the gate's own inputs have been told.
void WaitReport::processor(Processor &processor, PinStream &stream) {
    bool running, blocked;
    {
        SpinGuard guard(processor.lock_);
        running = processor.running_;
        blocked = processor.blockers_ != 0;
    }
    const LONG count = gate_count(processor.gate()) + (running ? 1 : 0);
    if (const LONG others = 1 - count - known_off_; others > 0)
        say(fmt::format("{} of the gate that the driver has added itself {} off "
                        "(KsGateAddOffInputToAnd, KsGateTurnInputOff)",
                        counted(std::size_t(others), "input", "inputs"),
                        others == 1 ? "is" : "are"));
    if (blocked)
        say("the driver holds the processing mutex (KsPinAcquireProcessingMutex, "
            "KsFilterAcquireProcessingMutex)");
    bool frames;
    {
        SpinGuard guard(stream.gates_lock_);
        frames = stream.frames_;
    }
    if (!lines_.empty() || !frames)
        return;
    if (running)
        say("the driver's Process has been called and has not returned");
    else if (stream.pin().has_flag(KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING))
        say("a frame is queued, and KSPIN_FLAG_DO_NOT_INITIATE_PROCESSING leaves it to the driver "
            "to "
            "call KsPinAttemptProcessing");
    else
        say("the gate is open and a frame is queued: the driver's Process has left it there, and "
            "is "
            "called again when one comes to an empty queue or by KsPinAttemptProcessing");
}

std::vector<std::string> waiting_for(Pin &pin) {
    std::vector<std::string> lines = WaitReport(pin).make();
    for (const std::string &line : lines)
        pin.kernel.trace().event("ks.waiting", {{"pin", std::string_view(name_of(pin))},
                                                {"why", std::string_view(line)}});
    return lines;
}

} // namespace ksbox::ks
