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
    const std::uint64_t patience_ns = second_ns / 2 + 2 * cycle_ns();
    return asked_ns_ != 0 && node_.ended_cycles() == ended_cycles_ &&
           pipewire::now_ns() - asked_ns_ < patience_ns;
}

std::uint64_t BridgeCycles::pause_ns() const {
    if (node_.direction() == pipewire::Direction::source)
        return cycle_ns() / 2;
    switch (empty_) {
    case 0:
        return 0;
    case 1:
        return cycle_ns() / 4;
    default:
        return cycle_ns();
    }
}

bool BridgeCycles::may_ask() const {
    const bool awaited = empty_ != 0 && under_way();
    return !awaited && pipewire::now_ns() - asked_ns_ >= pause_ns();
}

void BridgeCycles::ask(std::int64_t delay_frames) {
    asked_ns_ = pipewire::now_ns();
    ended_cycles_ = node_.ended_cycles();
    ++empty_;
    node_.trigger(delay_frames);
}

} // namespace ksbox::cli
