// Where recorded pictures go: a y4m stream, an MP4 film, or PNG files.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "cli/picture.h"

namespace ksbox::cli {

class VideoFile {
  public:
    virtual ~VideoFile() = default;
    virtual void append(std::span<const std::byte> picture) = 0;
    /// Gives the file its name, when it has a picture; without it, nothing stays (or NAME.part,
    /// after keep_partial()).
    virtual void commit() = 0;
    /// When the command fails: what there is stays. The name of that; empty when nothing stays.
    /// Throws nothing.
    virtual std::string keep_partial() = 0;
    /// What commit() wrote, for messages.
    virtual std::string written() const = 0;
};

/// YUV4MPEG2: a line of header, then FRAME and its planes. The interval becomes a fraction: 333333
/// is 30:1, 333667 30000:1001.
std::unique_ptr<VideoFile> make_y4m(const std::filesystem::path &name, const PictureReader &reader);
/// H.264 in fragments, so that what is there can be played when the rest never comes.
std::unique_ptr<VideoFile> make_mp4(const std::filesystem::path &name, const PictureReader &reader);
/// The last picture; or, when the name has a %d or %03d, every picture under its number from 1.
std::unique_ptr<VideoFile> make_png(const std::filesystem::path &name, const PictureReader &reader);

} // namespace ksbox::cli
