// Copies of sources for clang: in another encoding or dialect, or with what clang refuses decided.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "build/project.h"

namespace ksbox::build {

/// The first line of each copy: diagnostics name the source itself.
std::string line_one(const std::filesystem::path &source);

/// What clang reads in the place of a source in another encoding or dialect; nothing: the source.
std::optional<std::string> converted_text(const std::filesystem::path &source,
                                          const std::string &bytes);

/// A file name that no other source of the project has.
std::string object_name(const Project &project, const std::filesystem::path &source);

} // namespace ksbox::build
