// State stepping, and the circuit that is built on the way to ACQUIRE.
#include "ks/stream/pipe.h"
#include "ks/object_name.h"
#include "ks/refusal.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/quad.h"
#include "ks/ks_class.h"
#include "ks/stream/frame_allocator.h"
#include "ks/stream/injection.h"
#include "ks/stream/irp_forwarder.h"
#include "ks/stream/pin_stream.h"
#include "ks/stream/requester.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

/// Holds a pipe's mutex for a scope.
class Pipe::Hold {
  public:
    explicit Hold(Pipe &pipe) : pipe_(pipe) {
        KeWaitForSingleObject(&pipe_.mutex_, Executive, KernelMode, FALSE, nullptr);
    }
    ~Hold() { KeReleaseMutex(&pipe_.mutex_, FALSE); }
    Hold(const Hold &) = delete;
    Hold &operator=(const Hold &) = delete;

  private:
    Pipe &pipe_;
};

Pipe::Pipe() {
    KeInitializeMutex(&mutex_, 0);
}

Pipe::~Pipe() = default;

std::shared_ptr<Pipe> Pipe::create(PinStream &pin, bool asleep) {
    std::shared_ptr<Pipe> pipe(new Pipe);
    pipe->pins_.push_back(&pin);
    pipe->wishes_.push_back({&pin, KSSTATE_STOP, asleep});
    return pipe;
}

Result<void> Pipe::join(PinStream &sink, PinStream &source) {
    const auto of_sink = sink.pipe(), of_source = source.pipe();
    // Nobody else waits for two pipes of which one is among these.
    Hold hold_sink(*of_sink);
    Hold hold_source(*of_source);
    if (of_sink->state_ != KSSTATE_STOP || of_source->state_ != KSSTATE_STOP)
        return fail(STATUS_INVALID_DEVICE_STATE);
    std::shared_ptr<Pipe> pipe(new Pipe);
    pipe->pins_ = {&sink, &source};
    for (Pipe *old : {of_sink.get(), of_source.get()}) {
        for (const Wish &wish : old->wishes_)
            pipe->wishes_.push_back({wish.pin, KSSTATE_STOP, wish.asleep});
        old->wishes_.clear();
        old->pins_.clear();
    }
    SpinGuard guard(KsClass::current().connections);
    sink.move_to(pipe);
    source.move_to(pipe);
    return {};
}

void Pipe::part(PinStream &pin) {
    const auto old = pin.pipe();
    Hold hold(*old);
    KS_ASSERT(old->state_ == KSSTATE_STOP);
    const auto pins = std::exchange(old->pins_, {});
    const auto wishes = std::exchange(old->wishes_, {});
    for (std::size_t i = 0; i < pins.size(); ++i) {
        const auto own = create(*pins[i], wishes[i].asleep);
        SpinGuard guard(KsClass::current().connections);
        pins[i]->move_to(own);
    }
}

Pipe::Wish *Pipe::wish_of(const PinStream &pin) {
    const auto found = std::ranges::find(wishes_, &pin, &Wish::pin);
    return found == wishes_.end() ? nullptr : &*found;
}

KSSTATE Pipe::agreed() const {
    KSSTATE state = KSSTATE_RUN;
    for (const Wish &wish : wishes_)
        state = std::min({state, wish.state, wish.asleep ? KSSTATE_PAUSE : KSSTATE_RUN});
    return state;
}

Status Pipe::request(PinStream &pin, KSSTATE to) {
    for (;;) {
        const auto pipe = pin.pipe();
        Hold hold(*pipe);
        Wish *const wish = pipe->wish_of(pin);
        if (!wish)
            continue; // joined or parted while we waited
        const KSSTATE before = std::exchange(wish->state, to);
        const Status status = pipe->go(pipe->agreed(), false);
        if (!status.success())
            wish->state = before;
        return status;
    }
}

void Pipe::stop(PinStream &pin) {
    for (;;) {
        const auto pipe = pin.pipe();
        Hold hold(*pipe);
        if (!pipe->wish_of(pin))
            continue;
        for (Wish &wish : pipe->wishes_)
            wish.state = KSSTATE_STOP;
        static_cast<void>(pipe->go(KSSTATE_STOP, true));
        return;
    }
}

bool Pipe::set_asleep(const PinStream &pin, bool asleep) {
    Hold hold(*this);
    Wish *const wish = wish_of(pin);
    if (!wish)
        return false;
    wish->asleep = asleep;
    // Falling asleep nobody is asked; a pipe that does not wake up stays where it is, as after any
    // failed step.
    static_cast<void>(go(agreed(), asleep));
    return true;
}

