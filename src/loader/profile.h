// The execution counts of a driver built with -fprofile-instr-generate (ksbox_add_driver COVERAGE):
// clang puts them, what they belong to and the functions' names into sections of the image, and
// leaves it to a run-time library to write them to a file. Kernel drivers have none; this is it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace ksbox::loader {

class Image;

/// The counts so far, as a file that llvm-profdata reads (.profraw, version 10 as clang 19 makes
/// it). Nothing when the image keeps no counts. The driver may run meanwhile.
[[nodiscard]] std::optional<std::vector<std::byte>> raw_profile(const Image &image);

} // namespace ksbox::loader
