#include <utility>

#include "cli/media_sink.h"
#include "cli/video_file.h"
#include "media/video_writer.h"

namespace ksbox::cli {

namespace {

media::PictureFormat planes_of(const PictureReader &reader) {
    const VideoFormat &format = reader.format();
    const std::string_view colour = reader.y4m_colour();
    return {.pixels = colour == "C444"   ? media::Pixels::i444
                      : colour == "C422" ? media::Pixels::i422
                                         : media::Pixels::i420,
            .width = format.width,
            .height = format.height,
            .rate = media::rate_of(format.frame_100ns)};
}

class Mp4File final : public VideoFile {
  public:
    Mp4File(const std::filesystem::path &name, const PictureReader &reader)
        : sink_(name), reader_(reader), writer_(sink_.check(media::VideoWriter::create(
                                            sink_, media::VideoKind::mp4, planes_of(reader)))) {}
    void append(std::span<const std::byte> picture) override {
        sink_.check(writer_->append(reader_.to_planes(picture)));
        empty_ = false;
    }
    void commit() override {
        sink_.check(writer_->finish());
        sink_.file().commit();
    }
    std::string keep_partial() override {
        if (empty_)
            return {};
        (void)writer_->finish(); // if this fails, the file has what was written before
        return sink_.file().keep_partial();
    }
    std::string written() const override { return sink_.file().name().string(); }

  private:
    MediaSink sink_;
    PictureReader reader_;
    std::unique_ptr<media::VideoWriter> writer_;
    bool empty_ = true;
};

} // namespace

std::unique_ptr<VideoFile> make_mp4(const std::filesystem::path &name,
                                    const PictureReader &reader) {
    return std::make_unique<Mp4File>(name, reader);
}

} // namespace ksbox::cli
