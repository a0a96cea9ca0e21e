// A pin's data side: arrival of frames, states, the pin's inputs to the gates.
#include "ks/stream/pin_stream.h"

#include "ks/device.h"
#include "ks/filter.h"
#include "ks/ks_class.h"
#include "ks/object_name.h"
#include "ks/processing/filter_processor.h"
#include "ks/refusal.h"
#include "ks/stream/client_home.h"
#include "ks/stream/injection.h"
#include "ks/stream/pipe.h"
#include "ks/stream/requester.h"
#include "nt/call_driver.h"
#include "nt/kernel.h"
#include "nt/spin_guard.h"
#include "nt/trace.h"

namespace ksbox::ks {

/// Pin-centric processing (stream/pin-centric-processing).
class PinStream::PinProcessor final : public Processor {
  public:
    explicit PinProcessor(PinStream &stream)
        : Processor(options_of(stream.pin().descriptor().Flags,
                               stream.pin().has_flag(KSPIN_FLAG_ASYNCHRONOUS_PROCESSING),
                               stream.pin().abi_address())),
          stream_(stream) {}

  protected:
    NTSTATUS process() override {
        Pin &pin = stream_.pin();
        return call_driver("KSPIN_DISPATCH.Process", pin.abi_address(), pin.dispatch()->Process,
                           &pin.abi());
    }
    std::uint64_t progress() const override { return stream_.queue().changes(); }

