#include "base/read_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file_descriptor.h"

namespace ksbox {

std::expected<FileBytes, int> read_file(const std::string &path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts{};
    if (!file || fstat(file.get(), &facts) != 0)
        return std::unexpected(errno);
    // One byte more than there should be shows the end; what has no size, or grows, grows this too.
    std::size_t room = static_cast<std::size_t>(std::max<off_t>(facts.st_size, 0)) + 1, size = 0;
    std::unique_ptr<std::byte[]> bytes(new std::byte[room]);
    while (true) {
        const ssize_t got = ::read(file.get(), bytes.get() + size, room - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return std::unexpected(errno);
        if (got == 0)
            return FileBytes(std::move(bytes), size);
        size += static_cast<std::size_t>(got);
        if (size == room) {
            room = 2 * room + 4096;
            std::unique_ptr<std::byte[]> larger(new std::byte[room]);
            std::memcpy(larger.get(), bytes.get(), size);
            bytes = std::move(larger);
        }
    }
}

} // namespace ksbox
