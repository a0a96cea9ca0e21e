// A pipe section: one pin with its client, or two connected pins, with the state that they share.
// It, and not the pin, decides which step is made when.
// @doc stream/avstream-pipes-and-circuits, NC:ks.PFNKSPINSETDEVICESTATE
#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"

namespace ksbox::ks {

class FrameAllocator;
class IrpForwarder;
class PinStream;
class Requester;
struct FrameSetup;

class Pipe {
  public:
    /// A pipe of one pin; `asleep`: its device is not in D0.
    static std::shared_ptr<Pipe> create(PinStream &pin, bool asleep);
    ~Pipe();
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    // All that takes a pin acts on the pipe that it is in then. PASSIVE_LEVEL, no control mutex
    // held.

    /// Puts both pins into one pipe. Both in STOP, else STATUS_INVALID_DEVICE_STATE. Precondition:
    /// nobody else joins one of the two meanwhile.
    static Result<void> join(PinStream &sink, PinStream &source);
    /// Each gets a pipe of its own. Precondition: STOP, and one of the two is closing.
    static void part(PinStream &pin);

    /// The pin's client asks for `to`. The pipe goes as far as every pin of it has been told to
    /// (inferred: the page only says that the two states may differ), one step at a time; a step
    /// that fails undoes what was done.
    static Status request(PinStream &pin, KSSTATE to);
    /// Down to STOP, whatever the minidrivers say.
    static void stop(PinStream &pin);

    /// A pin's device leaves D0 or is back: while it is away the pipe stays in PAUSE or below, and
    /// then goes to where it has been told. The pin may have left the pipe, or be gone: false then.
    bool set_asleep(const PinStream &pin, bool asleep);

    /// Counts a pin in reset: circulate() makes it so. IRQL <= DISPATCH_LEVEL.
    void hold(bool held);
    /// Starts or stops the requester, as flow and holds say. IRQL <= DISPATCH_LEVEL.
    void circulate();

  private:
    Pipe();
    class Hold;
    Status go(KSSTATE target, bool force);
    Status step_up(KSSTATE to);
    Status step_down(KSSTATE to, bool force);
    Result<void> build();
    Result<void> make_circuit(PinStream &source);
    Result<void> make_injection(PinStream &source, PinStream *sink);
    static Result<std::unique_ptr<FrameAllocator>>
    choose_allocator(std::initializer_list<PinStream *> pins, FrameSetup &setup);
    void tear_down();
    void set_flowing(bool flowing);
    KSSTATE agreed() const;

    /// What a pin's client has asked for last, and whether its device sleeps.
    struct Wish {
        const PinStream *pin;
        KSSTATE state = KSSTATE_STOP;
        bool asleep = false;
    };
    Wish *wish_of(const PinStream &pin);

    std::vector<PinStream *> pins_; ///< in the order of stepping up: the IRP sink first
    std::vector<Wish> wishes_;      ///< one for each of them
    KSSTATE state_ = KSSTATE_STOP;
    /// Guards the above and forwarder_; taken before any filter's control mutex.
    KMUTEX mutex_;
    std::unique_ptr<IrpForwarder> forwarder_;
    /// Guards holds_, flowing_ and the pointer; hold() cannot wait for the mutex.
    KSPIN_LOCK circuit_lock_ = 0;
    std::shared_ptr<Requester> requester_;
    unsigned holds_ = 0;
    bool flowing_ = false; ///< PAUSE or more: frames circulate unless held
};

} // namespace ksbox::ks
