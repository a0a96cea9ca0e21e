// Pictures into a file, of the kind that its name says.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "media/pictures.h"
#include "media/result.h"
#include "media/sink.h"

namespace ksbox::media {

/// MP4 holds H.264, or MPEG-4 where FFmpeg was built without x264; y4m pictures without loss, as
/// 4:2:0, 4:2:2 or 4:4:4; PNG one picture, in RGB.
enum class VideoKind : std::uint8_t { mp4, y4m, png };

/// .mp4, .y4m, .png, in any case; nothing for other names.
std::optional<VideoKind> video_kind(const std::filesystem::path &name);

/// One thread at a time. When it ends without finish(), what reached the sink of an MP4 or y4m file
/// can be played, shorter by a second at most.
class VideoWriter {
  public:
    /// Errors are without the file's name.
    static Result<std::unique_ptr<VideoWriter>> create(Sink &sink, VideoKind kind,
                                                       const PictureFormat &format);
    ~VideoWriter();

    /// format.bytes() bytes. Pictures follow one another at the format's rate; a second one for a
    /// PNG file is refused.
    Result<void> append(std::span<const std::byte> picture);
    /// Writes what is held back, and the container's end. Once.
    Result<void> finish();

  private:
    struct Parts;
    explicit VideoWriter(std::unique_ptr<Parts> parts);
    Result<void> begin();

    std::unique_ptr<Parts> parts_;
};

} // namespace ksbox::media
