// The conditions under which a filter processes, and its table of process pins.
#include "ks/processing/filter_processor.h"

#include <algorithm>

#include "ks/filter.h"
#include "ks/stream/pin_stream.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {
constexpr ULONG pool_tag = 'pFsK';

template <typename T> T *allocate(std::size_t count) {
    return static_cast<T *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(T) * count, pool_tag));
}

void release(void *memory) {
    if (memory)
        ExFreePoolWithTag(memory, pool_tag);
}

} // namespace

Result<std::unique_ptr<FilterProcessing>> FilterProcessing::create(Filter &filter) {
    auto processor = std::make_unique<FilterProcessor>(filter);
    if (!processor->gate())
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    return processor;
}

FilterProcessor::FilterProcessor(Filter &filter)
    : Processor(options_of(filter.abi().Descriptor ? filter.abi().Descriptor->Flags : 0, false,
                           filter.abi_address())),
      filter_(filter) {
    sees_empty_samples_ = filter.abi().Descriptor && (filter.abi().Descriptor->Flags &
                                                      KSFILTER_FLAG_RECEIVE_ZERO_LENGTH_SAMPLES);
    if (gate())
        started_input_.connect(gate(), GateKind::and_gate, false);
}

FilterProcessor::~FilterProcessor() {
    drain();
    release(table_);
    release(slots_);
    for (PinType &each : types_)
        release(each.some_frames);
    release(run_gate_);
}

FilterProcessor &FilterProcessor::of(Filter &filter) {
    return static_cast<FilterProcessor &>(*filter.processing);
}

bool FilterProcessor::active() const {
    return filter_.filter_centric();
}

Result<void> FilterProcessor::add_pin(Pin &pin) {
    if (!pin.transport)
        return {};
    auto *process_pin = allocate<KSPROCESSPIN>(1);
    if (!process_pin)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    *process_pin = {.Pin = &pin.abi()};
    PinStream &stream = PinStream::of(pin);
    block();
    const bool has_room = reserve_table(pins_ + 1);
    if (has_room) {
        stream.process_pin = process_pin;
        ++pins_;
    }
    unblock();
    if (has_room)
        return {};
    release(process_pin);
    return fail(STATUS_INSUFFICIENT_RESOURCES);
}

void FilterProcessor::admit_pin(Pin &pin) {
    if (!pin.transport)
        return;
    PinStream &stream = PinStream::of(pin);
    block();
    stream.process_place = streams_.insert(streams_.end(), &stream);
    table_filled_ = false;
    require_necessary_pins();
    unblock();
}

void FilterProcessor::remove_pin(Pin &pin) {
    if (!pin.transport)
        return;
    PinStream &stream = PinStream::of(pin);
    block();
    if (stream.process_place) {
        table_filled_ = false;
        streams_.erase(*stream.process_place);
        stream.process_place.reset();
    }
    if (stream.process_pin) {
        release(std::exchange(stream.process_pin, nullptr));
        --pins_;
    }
    unblock();
}

/// Makes room for all pin factories and so many pins. False when storage is short.
bool FilterProcessor::reserve_table(std::size_t pins) {
    if (const ULONG types = filter_.pin_factory_count(); !table_ || types > table_room_) {
        auto *table = allocate<KSPROCESSPIN_INDEXENTRY>(std::max<ULONG>(types, 1));
        if (!table)
            return false;
        release(std::exchange(table_, table));
        table_room_ = types;
        table_filled_ = false;
    }
    if (pins > slots_room_ || !slots_) {
        const std::size_t room = std::max<std::size_t>(pins, 2 * slots_room_) + 1;
        auto *slots = allocate<PKSPROCESSPIN>(room);
        if (!slots)
            return false;
        release(std::exchange(slots_, slots));
        slots_room_ = room;
        table_filled_ = false;
    }
    return true;
}

/// One entry a pin factory, in the order of pin IDs.
void FilterProcessor::fill_table() {
    if (std::exchange(table_filled_, true))
        return;
    PKSPROCESSPIN *slot = slots_;
    for (ULONG id = 0; id < table_room_; ++id) {
        table_[id].Pins = slot;
        for (PinStream *stream : streams_)
            if (stream->pin().abi().Id == id)
                *slot++ = stream->process_pin;
        table_[id].Count = static_cast<ULONG>(slot - table_[id].Pins);
    }
}

/// A factory whose instances are necessary blocks processing until there are enough.
void FilterProcessor::require_necessary_pins() {
    const ULONG types = filter_.pin_factory_count();
    SpinGuard guard(lock_);
    for (ULONG id = 0; id < types; ++id) {
        PinType &each = type(id);
        const ULONG needed = filter_.pin_descriptor(id).InstancesNecessary;
        if (needed && !each.necessary.connected())
            each.necessary.connect(gate(), GateKind::and_gate, each.ready >= needed);
    }
}

/// Lock held.
FilterProcessor::PinType &FilterProcessor::type(ULONG pin_id) {
    while (types_.size() <= pin_id)
        types_.emplace_back();
    return types_[pin_id];
}

void FilterProcessor::set_asleep(bool asleep) {
    {
        SpinGuard guard(lock_);
        if (asleep && !asleep_input_.connected())
            asleep_input_.connect(gate(), GateKind::and_gate, false);
        else if (!asleep)
            asleep_input_.disconnect();
    }
    if (!asleep && active())
        attempt(false, Reason::trigger);
}

void FilterProcessor::pin_started(bool started) {
    SpinGuard guard(lock_);
    started_ += started ? 1 : -1;
    started_input_.set(started_ != 0);
}

void FilterProcessor::pin_ready(ULONG pin_id, bool ready) {
    SpinGuard guard(lock_);
    PinType &each = type(pin_id);
    each.ready += ready ? 1 : -1;
    if (each.necessary.connected())
        each.necessary.set(each.ready >= filter_.pin_descriptor(pin_id).InstancesNecessary);
}

/// An OR gate that is an input of the filter's AND gate. Null when storage is short.
KSGATE *FilterProcessor::new_or_gate() {
    auto *const result = allocate<KSGATE>(1);
    if (result)
        KsGateInitializeOr(result, gate());
    return result;
}

KSGATE *FilterProcessor::frames_gate(PinStream &pin, GateKind &kind) {
    kind = GateKind::and_gate;
    if (!pin.pin().has_flag(KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING))
        return gate();
    SpinGuard guard(lock_);
    PinType &each = type(pin.pin().abi().Id);
    if (!each.some_frames)
        each.some_frames = new_or_gate();
    if (!each.some_frames)
        return gate();
    kind = GateKind::or_gate;
    return each.some_frames;
}

KSGATE *FilterProcessor::run_gate() {
    SpinGuard guard(lock_);
    if (!run_gate_)
        run_gate_ = new_or_gate();
    return run_gate_;
}

void FilterProcessor::attach(KSGATE *attached, GateKind kind) {
    SpinGuard guard(lock_);
    if (attached_[attached]++)
        return;
    attached->NextGate = gate();
    if (!gate_is_open(attached))
        KsGateAddOffInputToAnd(gate());
}

void FilterProcessor::detach(KSGATE *attached, GateKind kind) {
    SpinGuard guard(lock_);
    const auto found = attached_.find(attached);
    if (found == attached_.end() || --found->second)
        return;
    attached_.erase(found);
    if (!gate_is_open(attached))
        KsGateRemoveOffInputFromAnd(gate());
    attached->NextGate = nullptr;
}

} // namespace ksbox::ks
