#include "media/source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace ksbox::media {

Result<std::unique_ptr<Source>> Source::open(const std::filesystem::path &name) {
    FileDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts{};
    if (!file || fstat(file.get(), &facts) != 0)
        return refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return refuse("cannot be read: it is no plain file");
    if (facts.st_size == 0)
        return refuse("empty: the file has no bytes");
    std::unique_ptr<Source> source(
        new Source(std::move(file), static_cast<std::uint64_t>(facts.st_size)));
    constexpr int buffer_bytes = 32 * 1024;
    auto *buffer = static_cast<unsigned char *>(av_malloc(buffer_bytes));
    AVIOContext *bytes = buffer == nullptr ? nullptr
                                           : avio_alloc_context(buffer, buffer_bytes, 0,
                                                                source.get(), read, nullptr, seek);
    if (bytes == nullptr) {
        av_free(buffer);
        return refuse("cannot be read: no memory");
    }
    source->bytes_.reset(bytes);
    return source;
}

int Source::read(void *self, std::uint8_t *to, int bytes) {
    auto &source = *static_cast<Source *>(self);
    const auto wanted = static_cast<std::uint64_t>(bytes);
    if (wanted > source.left_of_step_)
        return AVERROR_INVALIDDATA;
    ssize_t count = -1;
    do
        count = pread(source.file_.get(), to, wanted, static_cast<off_t>(source.position_));
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return AVERROR(errno);
    // An empty read counts too: nobody asks for ever.
    source.left_of_step_ -= std::max<std::uint64_t>(static_cast<std::uint64_t>(count), 1);
    source.position_ += static_cast<std::uint64_t>(count);
    return count == 0 ? AVERROR_EOF : static_cast<int>(count);
}

std::int64_t Source::seek(void *self, std::int64_t offset, int whence) {
    auto &source = *static_cast<Source *>(self);
    if (whence == AVSEEK_SIZE)
        return static_cast<std::int64_t>(source.size_);
    const std::int64_t base = whence == SEEK_CUR   ? static_cast<std::int64_t>(source.position_)
                              : whence == SEEK_END ? static_cast<std::int64_t>(source.size_)
                                                   : 0;
    std::int64_t target = 0;
    if (__builtin_add_overflow(base, offset, &target) || target < 0)
        return AVERROR(EINVAL);
    source.position_ = static_cast<std::uint64_t>(target);
    return target;
}

} // namespace ksbox::media
