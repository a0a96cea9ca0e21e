// Headers by any case: a file for clang's -ivfsoverlay that has the files of the include folders
// without regard to case, and converted ones in the place of UTF-16 sources.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "build/files.h"

namespace ksbox::build {

class HeaderOverlay {
  public:
    explicit HeaderOverlay(const Files &files) : files_(files) {}

    /// With the folders below it, but for hidden ones.
    void add_tree(const std::filesystem::path &folder) { add(folder, true, 0); }
    void add_folder(const std::filesystem::path &folder) { add(folder, false, 0); }
    /// Folders that are searched together. A header in one that only forwards to another in lower
    /// case (Windef.h) is left to be found by its own name.
    void add_searched(const std::vector<std::filesystem::path> &folders);
    /// Diagnostics name `original`, the text is `copy`'s.
    void replace(const std::filesystem::path &original, const std::filesystem::path &copy);
    bool has(const std::filesystem::path &folder) const;
    /// The files of a folder in it, by path; of all folders.
    std::vector<std::filesystem::path> paths(const std::filesystem::path &folder) const;
    std::vector<std::filesystem::path> paths() const;

    std::string to_yaml() const;

  private:
    struct Content {
        std::filesystem::path real;
        bool converted = false;
    };
    void add(const std::filesystem::path &folder, bool below, unsigned depth);

    const Files &files_;
    std::size_t count_ = 0;
    std::set<std::string> lower_; ///< names in lower case of the folders searched together
    /// By folder, by name.
    std::map<std::string, std::map<std::string, Content>> folders_;
};

} // namespace ksbox::build
