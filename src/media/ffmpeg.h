// Owners of FFmpeg's objects.
#pragma once

#include <memory>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace ksbox::media {

struct Free {
    void operator()(AVPacket *packet) const { av_packet_free(&packet); }
    void operator()(AVFrame *frame) const { av_frame_free(&frame); }
    void operator()(AVCodecContext *codec) const { avcodec_free_context(&codec); }
    void operator()(SwsContext *scaler) const { sws_freeContext(scaler); }
    /// Buffers of bytes that FFmpeg may exchange for others.
    void operator()(AVIOContext *bytes) const {
        av_freep(static_cast<void *>(&bytes->buffer));
        avio_context_free(&bytes);
    }
};

template <typename T> using Owned = std::unique_ptr<T, Free>;

} // namespace ksbox::media
