// Registry files of the host: merged into a box's registry, and written from it.
#pragma once

#include <filesystem>

namespace ksbox {
class Kernel;
}

namespace ksbox::box {

/// Throws Error with the file, the line and what is wrong with it; nothing is merged then.
void merge_registry_file(Kernel &kernel, const std::filesystem::path &file);
/// The whole registry as a version 5.00 file. Throws Error when the file cannot be written.
void save_registry_file(Kernel &kernel, const std::filesystem::path &file);

} // namespace ksbox::box
