// Any bytes as a media file: sound and pictures, or one clear line; in a bounded time, and with a
// bounded memory.
// Covers: src/media
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "base/file_descriptor.h"
#include "media/audio_reader.h"
#include "media/video_reader.h"

namespace {

using namespace ksbox;

constexpr std::size_t most_bytes = 16u << 20; // of what a small file decodes to
constexpr std::size_t most_pictures = 16;

void expect_one_line(const media::Error &error, const std::string &name) {
    if (!error.text.starts_with(name + ": "))
        std::abort();
    for (const char letter : error.text)
        if (letter < ' ' || letter > '~')
            std::abort();
}

void read_sound(const std::string &name) {
    auto reader = media::AudioReader::open(name);
    if (!reader)
        return expect_one_line(reader.error(), name);
    const std::size_t block = (*reader)->format().frame_bytes();
    if (block == 0)
        std::abort();
    std::vector<std::byte> bytes(1'000 * block);
    for (std::size_t all = 0; all < most_bytes;) {
        const auto count = (*reader)->read(bytes);
        if (!count)
            return expect_one_line(count.error(), name);
        if (*count == 0)
            break;
        if (*count % block != 0)
            std::abort();
        all += *count;
    }
}

void read_pictures(const std::string &name) {
    auto reader = media::VideoReader::open(name);
    if (!reader)
        return expect_one_line(reader.error(), name);
    std::vector<std::byte> picture((*reader)->format().bytes());
    for (std::size_t i = 0; i < most_pictures; ++i) {
        const auto read = (*reader)->read(picture);
        if (!read)
            return expect_one_line(read.error(), name);
        if (!*read)
            break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const FileDescriptor file(memfd_create("media", MFD_CLOEXEC));
    if (!file || write(file.get(), data, size) != static_cast<ssize_t>(size))
        std::abort();
    const std::string name = "/proc/self/fd/" + std::to_string(file.get());
    read_sound(name);
    read_pictures(name);
    return 0;
}
