#include "mixer/levels.h"

#include <algorithm>
#include <cmath>

namespace ksbox::mixer {

void Levels::set_level(unsigned channel, std::int32_t level) {
    level_[channel] = level == silence ? silence : std::clamp(level, lowest_level, highest_level);
}

std::array<float, most_channels> Levels::gains() const {
    std::array<float, most_channels> gains{};
    for (unsigned c = 0; c < most_channels; ++c)
        if (!muted_[c] && level_[c] != silence)
            gains[c] = static_cast<float>(std::pow(10.0, level_[c] / 65536.0 / 20.0));
    return gains;
}

} // namespace ksbox::mixer
