// A project file (.vcxproj) evaluated for one configuration: its properties, its items with their
// metadata, and what the items' definitions say.
// @doc visualstudio/msbuild/build-process-overview (evaluation phase)
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "build/expression.h"
#include "build/files.h"
#include "build/message.h"

namespace ksbox::build {

/// By name in lower case.
using Metadata = std::map<std::string, std::string>;

struct Item {
    std::string include; ///< as written, wildcards replaced by what they match
    Metadata metadata;   ///< of the definition and its own
    Place place;

    /// Empty: not set.
    std::string get(std::string_view name) const;
};

/// What the caller gives; a project cannot overrule it.
struct Globals {
    std::string configuration = "Debug";
    std::string platform = "x64";
    std::filesystem::path solution; ///< empty: the project stands alone
};

class Project {
  public:
    const std::filesystem::path &file() const { return file_; }
    std::filesystem::path folder() const { return file_.parent_path(); }
    std::string name() const { return file_.stem().string(); }
    std::string property(std::string_view name) const { return properties_.get(name); }
    /// Of one type: "ClCompile", "ResourceCompile" …
    const std::vector<Item> &items(std::string_view type) const;
    /// The types that have items.
    std::vector<std::string> item_types() const;
    /// What a definition says that is about no item: ("Link", "AdditionalDependencies").
    std::string definition(std::string_view type, std::string_view name) const;
    /// What was left out while reading, in the order of the files.
    const Messages &left_out() const { return left_out_; }
    /// The configurations that the project has, as "Debug|x64".
    std::vector<std::string> configurations() const;

  private:
    friend class ProjectReader;

    std::filesystem::path file_;
    Properties properties_;
    std::map<std::string, Metadata> definitions_;    ///< by item type in lower case
    std::map<std::string, std::vector<Item>> items_; ///< likewise
    Messages left_out_;
};

/// Refused: files that are not XML or no project, conditions that are malformed, imports of
/// themselves, values and lists without bounds.
std::expected<Project, Message> read_project(const Files &files, const std::filesystem::path &file,
                                             const Globals &globals);

} // namespace ksbox::build
