// media_file-seeds FOLDER: one small file of each kind that can be written.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "media/audio_writer.h"
#include "media/video_writer.h"

namespace {

using namespace ksbox;

class FileSink final : public media::Sink {
  public:
    explicit FileSink(const std::filesystem::path &name) : file_(name, std::ios::binary) {}
    media::Result<void> append(std::span<const std::byte> bytes) override {
        file_.seekp(0, std::ios::end);
        return put(bytes);
    }
    media::Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
        file_.seekp(static_cast<std::streamoff>(offset));
        return put(bytes);
    }
    bool can_seek() const override { return true; }

  private:
    media::Result<void> put(std::span<const std::byte> bytes) {
        file_.write(reinterpret_cast<const char *>(bytes.data()),
                    static_cast<std::streamsize>(bytes.size()));
        if (!file_)
            return media::refuse("cannot be written");
        return {};
    }
    std::ofstream file_;
};

// Bytes that are no silence.
std::vector<std::byte> content(std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = std::byte(i * i / 64 % 251);
    return bytes;
}

media::Result<void> write_sound(const std::filesystem::path &name) {
    constexpr AudioFormat format{.rate_hz = 16'000};
    FileSink sink(name);
    auto writer = KS_TRY(media::AudioWriter::create(sink, *media::audio_kind(name), format, false));
    KS_CHECK(writer->append(content(format.frame_bytes() * 1'000)));
    return writer->finish();
}

media::Result<void> write_pictures(const std::filesystem::path &name) {
    constexpr media::PictureFormat format{media::Pixels::yuy2, 32, 24, {}};
    FileSink sink(name);
    auto writer = KS_TRY(media::VideoWriter::create(sink, *media::video_kind(name), format));
    KS_CHECK(writer->append(content(format.bytes())));
    return writer->finish();
}

} // namespace

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: media_file-seeds FOLDER\n");
        return 2;
    }
    const std::filesystem::path folder = argv[1];
    std::filesystem::create_directories(folder);
    for (const char *name :
         {"a.wav", "a.flac", "a.m4a", "a.mp3", "a.ogg", "v.mp4", "v.y4m", "v.png"}) {
        const bool sound = name[0] == 'a';
        if (const auto done = sound ? write_sound(folder / name) : write_pictures(folder / name);
            !done) {
            std::fprintf(stderr, "%s: %s\n", name, done.error().text.c_str());
            return 1;
        }
    }
    return 0;
}
