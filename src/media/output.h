// One stream, coded frame by frame, in one container. What the audio and the video writer have in
// common.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "media/ffmpeg.h"
#include "media/messages.h"
#include "media/result.h"
#include "media/sink.h"

namespace ksbox::media {

class Output {
  public:
    /// What a container is called by FFmpeg, and the options that keep its file whole at any
    /// moment.
    struct Container {
        const char *name;
        std::vector<std::pair<const char *, const char *>> options;
    };

    /// `sink` stays the caller's.
    explicit Output(Sink &sink) : sink_(sink) {}
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    /// The encoder to be set up; then open(). An Error: FFmpeg was built without it.
    Result<AVCodecContext *> encoder(const char *name, const Container &container);
    /// Writes the container's beginning.
    Result<void> open(const std::vector<std::pair<const char *, const char *>> &codec_options = {});
    AVCodecContext &codec() { return *codec_; }

    /// A frame with its time; null: what the encoder still has.
    Result<void> write(const AVFrame *frame);
    /// What is written so far goes to the sink.
    Result<void> flush();
    /// The rest, and the container's end.
    Result<void> finish();

  private:
    struct Free {
        void operator()(AVFormatContext *container) const { avformat_free_context(container); }
    };
    /// The sink's own error if there is one: FFmpeg only knows that something went wrong.
    Result<void> check(int error);
    static int put(void *self, std::uint8_t *bytes, int count);
    static std::int64_t seek(void *self, std::int64_t offset, int whence);

    Sink &sink_;
    Messages messages_;
    Owned<AVIOContext> bytes_;
    std::unique_ptr<AVFormatContext, Free> container_;
    std::vector<std::pair<const char *, const char *>> container_options_;
    Owned<AVCodecContext> codec_;
    Owned<AVPacket> packet_;
    std::uint64_t position_ = 0, size_ = 0;
    std::optional<Error> sink_error_;
    bool opened_ = false;
};

} // namespace ksbox::media
