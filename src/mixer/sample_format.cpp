// Which sample formats the mixer takes.
#include "mixer/sample_format.h"

#include <bit>

#include <fmt/format.h>

namespace ksbox::mixer {

std::string objection(const SampleFormat &format) {
    if (format.channels < 1 || format.channels > most_channels)
        return fmt::format("{} channels: the mixer takes 1 to {}", format.channels, most_channels);
    if (format.rate_hz < lowest_rate_hz || format.rate_hz > highest_rate_hz)
        return fmt::format("{} Hz: the mixer takes {} to {}", format.rate_hz, lowest_rate_hz,
                           highest_rate_hz);
    const unsigned bits = 8 * container_bytes(format.encoding);
    if (is_float(format.encoding) ? format.valid_bits != bits
                                  : format.valid_bits < 1 || format.valid_bits > bits)
        return fmt::format("{} valid bits in {}", format.valid_bits, bits);
    const auto places = static_cast<unsigned>(std::popcount(format.channel_mask));
    if (format.channel_mask && places < format.channels)
        return fmt::format("the channel mask {:#x} has places for {} of {} channels",
                           format.channel_mask, places, format.channels);
    return {};
}

} // namespace ksbox::mixer
