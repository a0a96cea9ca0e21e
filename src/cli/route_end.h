// What stands behind ksbox route's --from and --to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace ksbox::cli {

struct End {
    enum class Kind : std::uint8_t { file, driver, tone, meter };
    Kind kind = Kind::file;
    std::filesystem::path file; ///< the driver's, too
    // Of a driver, at most one of the two.
    std::optional<std::uint32_t> pin;
    std::string endpoint;
    // Of a tone.
    double frequency_hz = 1000, level_db = -6;

    bool is_driver() const { return kind == Kind::driver; }
};

/// "song.flac", "card.sys", "card.sys:2", "card.sys:Speakers", "tone", "tone:440", "tone:440:-20",
/// "meter". Throws BadInput.
End parse_end(const std::string &text);

} // namespace ksbox::cli
