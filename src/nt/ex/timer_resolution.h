// The clock's period as drivers ask for it: the finest request stands until all are taken back.
#pragma once

#include <cstdint>

#include "abi/windows.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ex {

class TimerResolution {
  public:
    explicit TimerResolution(Kernel &kernel);

    /// In 100 ns units; the period that is now in force.
    std::uint32_t request(std::uint32_t period_100ns);
    std::uint32_t restore();

    std::uint32_t coarsest() const { return coarsest_; }
    std::uint32_t finest() const { return coarsest_ < finest_period ? coarsest_ : finest_period; }

  private:
    static constexpr std::uint32_t finest_period = 5'000; ///< 0.5 ms, as PCs have

    Kernel &kernel_;
    const std::uint32_t coarsest_;
    KSPIN_LOCK lock_ = 0;
    unsigned requests_ = 0;
};

} // namespace ksbox::ex

extern "C" {
/// Missing from mingw-w64's headers. @doc NF:wdm.ExQueryTimerResolution
VOID NTAPI ExQueryTimerResolution(PULONG MaximumTime, PULONG MinimumTime, PULONG CurrentTime);
}
