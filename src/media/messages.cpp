#include "media/messages.h"

#include <cstdarg>
#include <cstdio>
#include <utility>

#include "media/ffmpeg.h"

namespace ksbox::media {

namespace {

// An object that logs begins with a pointer to its class, which may say where its parent is.
Messages *messages_of(void *object) {
    for (int depth = 0; object != nullptr && depth < 4; ++depth) {
        const AVClass *kind = *static_cast<const AVClass **>(object);
        if (kind == nullptr)
            return nullptr;
        if (kind == avformat_get_class())
            return static_cast<Messages *>(static_cast<AVFormatContext *>(object)->opaque);
        if (kind == avcodec_get_class())
            return static_cast<Messages *>(static_cast<AVCodecContext *>(object)->opaque);
        if (kind->parent_log_context_offset == 0)
            return nullptr;
        object = *reinterpret_cast<void **>(static_cast<char *>(object) +
                                            kind->parent_log_context_offset);
    }
    return nullptr;
}

// One line, whatever bytes of the file are in it.
std::string one_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '.' || text.back() == ' '))
        text.pop_back();
    for (char &letter : text)
        if (letter < ' ' || letter > '~')
            letter = '?';
    return text;
}

void collect_one(void *object, int level, const char *format, va_list arguments) {
    if (level > AV_LOG_ERROR)
        return;
    Messages *messages = messages_of(object);
    if (messages == nullptr)
        return;
    char text[200];
    std::vsnprintf(text, sizeof text, format, arguments);
    if (std::string line = one_line(text); !line.empty())
        messages->take(std::move(line));
}

} // namespace

void Messages::collect() {
    av_log_set_callback(collect_one);
}

std::string Messages::explain(int error) const {
    if (!first_.empty())
        return first_;
    if (error == AVERROR_EOF || error == AVERROR(EIO)) // of a header that is cut off, too
        return "it ends too early";
    char text[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(error, text, sizeof text);
    return text;
}

} // namespace ksbox::media
