// The sound of a media file as interleaved samples, without loss: any container and codec that
// FFmpeg reads.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "ksbox/format.h"
#include "media/result.h"

struct AVFrame;

namespace ksbox::media {

class Input;

/// One thread at a time. It holds one packet and one frame of the file, whatever its length.
class AudioReader {
  public:
    /// Of the best audio stream, or the one with that number (streams.h). Errors say that there is
    /// no such file, no audio in it, no decoder for it, or where it is damaged.
    static Result<std::unique_ptr<AudioReader>> open(const std::filesystem::path &file,
                                                     std::optional<unsigned> stream = std::nullopt);
    ~AudioReader();

    /// The file's own. PCM, and what is coded without loss, has as many bits as in the file, in
    /// containers of whole bytes (20 bits: in three). What is coded with loss mostly comes as
    /// floats. A channel mask of 0: the file does not say.
    const AudioFormat &format() const { return format_; }
    /// What is read is what was once written.
    bool lossless() const;
    /// In frames (a sample of every channel), where the file says so exactly. Else only reading to
    /// the end tells.
    std::optional<std::uint64_t> length() const { return length_; }
    /// What read() gave.
    std::uint64_t position() const { return position_; }
    /// There is nothing more to read, and nothing was wrong.
    bool at_end() const { return frame_ == nullptr && !failure_; }

    /// The next frames, as many as fit: at least one, but for the end, which is 0 bytes. The
    /// encoder's delay and padding, which the file names, are left out. Errors: damaged, ends
    /// before its length, changes its format. After an error there is nothing more to read.
    Result<std::size_t> read(std::span<std::byte> bytes);

  private:
    explicit AudioReader(std::unique_ptr<Input> input);
    Result<void> begin();
    Result<void> next_frame();
    Result<bool> take_frame(AVFrame &frame);
    void begin_with(const AVFrame &frame);
    Result<void> check_end() const;

    std::unique_ptr<Input> input_;
    AudioFormat format_;
    std::optional<std::uint64_t> length_;
    std::uint64_t stated_ = 0; ///< frames, exact or about; 0: unknown
    std::uint64_t position_ = 0;
    AVFrame *frame_ = nullptr; ///< the input's; null at the end
    std::size_t taken_ = 0, frame_length_ = 0;
    std::size_t delay_ = 0;                ///< frames to leave out yet, at the beginning
    std::optional<std::uint64_t> ends_at_; ///< what lies behind is padding
    std::uint64_t padding_ = 0;            ///< left out so far
    bool begun_ = false;
    std::optional<Error> failure_;
};

} // namespace ksbox::media
