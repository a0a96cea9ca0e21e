#include "cli/output_file.h"

#include "cli/failures.h"

namespace ksbox::cli {

namespace {

template <typename T> T must(media::Result<T> result) {
    if (!result)
        throw BadInput(result.error().text);
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

OutputFile::OutputFile(std::filesystem::path name)
    : file_(must(media::OutputFile::open(std::move(name)))) {}

void OutputFile::check(const std::filesystem::path &name) {
    must(media::OutputFile::check(name));
}

void OutputFile::append(std::span<const std::byte> bytes) {
    must(file_->append(bytes));
}

void OutputFile::commit() {
    must(file_->commit());
}

} // namespace ksbox::cli
