// One stream of a media file, decoded frame by frame. What the audio and the video reader have in
// common.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "media/ffmpeg.h"
#include "media/messages.h"
#include "media/result.h"
#include "media/source.h"

namespace ksbox::media {

class Input {
  public:
    /// The best stream of that kind, or the one with that number in the file; all others are passed
    /// over.
    static Result<std::unique_ptr<Input>> open(const std::filesystem::path &file, AVMediaType kind,
                                               std::optional<unsigned> stream = std::nullopt);
    /// Without a stream chosen, for a look at what there is.
    static Result<std::unique_ptr<Input>> look_at(const std::filesystem::path &file);

    AVFormatContext &container() { return *container_; }
    AVStream &stream() { return *container_->streams[stream_]; }
    AVCodecContext &codec() { return *codec_; }
    /// By FFmpeg's name for it, the first if there are several.
    bool is_container(std::string_view name) const;
    /// Nothing is lost by its coding.
    bool lossless() const { return lossless_; }
    /// How long the stream says that it is, in its time base; 0: it does not say, or by a guess.
    std::int64_t stated_duration() const { return stated_duration_; }

    /// The next frame, good until the next call; null at the end. Damage is an error: in a lossless
    /// stream wherever it is, else where something good follows.
    Result<AVFrame *> next();

    /// "NAME: WHY".
    std::unexpected<Error> refuse(const std::string &why) const;
    /// "NAME: damaged at byte N: WHY".
    std::unexpected<Error> refuse_damaged(const std::string &why) const;

  private:
    struct Close {
        void operator()(AVFormatContext *container) const { avformat_close_input(&container); }
    };
    explicit Input(std::filesystem::path name) : name_(std::move(name)) {}
    Result<void> open_container();
    Result<void> find_streams();
    Result<void> choose_stream(AVMediaType kind, std::optional<unsigned> stream);
    Result<void> open_codec();
    /// Gives the decoder its next packet, or the end.
    Result<void> feed();
    /// A call of FFmpeg's that reads follows.
    void begin_step();
    void note_failure(const std::string &why);

    const std::filesystem::path name_;
    Messages messages_;
    // FFmpeg's objects refer to those above them.
    std::unique_ptr<Source> source_;
    std::unique_ptr<AVFormatContext, Close> container_;
    Owned<AVCodecContext> codec_;
    Owned<AVPacket> packet_;
    Owned<AVFrame> frame_;
    unsigned stream_ = 0;
    std::vector<std::int64_t> stated_durations_; ///< of all streams; what the container itself says
    std::int64_t stated_duration_ = 0;
    std::int64_t packet_position_ = -1; ///< of the last packet in the file
    bool lossless_ = false, ended_ = false, any_frame_ = false;
    std::string failure_; ///< of a packet; it counts when something good follows
    unsigned idle_ = 0;   ///< packets since the last frame
};

} // namespace ksbox::media
