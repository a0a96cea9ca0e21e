// The pictures of a media file, in a pixel format that KS cameras use.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "media/pictures.h"
#include "media/result.h"

namespace ksbox::media {

class Input;

/// One thread at a time.
class VideoReader {
  public:
    /// Of the best video stream, or the one with that number (streams.h). Without `pixels` those
    /// nearest to the file's own: YUY2 for 4:2:2, NV12 for other YUV, RGB24 or, with transparency,
    /// RGB32.
    static Result<std::unique_ptr<VideoReader>> open(const std::filesystem::path &file,
                                                     std::optional<Pixels> pixels = std::nullopt,
                                                     std::optional<unsigned> stream = std::nullopt);
    ~VideoReader();

    const PictureFormat &format() const { return format_; }

    struct Picture {
        std::int64_t time_100ns; ///< since the stream's beginning
    };
    /// The next picture into format().bytes() bytes; nothing at the end. One of another size than
    /// the first is scaled to that.
    Result<std::optional<Picture>> read(std::span<std::byte> picture);

  private:
    struct Parts;
    explicit VideoReader(std::unique_ptr<Parts> parts);
    Result<void> begin(std::optional<Pixels> pixels);
    Result<void> convert();

    std::unique_ptr<Parts> parts_;
    PictureFormat format_;
    std::uint64_t count_ = 0;
};

} // namespace ksbox::media
