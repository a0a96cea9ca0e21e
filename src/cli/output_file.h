// media::OutputFile for commands: what goes wrong is BadInput.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "media/output_file.h"

namespace ksbox::cli {

class OutputFile {
  public:
    /// Throws BadInput.
    explicit OutputFile(std::filesystem::path name);
    /// Throws BadInput when it could not be written.
    static void check(const std::filesystem::path &name);

    const std::filesystem::path &name() const { return file_->name(); }
    /// As the place that media files are written to.
    media::OutputFile &sink() const { return *file_; }

    /// Both throw BadInput.
    void append(std::span<const std::byte> bytes);
    void commit();
    std::string keep_partial() { return file_->keep_partial(); }

  private:
    std::unique_ptr<media::OutputFile> file_;
};

} // namespace ksbox::cli
