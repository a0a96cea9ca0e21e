// Which streams a media file has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "media/result.h"

namespace ksbox::media {

enum class StreamKind : std::uint8_t { audio, video };

struct StreamFacts {
    unsigned number = 0; ///< in the file, for AudioReader::open and VideoReader::open
    StreamKind kind = StreamKind::audio;
    std::string title, language; ///< as the file says them; empty: it does not
};

/// Sound and moving pictures, in the file's order; covers and subtitles are left out. Whether they
/// can be decoded only opening them tells. Errors: no such file, none that FFmpeg reads.
Result<std::vector<StreamFacts>> streams_of(const std::filesystem::path &file);

} // namespace ksbox::media
