// Work that anybody may ask for, up to DISPATCH_LEVEL, and that runs once at a time: who asks
// meanwhile makes the running one go round once more.
#pragma once

#include <functional>

#include "ks/processing/processor.h"

namespace ksbox::portcls {

class OneAtATime final : ks::Processor {
  public:
    /// `work` runs at DISPATCH_LEVEL. `object` is named in reports.
    OneAtATime(const void *object, std::function<void()> work)
        : Processor({true, false, CriticalWorkQueue, object}), work_(std::move(work)) {}
    ~OneAtATime() override { drain(); }

    /// False when storage was short at construction.
    bool valid() { return gate() != nullptr; }
    void run() { attempt(false, Reason::trigger); }

    /// No work meanwhile; what was asked for then runs as it ends. PASSIVE.
    class Pause {
      public:
        explicit Pause(OneAtATime &work) : work_(work) { work_.block(); }
        ~Pause() { work_.unblock(); }
        Pause(const Pause &) = delete;
        Pause &operator=(const Pause &) = delete;

      private:
        OneAtATime &work_;
    };

  private:
    NTSTATUS process() override {
        const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
        work_();
        KeLowerIrql(irql);
        return STATUS_PENDING;
    }
    std::uint64_t progress() const override { return 0; }

    const std::function<void()> work_;
};

} // namespace ksbox::portcls
