#include "cli/bridge_cycles.h"

namespace ksbox::cli {

namespace {
constexpr std::uint64_t second_ns = 1'000'000'000;
} // namespace

std::uint64_t BridgeCycles::cycle_ns() const {
    const pipewire::Node::Cycle cycle = node_.cycle();
    return cycle.rate_hz == 0 ? 0 : cycle.frames * second_ns / cycle.rate_hz;
}

bool BridgeCycles::under_way() const {
    const std::uint64_t patience_ns = second_ns + 8 * cycle_ns();
    return asked_ns_ != 0 && node_.ended_cycles() == ended_cycles_ &&
           pipewire::now_ns() - asked_ns_ < patience_ns;
}

bool BridgeCycles::may_ask() const {
    if (under_way())
        return false;
    const std::uint64_t pause_ns = empty_ == 0 ? 0 : empty_ == 1 ? cycle_ns() / 4 : cycle_ns();
    return pipewire::now_ns() - asked_ns_ >= pause_ns;
}

void BridgeCycles::ask(std::int64_t delay_frames) {
    asked_ns_ = pipewire::now_ns();
    ended_cycles_ = node_.ended_cycles();
    ++empty_;
    node_.trigger(delay_frames);
}

} // namespace ksbox::cli
