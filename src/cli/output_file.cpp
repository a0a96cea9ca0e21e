#include "cli/output_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "cli/failures.h"

namespace ksbox::cli {

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
        file = open(name, flags | O_CLOEXEC, 0666);
    while (file < 0 && errno == EINTR);
    return file;
}

} // namespace

OutputFile::OutputFile(std::filesystem::path name)
    : name_(std::move(name)), direct_(is_direct(name_)) {
    std::error_code error;
    if (std::filesystem::is_directory(name_, error))
        fail(EISDIR);
    partial_ = direct_ ? name_ : std::filesystem::path(name_.string() + ".part");
    // For writing only: with a reader of its own, a pipe never tells that the other has gone.
    file_ = open_again_when_interrupted(partial_.c_str(),
                                        direct_ ? O_WRONLY : O_RDWR | O_CREAT | O_TRUNC);
    if (file_ < 0)
        fail(errno);
}

void OutputFile::check(const std::filesystem::path &name) {
    if (!is_direct(name))
        OutputFile opened(name);
    else if (access(name.c_str(), W_OK) != 0)
        fail(name, errno);
}

OutputFile::~OutputFile() {
    if (file_ < 0)
        return;
    close(file_);
    if (!keep_ && !direct_)
        unlink(partial_.c_str());
}

void OutputFile::fail(int error) const {
    fail(name_, error);
}

void OutputFile::fail(const std::filesystem::path &name, int error) {
    throw BadInput(name.string() + " cannot be written: " + std::strerror(error));
}

void OutputFile::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        ssize_t written = write(file_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            fail(written == 0 ? ENOSPC : errno);
        size_ += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void OutputFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            fail(written == 0 ? ENOSPC : errno);
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void OutputFile::commit() {
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
        fail(error);
    }
}

std::string OutputFile::keep_partial() {
    keep_ = true;
    return direct_ ? std::string() : partial_.string();
}

} // namespace ksbox::cli
