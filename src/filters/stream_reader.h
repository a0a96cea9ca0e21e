// One stream of a file, frame by frame, in the format of a connection.
#pragma once

#include <memory>
#include <span>

#include "ksbox/format.h"
#include "media/pictures.h"
#include "media/result.h"
#include "media/streams.h"

namespace ksbox::filters {

/// One thread at a time.
class StreamReader {
  public:
    virtual ~StreamReader() = default;

    struct Piece {
        std::size_t bytes = 0;
        std::int64_t time_100ns = 0, duration_100ns = 0;
        bool last = false; ///< nothing follows
    };
    /// What fits: whole sample frames, or one picture. An error: what follows what was given before
    /// cannot be decoded.
    virtual media::Result<Piece> read(std::span<std::byte> room) = 0;
    /// The least room that read() can use.
    virtual std::size_t unit_bytes() const = 0;
};

/// In `to`, one of formats_of().
media::Result<std::unique_ptr<StreamReader>> read_audio(const std::filesystem::path &file,
                                                        unsigned stream, const AudioFormat &to);
media::Result<std::unique_ptr<StreamReader>> read_pictures(const std::filesystem::path &file,
                                                           unsigned stream);

/// In which forms a stream of sound can be had: as it is in the file, and what is coded with loss,
/// so has no number of bits, as 16-bit PCM before that.
std::vector<AudioFormat> formats_of(const AudioFormat &decoded, bool lossless);

} // namespace ksbox::filters
