// One pin of a card, and a client thread that streams through it for as long as it lasts.
#pragma once

#include <atomic>
#include <optional>

#include "ksbox/filter.h"

namespace ksbox::scenarios {

class Lane {
  public:
    /// Creates the pin and starts the thread, which gets going once the pin has left STOP.
    /// `floods`: music is as many events as fit, all of them due. Throws Error.
    Lane(Client &client, Filter &filter, const PinFacts &facts, const DataFormat &format,
         bool floods = false);
    /// Ends the thread, then closes the pin.
    ~Lane();
    Lane(const Lane &) = delete;
    Lane &operator=(const Lane &) = delete;

    Pin &pin() { return pin_; }
    /// Bytes that have moved so far.
    std::uint64_t moved() const { return moved_; }
    /// Ends the thread; throws what it threw, but for Error: a device that is gone refuses.
    void join();

  private:
    void work();
    void work_cyclic(unsigned notifications);
    void work_frames();

    Client &client_;
    Pin pin_;
    const bool writes_, music_, floods_;
    std::atomic<bool> stop_ = false;
    std::atomic<std::uint64_t> moved_ = 0;
    std::optional<Client::Thread> thread_;
};

} // namespace ksbox::scenarios
