// The driver kit: the headers, libraries and compiler arguments that ksbox_add_driver() uses too
// (wdk/), and the tools that both call.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "build/message.h"

namespace ksbox::build {

class Kit {
  public:
    /// Beside this program (../share/ksbox/wdk), or where the environment's KSBOX_WDK says.
    /// Refused: no kit there, a tool that is not installed (with its name).
    static std::expected<Kit, Message> find();

    const std::filesystem::path &folder() const { return folder_; }
    /// The arguments of one section of toolchain.txt; none: there is no such section.
    const std::vector<std::string> &section(std::string_view name) const;
    bool has_section(std::string_view name) const;
    /// The folders that headers come from, first one first.
    std::vector<std::filesystem::path> include_folders() const;

    std::filesystem::path clang, clangxx, linker, import_librarian, librarian, resource_compiler;

  private:
    std::expected<void, Message> read_sections(const std::string &resources,
                                               const std::string &headers);

    std::filesystem::path folder_;
    std::map<std::string, std::vector<std::string>, std::less<>> sections_;
};

} // namespace ksbox::build
