// Paths as Windows projects write them, on a file system that minds case.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "build/files.h"

namespace ksbox::build {

/// Forward slashes, without quotation marks and spaces around.
std::string forward(std::string_view windows_path);
/// Back-slashes, as properties have paths.
std::string backward(const std::filesystem::path &path);

/// The file or folder of that name below `base` (absolute), each part without regard to case. What
/// is not there stays as written.
std::filesystem::path find_path(const Files &files, const std::filesystem::path &base,
                                std::string_view windows_path);

bool has_wildcard(std::string_view windows_path);
/// The files that `*`, `?` and `**` match, in order of their names; at most `limit`.
std::vector<std::filesystem::path> matching_files(const Files &files,
                                                  const std::filesystem::path &base,
                                                  std::string_view pattern, std::size_t limit);

} // namespace ksbox::build
