// What one client thread does under stress, chosen by its own generator: frames through gain that
// must arrive once each and in order, and pins that are opened, told to go anywhere, cancelled and
// closed.
#pragma once

#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "ksbox/filter.h"

namespace ksbox::stress {

/// A pin factory and a format that it takes.
struct PinKind {
    std::uint32_t id;
    DataFlow data_flow;
    DataFormat format;
};
struct FilterKind {
    std::string path;
    std::vector<PinKind> pins;
};

/// Asks a driver's filter; on the box's host thread.
FilterKind learn(Client &client, const std::string &path);

class Worker {
  public:
    /// `gain` is one of `kinds`.
    Worker(Client &client, std::span<const FilterKind> kinds, const std::string &gain,
           std::uint64_t seed)
        : client_(client), kinds_(kinds), gain_(gain), random_(std::uint32_t(seed)) {}

    /// On a thread of the client, until `more` says no. Failures are those of the test.
    void work(const std::function<bool()> &more);
    /// What was done, so that a test knows that something was.
    struct Done {
        std::size_t streams = 0, pins = 0, transfers = 0, cancels = 0, states = 0;
    };
    const Done &done() const { return done_; }

  private:
    std::uint32_t below(std::uint32_t limit) { return random_() % limit; }
    /// Through one gain filter, or two that are connected.
    void stream(bool through_two);
    void transfer(Pin &in, Pin &out, const std::string &how);
    void go(Pin &pin, PinState to);
    /// Anything, in any order.
    void disorder();

    Client &client_;
    std::span<const FilterKind> kinds_;
    std::string gain_;
    std::mt19937 random_;
    Done done_;
};

} // namespace ksbox::stress
