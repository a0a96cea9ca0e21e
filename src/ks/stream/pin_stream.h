// A standard-transport pin's data side: its queue, its inputs to the gates, its place in a pipe.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "ks/clock/pin_clock.h"
#include "ks/pin.h"
#include "ks/processing/gate_input.h"
#include "ks/processing/processor.h"
#include "ks/stream/frame_trace.h"
#include "ks/stream/queue.h"
#include "ks/stream/splitter.h"
#include "ks/transport.h"

namespace ksbox::ks {

class ClientHome;
class FilterProcessor;
class Injector;
class Pipe;

class PinStream final : public PinTransport, public StreamIrpReceiver, QueueListener {
  public:
    explicit PinStream(Pin &pin);
    ~PinStream() override;
    Result<void> initialize();

    /// Precondition: the pin uses the standard transport.
    static PinStream &of(Pin &pin) { return static_cast<PinStream &>(*pin.transport); }

    // PinTransport.
    Result<void> connect(Pin &source) override;
    void disconnect() override;
    Status set_state(KSSTATE to, KSSTATE from) override;
    NTSTATUS submit(PIRP irp) override;
    void reset(KSRESET reset) override;
    void cleanup(PFILE_OBJECT file) override;
    void shut_down() override;
    void set_asleep(bool asleep) override;
    std::function<bool(bool asleep)> sleeper() override;

    /// A streaming IRP arrives from the circuit.
    void receive(StreamIrp &irp) override;

    Pin &pin() { return pin_; }
    Queue &queue() { return *queue_; }
    bool input() const { return pin_.abi().DataFlow == KSPIN_DATAFLOW_IN; }
    PinClock &clock() { return clock_; }
    /// What processes this pin's frames: the pin itself or its filter; null: nothing does.
    Processor *processor();
    /// The pipe is in ACQUIRE or more: streaming IRPs are taken.
    bool open() const { return open_; }
    /// Whether the filter's Process can count on a frame here: the pin is on its way, and nothing
    /// (flags, an attached gate) says that it may go without.
    bool requires_frame() const;
    /// Least state in which frames are processed.
    KSSTATE processing_state() const;

    // For the pipe. No lock held, PASSIVE_LEVEL.
    /// One step: ClientState, the minidriver's SetDeviceState under the control mutex.
    Status step(KSSTATE to, KSSTATE from);
    /// All pins of the pipe have made the step (or are about to, on the way down).
    void state_reached(KSSTATE to, KSSTATE from);
    /// The pipe is gone. A filter that only this pin has held back processes (inferred: frames that
    /// wait on its other pins would wait for ever).
    void stopped();
    /// Sends every frame home and calls the minidriver's Reset.
    void flush(bool stopping);
    void set_transport(FrameTransport transport) { transport_ = transport; }
    /// Where frames go when they leave the queue; null: home.
    void set_receiver(StreamIrpReceiver *receiver);
    /// No frame waits for another pin of the splitter, nobody else has this pin's frames.
    void stop_splitting();
    void irp_returned(StreamIrp &irp);

    /// KSPROPERTY_STREAM_ALLOCATOR: the allocator of the circuit that this pin, if it is the IRP
    /// source, builds next; referenced; null takes it back. STATUS_INVALID_DEVICE_STATE unless the
    /// pin is in STOP.
    Result<void> set_allocator(PFILE_OBJECT file);
    PFILE_OBJECT allocator_file() const { return allocator_; }

    /// Injection mode, from the next circuit on; null ends it. STOP.
    void set_frame_return(PFNKSPINFRAMERETURN frame_return);
    Injector *injector() { return injector_.get(); }

    /// KsPinAttachAndGate, KsPinAttachOrGate; null detaches. STOP, PASSIVE_LEVEL.
    void attach_gate(KSGATE *gate, GateKind kind);
    KSGATE *attached_gate() const { return attached_; }

    // Outputs with KSPIN_FLAG_SPLITTER; else null.
    const std::shared_ptr<Splitter> &splitter() const { return splitter_; }
    /// A branch that gets copies of the frames of that pin, or lends them to its sink.
    PinStream *copy_source() const;
    PinStream *delegate_branch() const;
    bool is_branch() const { return splitter_ && splitter_->original_of(*this); }
    /// In the state of processing, and not in reset.
    bool takes_copies() const { return ready_ && !in_reset_; }
    /// The sink that gets the original's own frames in place of this branch; the splitter's.
    std::atomic<PinStream *> lent_to = nullptr;
    const std::string &name() const { return name_; }
    /// Unless the pin says DO_NOT_INITIATE_PROCESSING. IRQL <= DISPATCH_LEVEL.
    void attempt_processing(bool asynchronous = false);

    std::shared_ptr<Pipe> pipe() const;
    /// Another pipe, which counts the pin's hold from now on. KsClass::connections held; the old
    /// one is kept by the caller.
    void move_to(std::shared_ptr<Pipe> pipe);
    PFNKSPINIRPCOMPLETION irp_completion = nullptr; ///< KsPinRegisterIrpCompletionCallback

    /// The pin's KSPROCESSPIN, and its place among the filter's; owned by the filter's processor.
    PKSPROCESSPIN process_pin = nullptr;
    std::optional<std::list<PinStream *>::iterator> process_place; ///< from Create to Close

    /// Flags of an input's empty sample, or its end of stream, that the next frame carries on.
    ULONG owed_flags = 0;

  private:
    friend class WaitReport;
    class PinProcessor;

    void frames_available(bool available) override;
    void frame_leaves(const Frame &frame) override;
    FilterProcessor *filter_processor();
    bool accepts() const;
    void join_splitter();
    void connect_gates();
    void disconnect_gates();
    void call_reset();
    void hold(bool held);

    Pin &pin_;
    const std::string name_; ///< for the trace
    const ShortName short_name_;
    PinClock clock_{pin_};
    PFILE_OBJECT allocator_ = nullptr;
    std::unique_ptr<PinProcessor> processor_; ///< pin-centric pins
    std::unique_ptr<ClientHome> client_home_;
    std::unique_ptr<Injector> injector_;
    std::shared_ptr<Splitter> splitter_;
    std::unique_ptr<Splitter::Tap> tap_;
    std::unique_ptr<Queue> queue_;
    FrameTransport transport_ = FrameTransport::client;
    // KsClass::connections:
    std::shared_ptr<Pipe> pipe_;
    bool holding_ = false; ///< counted in the pipe's holds

    KSPIN_LOCK gates_lock_ = 0;
    GateInput state_input_;
    GateInput frames_input_;
    GateInput run_input_; ///< KSPIN_FLAG_PROCESS_IF_ANY_IN_RUN_STATE
    GateInput asleep_input_;
    KSGATE *attached_ = nullptr;
    GateKind attached_kind_ = GateKind::and_gate;
    bool frames_ = false;                ///< the leading edge has a frame
    std::atomic<bool> ready_ = false;    ///< in processing_state() or more
    std::atomic<bool> in_reset_ = false; ///< written with the control mutex held
    std::atomic<bool> open_ = false;
};

} // namespace ksbox::ks
