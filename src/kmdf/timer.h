// Timers: a DPC when they expire, or a work item for those whose callback wants PASSIVE_LEVEL.
// @doc wdf/using-timers
#pragma once

#include <atomic>

#include "kmdf/object.h"
#include "kmdf/queued_call.h"

namespace ksbox::kmdf {

class Timer final : public Object {
  public:
    static constexpr Type handle_type = Type::timer;
    Timer(Client &client, const WDF_TIMER_CONFIG &config, bool passive, Device *serializing);
    ~Timer() override;
    /// Allocates a high resolution timer, if that is asked for.
    NTSTATUS prepare();

    /// Whether it was running. IRQL <= DISPATCH_LEVEL.
    bool start(LONGLONG due_time);
    /// Whether it was running. `wait`: until no callback runs; PASSIVE_LEVEL.
    bool stop(bool wait);
    bool runs_here() const override { return passive_call_.runs_here(); }

  protected:
    void on_cleanup() override;
    bool is_passive() const override { return true; }

  private:
    static void NTAPI expire(PKDPC, PVOID timer, PVOID, PVOID);
    static void NTAPI expire_exact(PEX_TIMER, PVOID timer);
    void tick();
    bool cancel();
    void settle(); ///< waits until no callback runs
    void call();

    PFN_WDF_TIMER function_;
    ULONG period_ms_, tolerance_ms_;
    bool passive_, exact_;
    Device *serializing_;
    KTIMER timer_{};
    KDPC dpc_{};
    PEX_TIMER exact_timer_ = nullptr;
    std::atomic<bool> closing_ = false; ///< it is being deleted
    QueuedCall passive_call_;
};

} // namespace ksbox::kmdf
