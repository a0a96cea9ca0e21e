#include <optional>
#include <png.h>

#include <fmt/format.h>

#include "cli/failures.h"
#include "cli/output_file.h"
#include "cli/video_file.h"

namespace ksbox::cli {

namespace {

std::vector<std::byte> encode(const std::vector<std::byte> &rgb, const VideoFormat &format) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = format.width;
    image.height = format.height;
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t bytes = 0;
    std::vector<std::byte> file;
    for (int pass = 0; pass < 2; ++pass) { // the first pass asks for the size
        file.resize(bytes);
        if (png_image_write_to_memory(&image, pass == 0 ? nullptr : file.data(), &bytes, 0,
                                      rgb.data(), 0, nullptr) == 0)
            throw std::runtime_error(std::string("libpng: ") + image.message);
    }
    file.resize(bytes);
    return file;
}

// The name with its %d or %0Nd replaced; nothing when it has none.
std::optional<std::string> numbered(const std::string &name, std::uint64_t number) {
    std::size_t percent = name.find('%');
    if (percent == std::string::npos)
        return std::nullopt;
    std::size_t d = name.find('d', percent);
    std::string width = d == std::string::npos ? "?" : name.substr(percent + 1, d - percent - 1);
    if (width.find_first_not_of("0123456789") != std::string::npos || width.size() > 2)
        return std::nullopt;
    std::string digits = width.starts_with('0')
                             ? fmt::format("{:0{}}", number, width.size() > 1 ? width[1] - '0' : 1)
                             : std::to_string(number);
    return name.substr(0, percent) + digits + name.substr(d + 1);
}

class PngFile final : public VideoFile {
  public:
    PngFile(const std::filesystem::path &name, const PictureReader &reader)
        : name_(name), reader_(reader), numbered_(numbered(name.string(), 1).has_value()) {
        if (!numbered_)
            file_.emplace(name);
    }
    void append(std::span<const std::byte> picture) override {
        ++count_;
        if (numbered_) {
            OutputFile file(*numbered(name_.string(), count_));
            write(file, picture);
            file.commit();
        } else {
            last_.assign(picture.begin(), picture.end());
        }
    }
    void commit() override {
        if (numbered_)
            return;
        write(*file_, last_);
        file_->commit();
    }
    std::string keep_partial() override {
        if (numbered_)
            return count_ == 0 ? std::string() : name_.string();
        if (last_.empty())
            return {};
        try {
            write(*file_, last_);
        } catch (const std::exception &) {
            return {}; // a part of a PNG is none
        }
        return file_->keep_partial();
    }
    std::string written() const override { return name_.string(); }

  private:
    void write(OutputFile &file, std::span<const std::byte> picture) {
        file.append(encode(reader_.to_rgb(picture), reader_.format()));
    }

    std::filesystem::path name_;
    PictureReader reader_;
    bool numbered_;
    std::optional<OutputFile> file_;
    std::vector<std::byte> last_;
    std::uint64_t count_ = 0;
};

} // namespace

std::unique_ptr<VideoFile> make_png(const std::filesystem::path &name,
                                    const PictureReader &reader) {
    return std::make_unique<PngFile>(name, reader);
}

} // namespace ksbox::cli
