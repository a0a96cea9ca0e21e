#include <fmt/format.h>

#include "cli/output_file.h"
#include "cli/video_file.h"
#include "media/pictures.h"

namespace ksbox::cli {

namespace {

std::string frame_rate(std::uint64_t frame_100ns) {
    const media::FrameRate rate = media::rate_of(frame_100ns);
    return fmt::format("{}:{}", rate.pictures, rate.seconds);
}

class Y4mFile final : public VideoFile {
  public:
    Y4mFile(const std::filesystem::path &name, const PictureReader &reader)
        : file_(name), reader_(reader) {
        const VideoFormat &format = reader.format();
        put(fmt::format("YUV4MPEG2 W{} H{} F{} Ip A1:1 {} XCOLORRANGE=LIMITED\n", format.width,
                        format.height, frame_rate(format.frame_100ns), reader.y4m_colour()));
    }
    void append(std::span<const std::byte> picture) override {
        put("FRAME\n");
        file_.append(reader_.to_planes(picture));
        empty_ = false;
    }
    void commit() override { file_.commit(); }
    std::string keep_partial() override { return empty_ ? std::string() : file_.keep_partial(); }
    std::string written() const override { return file_.name().string(); }

  private:
    void put(std::string_view text) { file_.append(std::as_bytes(std::span(text))); }

    OutputFile file_;
    PictureReader reader_;
    bool empty_ = true;
};

} // namespace

std::unique_ptr<VideoFile> make_y4m(const std::filesystem::path &name,
                                    const PictureReader &reader) {
    return std::make_unique<Y4mFile>(name, reader);
}

} // namespace ksbox::cli
