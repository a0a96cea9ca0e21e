// What a host thread needs before it runs box threads: the trap handlers of the process, a signal
// stack of its own, and the watchdog's timer. Prepared once; undone when it goes.
#pragma once

#include <cstddef>
#include <memory>

namespace ksbox {
class Kernel;
}

namespace ksbox::ke {

class HostThread {
  public:
    HostThread() = default;
    ~HostThread();
    HostThread(const HostThread &) = delete;
    HostThread &operator=(const HostThread &) = delete;

    /// Idempotent. To be called, and the object destroyed, on the host thread it is about.
    void prepare(Kernel &kernel);

  private:
    bool prepared_ = false;
    bool owns_signal_stack_ = false;
    std::unique_ptr<std::byte[]> signal_stack_;
    bool has_watchdog_ = false;
    void *watchdog_timer_ = nullptr;
};

} // namespace ksbox::ke
