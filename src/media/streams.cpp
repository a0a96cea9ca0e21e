#include "media/streams.h"

#include "media/input.h"

namespace ksbox::media {

namespace {

std::string tag(const AVStream &stream, const char *name) {
    const AVDictionaryEntry *entry = av_dict_get(stream.metadata, name, nullptr, 0);
    return entry == nullptr ? std::string() : std::string(entry->value);
}

} // namespace

Result<std::vector<StreamFacts>> streams_of(const std::filesystem::path &file) {
    const std::unique_ptr<Input> input = KS_TRY(Input::look_at(file));
    std::vector<StreamFacts> streams;
    for (unsigned i = 0; i < input->container().nb_streams; ++i) {
        const AVStream &stream = *input->container().streams[i];
        const AVMediaType kind = stream.codecpar->codec_type;
        if ((kind != AVMEDIA_TYPE_AUDIO && kind != AVMEDIA_TYPE_VIDEO) ||
            (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
            continue;
        streams.push_back(
            {.number = i,
             .kind = kind == AVMEDIA_TYPE_AUDIO ? StreamKind::audio : StreamKind::video,
             .title = tag(stream, "title"),
             .language = tag(stream, "language")});
    }
    return streams;
}

} // namespace ksbox::media