Status Pipe::go(KSSTATE target, bool force) {
    const KSSTATE start = state_;
    Status status;
    while (status.success() && state_ != target) {
        const auto next = static_cast<KSSTATE>(state_ < target ? state_ + 1 : state_ - 1);
        status = state_ < target ? step_up(next) : step_down(next, force);
    }
    // A request that failed half-way leaves the pipe where it was (behaviour F4), unless the way
    // back up is refused as well.
    while (!status.success() && state_ > start)
        static_cast<void>(step_down(static_cast<KSSTATE>(state_ - 1), true));
    while (!status.success() && state_ < start &&
           step_up(static_cast<KSSTATE>(state_ + 1)).success()) {
    }
    return status;
}

Status Pipe::step_up(KSSTATE to) {
    const KSSTATE from = state_;
    if (to == KSSTATE_ACQUIRE)
        if (const auto built = build(); !built)
            return built.error();
    // Consumers before producers: whoever receives is ready when frames come.
    for (std::size_t i = 0; i < pins_.size(); ++i) {
        const Status status = pins_[i]->step(to, from);
        if (status.success())
            continue;
        while (i-- > 0)
            static_cast<void>(pins_[i]->step(from, to));
        if (to == KSSTATE_ACQUIRE)
            tear_down();
        return status;
    }
    state_ = to;
    for (PinStream *pin : pins_)
        pin->state_reached(to, from);
    if (to == KSSTATE_PAUSE)
        set_flowing(true);
    return {};
}

Status Pipe::step_down(KSSTATE to, bool force) {
    const KSSTATE from = state_;
    if (to == KSSTATE_ACQUIRE)
        set_flowing(false);
    // The gates close first; producers are told before consumers.
    for (PinStream *pin : pins_)
        pin->state_reached(to, from);
    for (std::size_t i = pins_.size(); i-- > 0;) {
        const Status status = pins_[i]->step(to, from);
        if (status.success() || force)
            continue;
        for (++i; i < pins_.size(); ++i)
            static_cast<void>(pins_[i]->step(from, to));
        for (PinStream *pin : pins_)
            pin->state_reached(from, to);
        if (to == KSSTATE_ACQUIRE)
            set_flowing(true);
        return status;
    }
    state_ = to;
    if (to == KSSTATE_STOP) {
        tear_down();
        for (PinStream *pin : pins_)
            pin->stopped();
    }
    return {};
}

/// On the way to ACQUIRE the queues are joined directly.
Result<void> Pipe::build() {
    for (PinStream *pin : pins_)
        pin->set_transport(FrameTransport::client);
    PinStream &source = *pins_.back();
    if (source.pin().irp_source() && source.pin().connected_file)
        return make_circuit(source);
    return {};
}

/// The one that a graph manager has assigned to the source; a pin's own if its framing demands to
/// allocate; the default one.
Result<std::unique_ptr<FrameAllocator>>
Pipe::choose_allocator(std::initializer_list<PinStream *> pins, FrameSetup &setup) {
    if (PFILE_OBJECT const assigned = (*std::prev(pins.end()))->allocator_file())
        return FrameAllocator::create_of_file(assigned, setup);
    for (PinStream *stream : pins) {
        if (!stream)
            continue;
        Pin &pin = stream->pin();
        const KSALLOCATOR_FRAMING_EX *const framing = pin.descriptor().AllocatorFraming;
        const bool must = framing && framing->CountItems &&
                          ((framing->FramingItem[0].Flags | framing->FramingItem[0].MemoryFlags) &
                           KSALLOCATOR_REQUIREMENTF_MUST_ALLOCATE);
        if (must && pin.dispatch() && pin.dispatch()->Allocator)
            return FrameAllocator::create_of_pin(pin, setup);
    }
    return FrameAllocator::create_default(setup);
}

