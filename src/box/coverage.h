// Coverage reports: which lines of a driver ran, and how often.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <span>
#include <string>

namespace ksbox::box {

/// Writes a driver's counts (loader::raw_profile): as they are to a file whose name ends in
/// .profraw, else as lcov's lines, by llvm-profdata and llvm-cov, which read the driver's file. The
/// error is a sentence. Blocks while they run.
std::expected<void, std::string> write_coverage(const std::filesystem::path &to,
                                                std::span<const std::byte> raw_profile,
                                                const std::filesystem::path &driver);

} // namespace ksbox::box
