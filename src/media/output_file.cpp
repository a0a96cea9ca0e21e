#include "media/output_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace ksbox::media {

namespace {

// A pipe, a device.
bool is_direct(const std::filesystem::path &name) {
    std::error_code error;
    const auto status = std::filesystem::status(name, error);
    return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
           !std::filesystem::is_directory(status);
}

int open_again_when_interrupted(const char *name, int flags) {
    int file = -1;
    do
        file = ::open(name, flags | O_CLOEXEC, 0666);
    while (file < 0 && errno == EINTR);
    return file;
}

std::filesystem::path partial_name(const std::filesystem::path &name, bool direct) {
    return direct ? name : std::filesystem::path(name.string() + ".part");
}

std::unexpected<Error> cannot_be_written(const std::filesystem::path &name, int error) {
    return refuse(name.string() + " cannot be written: " + std::strerror(error));
}

} // namespace

OutputFile::OutputFile(std::filesystem::path name, bool direct)
    : name_(std::move(name)), partial_(partial_name(name_, direct)), direct_(direct) {}

Result<std::unique_ptr<OutputFile>> OutputFile::open(std::filesystem::path name) {
    std::error_code error;
    if (std::filesystem::is_directory(name, error))
        return cannot_be_written(name, EISDIR);
    const bool direct = is_direct(name);
    std::unique_ptr<OutputFile> file(new OutputFile(std::move(name), direct));
    // For writing only: with a reader of its own, a pipe never tells that the other has gone.
    file->file_ = open_again_when_interrupted(file->partial_.c_str(),
                                              direct ? O_WRONLY : O_RDWR | O_CREAT | O_TRUNC);
    if (file->file_ < 0)
        return file->fail(errno);
    return file;
}

Result<void> OutputFile::check(const std::filesystem::path &name) {
    if (!is_direct(name))
        KS_CHECK(open(name));
    else if (access(name.c_str(), W_OK) != 0)
        return cannot_be_written(name, errno);
    return {};
}

OutputFile::~OutputFile() {
    if (file_ < 0)
        return;
    close(file_);
    if (!keep_ && !direct_)
        unlink(partial_.c_str());
}

std::unexpected<Error> OutputFile::fail(int error) {
    disk_is_full_ |= error == ENOSPC || error == EDQUOT || error == EFBIG;
    return cannot_be_written(name_, error);
}

Result<void> OutputFile::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        ssize_t written = write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(written == 0 ? ENOSPC : errno);
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> OutputFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return fail(written == 0 ? ENOSPC : errno);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> OutputFile::commit() {
    int file = std::exchange(file_, -1);
    // Some file systems tell of a full disk only now.
    int error = fsync(file) != 0 && errno != EINVAL && errno != EROFS ? errno : 0;
    if (close(file) != 0 && error == 0)
        error = errno;
    if (error == 0 && !direct_ && rename(partial_.c_str(), name_.c_str()) != 0)
        error = errno;
    if (error != 0) {
        if (!direct_)
            unlink(partial_.c_str());
        return fail(error);
    }
    return {};
}

std::string OutputFile::keep_partial() {
    keep_ = true;
    return direct_ ? std::string() : partial_.string();
}

} // namespace ksbox::media
