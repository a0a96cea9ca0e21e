#include <cmath>

#include <fmt/format.h>

#include "cli/output_file.h"
#include "cli/video_file.h"

namespace ksbox::cli {

namespace {

std::string frame_rate(std::uint64_t frame_100ns) {
    if (frame_100ns == 0)
        return "30:1";
    // Intervals are whole 100 ns: 333333 means a thirtieth.
    for (std::uint64_t divisor : {1u, 1001u}) {
        double scaled = 1e7 * double(divisor) / double(frame_100ns);
        double unit = divisor == 1 ? 1.0 : 1000.0;
        auto rate = static_cast<std::uint64_t>(std::llround(scaled / unit) * unit);
        if (rate != 0 && std::llround(1e7 * double(divisor) / double(rate)) ==
                             static_cast<long long>(frame_100ns))
            return fmt::format("{}:{}", rate, divisor);
        if (rate != 0 &&
            static_cast<std::uint64_t>(1e7 * double(divisor) / double(rate)) == frame_100ns)
            return fmt::format("{}:{}", rate, divisor);
    }
    return fmt::format("10000000:{}", frame_100ns);
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
