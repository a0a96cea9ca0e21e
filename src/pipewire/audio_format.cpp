#include "pipewire/audio_format.h"

namespace ksbox::pipewire {

std::string to_string(Samples samples) {
    constexpr const char *names[] = {"u8", "s16", "s24", "s32", "f32", "f64"};
    return names[static_cast<std::size_t>(samples)];
}

std::string to_string(const AudioFormat &format) {
    return to_string(format.samples) + ", " + std::to_string(format.channels) +
           (format.channels == 1 ? " channel, " : " channels, ") + std::to_string(format.rate_hz) +
           " Hz";
}

} // namespace ksbox::pipewire