Result<void> Pipe::make_circuit(PinStream &source) {
    PinStream *const sink = pins_.size() == 2 ? pins_.front() : nullptr;
    if (source.injector())
        return make_injection(source, sink);
    if (sink && source.splitter() && source.splitter()->lend_to(source, *sink)) {
        sink->set_receiver(nullptr);
        sink->set_transport(FrameTransport::pipe);
        source.set_transport(FrameTransport::pipe);
        return {};
    }
    const bool read = source.input(); // the data come from the IRP sink
    Pin &source_pin = source.pin();
    const KSDATAFORMAT *const format = source_pin.abi().ConnectionFormat;
    FrameSetup setup =
        KS_TRY(negotiate_framing(source_pin.descriptor().AllocatorFraming,
                                 sink ? sink->pin().descriptor().AllocatorFraming : nullptr,
                                 format ? format->SampleSize : 0));
    auto allocator = KS_TRY(choose_allocator({sink, &source}, setup));

    const PFILE_OBJECT peer = source_pin.connected_file;
    ULONG header_bytes =
        std::max<ULONG>(source_pin.abi().StreamHeaderSize, sizeof(KSSTREAM_HEADER));
    if (sink)
        header_bytes = std::max(header_bytes, sink->pin().abi().StreamHeaderSize);
    Requester::Options options{
        setup,
        quad_aligned(header_bytes),
        static_cast<CCHAR>(sink ? 1 : IoGetRelatedDeviceObject(peer)->StackSize + 1),
        source_pin.file,
        read,
        [&source](StreamIrp &irp) { source.irp_returned(irp); }};
    if (const auto &splitter = source.splitter())
        options.detained = [splitter](StreamIrp &irp) { return splitter->detains(irp); };
    // Empty frames go to whoever fills them, filled ones to whoever consumes them, then home.
    StreamIrpReceiver *first;
    if (sink) {
        PinStream &producer = read ? *sink : source;
        PinStream &consumer = read ? source : *sink;
        first = &producer;
        requester_ = KS_TRY(Requester::create(options, std::move(allocator), *first));
        producer.set_receiver(&consumer);
        consumer.set_receiver(nullptr);
        sink->set_transport(FrameTransport::pipe);
        source.set_transport(FrameTransport::pipe);
        return {};
    }
    source.set_transport(FrameTransport::irp);
    if (read) {
        forwarder_ =
            std::make_unique<IrpForwarder>(peer, true, source, [this] { set_flowing(false); });
        requester_ = KS_TRY(Requester::create(options, std::move(allocator), *forwarder_));
        source.set_receiver(nullptr);
    } else {
        requester_ = KS_TRY(Requester::create(options, std::move(allocator), source));
        forwarder_ = std::make_unique<IrpForwarder>(peer, false, *requester_);
        source.set_receiver(forwarder_.get());
    }
    return {};
}

/// Injection mode: frames come from the minidriver and go back to it.
Result<void> Pipe::make_injection(PinStream &source, PinStream *sink) {
    Injector &injector = *source.injector();
    if (source.input())
        return refuse(STATUS_INVALID_DEVICE_STATE,
                      name_of(source.pin()) + " injects frames (KsPinRegisterFrameReturnCallback), "
                                              "and data flow into it");
    if (sink) {
        sink->set_receiver(nullptr);
        sink->set_transport(FrameTransport::pipe);
        source.set_transport(FrameTransport::pipe);
        injector.set_next(sink);
    } else {
        forwarder_ = std::make_unique<IrpForwarder>(source.pin().connected_file, false, injector);
        source.set_transport(FrameTransport::irp);
        injector.set_next(forwarder_.get());
    }
    return {};
}

/// STOP: every frame goes home, the minidrivers' Reset are called, the circuit is gone.
void Pipe::tear_down() {
    for (PinStream *pin : pins_)
        if (pin->injector())
            pin->injector()->set_next(nullptr);
    PinStream &source = *pins_.back();
    const bool lent = source.lent_to != nullptr;
    if (lent)
        source.splitter()->end_lending(source);
    source.stop_splitting();
    if (forwarder_)
        forwarder_->cancel_all();
    for (PinStream *pin : pins_)
        pin->flush(true);
    // What a splitter's original has lent goes back to it.
    if (lent && !pins_.front()->queue().empty())
        pins_.front()->queue().abandon_clones();
    if (!requester_)
        return;
    // A minidriver that still holds clones in STOP would keep frames of a pipe that is gone.
    if (!requester_->all_home() && !forwarder_)
        for (PinStream *pin : pins_)
            pin->queue().abandon_clones();
    requester_->wait_all_home();
    for (PinStream *pin : pins_)
        pin->set_receiver(nullptr);
    requester_->retire();
    forwarder_.reset();
    std::shared_ptr<Requester> last; // destroyed after the lock is released
    SpinGuard guard(circuit_lock_);
    last.swap(requester_);
}

void Pipe::hold(bool held) {
    SpinGuard guard(circuit_lock_);
    held ? ++holds_ : --holds_;
}

void Pipe::set_flowing(bool flowing) {
    {
        SpinGuard guard(circuit_lock_);
        flowing_ = flowing;
    }
    circulate();
}

void Pipe::circulate() {
    std::shared_ptr<Requester> requester;
    bool run;
    {
        SpinGuard guard(circuit_lock_);
        requester = requester_;
        run = flowing_ && !holds_;
    }
    if (requester)
        run ? requester->start() : requester->stop();
}

} // namespace ksbox::ks
