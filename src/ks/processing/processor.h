// A processing object: what calls the Process of a pin-centric pin or a filter-centric filter when
// its AND gate is open, in the caller's context or in a work item
// (stream/restarting-processing-in-avstream, stream/flow-control-gates-in-avstream).
#pragma once

#include <cstdint>

#include "abi/windows.h"

namespace ksbox::ke {
class Thread;
}

namespace ksbox::ks {

class Processor {
  public:
    struct Options {
        bool dispatch_level;        ///< Process may be called at DISPATCH_LEVEL
        bool asynchronous;          ///< always in a work item
        WORK_QUEUE_TYPE work_queue; ///< delayed, critical or hypercritical
        const void *object;         ///< the KSPIN or KSFILTER, for reports
    };
    explicit Processor(const Options &options);
    /// Precondition: drained.
    virtual ~Processor();
    Processor(const Processor &) = delete;
    Processor &operator=(const Processor &) = delete;

    /// From the processing flags of a pin or filter descriptor (their values are the same).
    static Options options_of(ULONG flags, bool asynchronous, const void *object);

    /// The AND gate as drivers see it, in nonpaged pool. Starts open: who has a condition adds an
    /// off input for it. Null when storage was short.
    KSGATE *gate() { return gate_; }

    enum class Reason : std::uint8_t {
        trigger, ///< frames came, a state was reached: never lost, even while Process runs
        request  ///< KsPinAttemptProcessing: from within Process itself it finds the gate closed
    };
    /// Calls Process, if the gate is open, until it returns something else than success or the gate
    /// closes. Synchronously when neither the caller nor the flags ask otherwise and the IRQL
    /// allows. IRQL <= DISPATCH_LEVEL.
    void attempt(bool asynchronous, Reason reason);

    /// The processing mutex: no Process between the two. PASSIVE_LEVEL. Taking it from within
    /// Process is a bug check 0xC4 / 0x8100B (it would be a deadlock).
    void block();
    void unblock();

    /// Waits until no work item is queued and no Process runs. PASSIVE_LEVEL.
    void drain();

  protected:
    /// One call of the driver's Process.
    virtual NTSTATUS process() = 0;
    /// A number that changes whenever Process has achieved something.
    virtual std::uint64_t progress() const = 0;

  private:
    friend class WaitReport;
    void run();
    bool enter(Reason reason);
    bool leave();
    void passes();
    void queue_work();
    void update_idle();
    static void NTAPI work(PVOID context);

    const Options options_;
    KSGATE *gate_;
    KSPIN_LOCK lock_ = 0;
    bool running_ = false;
    bool again_ = false;  ///< a trigger came while Process ran
    bool missed_ = false; ///< one came while blocked
    bool queued_ = false;
    ULONG blockers_ = 0;
    ke::Thread *runner_ = nullptr;
    KEVENT idle_;  ///< neither running nor queued
    KEVENT still_; ///< not running
    WORK_QUEUE_ITEM item_;
};

} // namespace ksbox::ks