  private:
    PinStream &stream_;
};

Result<std::unique_ptr<PinTransport>> PinTransport::create(Pin &pin) {
    auto stream = std::make_unique<PinStream>(pin);
    KS_CHECK(stream->initialize());
    return stream;
}

PinStream::PinStream(Pin &pin) : pin_(pin), name_(name_of(pin)), short_name_(short_name(name_)) {}

Result<void> PinStream::initialize() {
    const Queue::Options options{input(), pin_.has_flag(KSPIN_FLAG_DISTINCT_TRAILING_EDGE),
                                 pin_.has_flag(KSPIN_FLAG_ENFORCE_FIFO),
                                 pin_.has_flag(KSPIN_FLAG_GENERATE_MAPPINGS)};
    queue_ = KS_TRY(Queue::create(pin_, options, *this));
    client_home_ = std::make_unique<ClientHome>(*this);
    if (pin_.pin_centric()) {
        processor_ = std::make_unique<PinProcessor>(*this);
        if (!processor_->gate())
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        state_input_.connect(processor_->gate(), GateKind::and_gate, false);
        frames_input_.connect(processor_->gate(), GateKind::and_gate, false);
    }
    pipe_ = Pipe::create(*this, pin_.filter().device().asleep);
    if (pin_.has_flag(KSPIN_FLAG_SPLITTER) && !input())
        join_splitter();
    return {};
}

PinStream::~PinStream() {
    if (splitter_)
        splitter_->remove(*this);
    if (processor_)
        processor_->drain();
    queue_.reset();
}

Result<void> PinStream::set_allocator(PFILE_OBJECT file) {
    if (const KSSTATE state = pin_.abi().DeviceState; state != KSSTATE_STOP)
        return refuse(STATUS_INVALID_DEVICE_STATE, std::string("the pin is in ") +
                                                       state_name(state) +
                                                       ", and takes an allocator in STOP");
    if (file)
        ObReferenceObject(file);
    if (PFILE_OBJECT const old = std::exchange(allocator_, file))
        ObDereferenceObject(old);
    return {};
}

FilterProcessor *PinStream::filter_processor() {
    if (processor_ || !pin_.filter().filter_centric())
        return nullptr;
    return &FilterProcessor::of(pin_.filter());
}

Processor *PinStream::processor() {
    return processor_ ? static_cast<Processor *>(processor_.get()) : filter_processor();
}

std::shared_ptr<Pipe> PinStream::pipe() const {
    SpinGuard guard(KsClass::current().connections);
    return pipe_;
}

void PinStream::move_to(std::shared_ptr<Pipe> pipe) {
    pipe_ = std::move(pipe);
    if (holding_)
        pipe_->hold(true);
}

/// Counts the pin's reset where the pin is, even while it moves.
void PinStream::hold(bool held) {
    std::shared_ptr<Pipe> pipe;
    {
        SpinGuard guard(KsClass::current().connections);
        holding_ = held;
        pipe = pipe_;
        pipe->hold(held);
    }
    pipe->circulate();
}

bool PinStream::requires_frame() const {
    constexpr ULONG optional = KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING |
                               KSPIN_FLAG_SOME_FRAMES_REQUIRED_FOR_PROCESSING;
    return open_ && !attached_ && !pin_.has_flag(optional) && !is_branch();
}

KSSTATE PinStream::processing_state() const {
    return pin_.has_flag(KSPIN_FLAG_PROCESS_IN_RUN_STATE_ONLY) ? KSSTATE_RUN : KSSTATE_PAUSE;
}

Result<void> PinStream::connect(Pin &source) {
    return Pipe::join(*this, of(source));
}

void PinStream::disconnect() {
    Pipe::part(*this);
}

Status PinStream::set_state(KSSTATE to, KSSTATE) {
    return Pipe::request(*this, to);
}

Status PinStream::step(KSSTATE to, KSSTATE from) {
    MutexGuard guard(pin_.control());
    KSPIN &abi = pin_.abi();
    abi.ClientState = to;
    NTSTATUS status = STATUS_SUCCESS;
    if (pin_.dispatch() && pin_.dispatch()->SetDeviceState)
        status = call_driver("KSPIN_DISPATCH.SetDeviceState", &abi, pin_.dispatch()->SetDeviceState,
                             &abi, to, from);
    // The page forbids STATUS_PENDING and names no consequence; it must not pass for success.
    if (status == STATUS_PENDING || !NT_SUCCESS(status))
        status = driver_refused("SetDeviceState", status, step_text(pin_, to, from));
    trace_state(pin_, name_, to, from, status);
    if (!NT_SUCCESS(status))
        abi.ClientState = from;
    else
        clock_.state_changed(to);
    return Status(status);
}

void PinStream::state_reached(KSSTATE to, KSSTATE from) {
    const bool was_ready = from >= processing_state();
    const bool ready = to >= processing_state();
    if (from == KSSTATE_RUN && to == KSSTATE_PAUSE)
        queue_->flush_stale();
    {
        SpinGuard guard(gates_lock_);
        open_ = to >= KSSTATE_ACQUIRE;
        ready_ = ready;
    }
    if (splitter_)
        splitter_->pump();
    if (FilterProcessor *const filter = filter_processor()) {
        if (from == KSSTATE_STOP)
            connect_gates();
        if (ready != was_ready)
            filter->pin_ready(pin_.abi().Id, ready);
        if (from == KSSTATE_STOP || to == KSSTATE_STOP)
            filter->pin_started(from == KSSTATE_STOP);
    }
    {
        SpinGuard guard(gates_lock_);
        state_input_.set(ready);
        run_input_.set(to == KSSTATE_RUN);
    }
    if (filter_processor() && to == KSSTATE_STOP)
        disconnect_gates();
    // Frames that are waiting are processed once the state allows it; a pin that needs no frames
    // processes at any change.
    const bool trigger = (ready && !was_ready) || (to == KSSTATE_RUN && run_input_.connected());
    if (trigger)
        attempt_processing();
}

/// A filter-centric pin counts on the filter's gate only while it is not in STOP.
void PinStream::connect_gates() {
    FilterProcessor &filter = *filter_processor();
    GateKind kind = GateKind::and_gate;
    KSGATE *const frames_gate = attached_ ? attached_ : filter.frames_gate(*this, kind);
    if (attached_)
        kind = attached_kind_;
    KSGATE *const run_gate =
        pin_.has_flag(KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE) ? filter.run_gate() : nullptr;
    SpinGuard guard(gates_lock_);
    state_input_.connect(filter.gate(), GateKind::and_gate, false);
    if (!pin_.has_flag(KSPIN_FLAG_FRAMES_NOT_REQUIRED_FOR_PROCESSING) && !lent_to)
        frames_input_.connect(frames_gate, kind, frames_);
    if (run_gate)
        run_input_.connect(run_gate, GateKind::or_gate, false);
}

void PinStream::disconnect_gates() {
    SpinGuard guard(gates_lock_);
    state_input_.disconnect();
    frames_input_.disconnect();
    run_input_.disconnect();
}

void PinStream::attach_gate(KSGATE *gate, GateKind kind) {
    FilterProcessor *const filter = filter_processor();
    if (!filter)
        return;
    if (attached_)
        filter->detach(attached_, attached_kind_);
    attached_ = gate;
    attached_kind_ = kind;
    if (gate)
        filter->attach(gate, kind);
}

void PinStream::set_frame_return(PFNKSPINFRAMERETURN frame_return) {
    if (open_)
        return; // "unless the filter is in the stop state"
    injector_ = frame_return ? std::make_unique<Injector>(*this, frame_return) : nullptr;
}

void PinStream::frames_available(bool available) {
    SpinGuard guard(gates_lock_);
    frames_ = available;
    frames_input_.set(available);
}

void PinStream::frame_leaves(const Frame &frame) {
    trace_frame(pin_, name_, short_name_, "leave", frame, transport_);
    const bool eos = frame.header->OptionsFlags & KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    if (eos && input() && !frame.owner->cancelling && pin_.has_flag(KSPIN_FLAG_GENERATE_EOS_EVENTS))
        KsGenerateEvents(&pin_.abi(), &KSEVENTSETID_Connection, KSEVENT_CONNECTION_ENDOFSTREAM, 0,
                         nullptr, nullptr, nullptr);
}

bool PinStream::accepts() const {
    return open_ && !in_reset_;
}

void PinStream::receive(StreamIrp &irp) {
    if (!accepts()) {
        irp.status = STATUS_CANCELLED;
        irp.home.receive(irp);
        return;
    }
    for (const Frame &frame : irp.frames)
        trace_frame(pin_, name_, short_name_, "enter", frame, transport_);
    const bool was_dry = queue_->insert(irp);
    // A flush between the first look and the insertion has missed it.
    if (!accepts())
        queue_->flush(true);
    if (splitter_)
        splitter_->pump();
    if (was_dry || pin_.has_flag(KSPIN_FLAG_INITIATE_PROCESSING_ON_EVERY_ARRIVAL))
        attempt_processing();
}

NTSTATUS PinStream::submit(PIRP irp) {
    NTSTATUS status = STATUS_SUCCESS;
    if (pin_.abi().ResetState == KSRESET_BEGIN)
        status = refused(irp, STATUS_DEVICE_NOT_READY, in_reset_text(pin_));
    else if (!open_)
        status = refused(irp, STATUS_INVALID_DEVICE_STATE,
                         name_ + " is in STOP, and takes frames from ACQUIRE on");
    else if (pin_.irp_source() || transport_ != FrameTransport::client)
        status = refused(irp, STATUS_INVALID_DEVICE_STATE,
                         name_ + " is connected to a pin: its frames do not come from a client");
    if (NT_SUCCESS(status))
        return client_home_->submit(irp);
    irp->IoStatus.Status = status;
    irp->IoStatus.Information = 0;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
}

void PinStream::irp_returned(StreamIrp &irp) {
    if (irp_completion)
        call_driver("AVStrMiniPinIrpCompletion", pin_.abi_address(), irp_completion, &pin_.abi(),
                    irp.irp);
}

void PinStream::flush(bool stopping) {
    if (Processor *const running = processor_.get())
        running->drain();
    call_reset();
    stop_splitting();
    queue_->flush(stopping);
}

/// The page allows, but does not promise, that the control mutex is held.
void PinStream::call_reset() {
    Filter &filter = pin_.filter();
    if (pin_.dispatch() && pin_.dispatch()->Reset)
        call_driver("KSPIN_DISPATCH.Reset", pin_.abi_address(), pin_.dispatch()->Reset,
                    &pin_.abi());
    if (filter.filter_centric() && filter.dispatch()->Reset)
        call_driver("KSFILTER_DISPATCH.Reset", filter.abi_address(), filter.dispatch()->Reset,
                    &filter.abi());
}

void PinStream::reset(KSRESET reset) {
    if ((reset == KSRESET_BEGIN) == in_reset_)
        return;
    // A pin that refuses frames while they circulate would only keep them going round.
    if (reset == KSRESET_BEGIN) {
        hold(true);
        in_reset_ = true;
        flush(false);
    } else {
        in_reset_ = false;
        hold(false);
    }
}

void PinStream::cleanup(PFILE_OBJECT) {
    if (transport_ == FrameTransport::client) {
        stop_splitting();
        queue_->flush(false);
    }
    // What the minidriver holds locked cannot be cancelled: it lets go on its way to STOP. A pipe
    // whose one end is given up has nothing to carry (A13).
    if (transport_ != FrameTransport::client || !queue_->empty() || clock_.has_master())
        Pipe::stop(*this);
    // The master clock may be the pin's own, or that of a pin which has this one's: each would keep
    // the other's file for good (inferred).
    clock_.release_master();
}

void PinStream::shut_down() {
    Pipe::stop(*this);
    if (splitter_)
        splitter_->remove(*this);
    if (queue_->abandon_clones())
        pin_.kernel.trace().event("ks.clones-left", {{"pin", std::string_view(name_)}});
    if (Processor *const running = processor())
        running->drain();
    clock_.release_master();
    if (PFILE_OBJECT const allocator = std::exchange(allocator_, nullptr))
        ObDereferenceObject(allocator);
}

/// The pipe knows whether the pin is still in it, without looking at the pin.
std::function<bool(bool)> PinStream::sleeper() {
    return [pipe = pipe(), this](bool asleep) { return pipe->set_asleep(*this, asleep); };
}

void PinStream::set_asleep(bool asleep) {
    if (!processor_)
        return;
    {
        SpinGuard guard(gates_lock_);
        if (asleep && !asleep_input_.connected())
            asleep_input_.connect(processor_->gate(), GateKind::and_gate, false);
        else if (!asleep)
            asleep_input_.disconnect();
    }
    if (!asleep)
        processor_->attempt(false, Processor::Reason::trigger);
}

} // namespace ksbox::ks
