// Evaluation in MSBuild's order: properties and imports as they stand, then definitions, then
// items.
#include <algorithm>
#include <memory>
#include <set>

#include "base/result.h"
#include "build/project.h"
#include "build/text.h"
#include "build/windows_path.h"
#include "build/xml_file.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_files = 200, most_items = 20'000;
constexpr unsigned deepest_import = 24, deepest_choice = 24;

using Done = std::expected<void, Message>;

/// Microsoft's own, whose part is done here.
bool is_toolchains(std::string_view import) {
    for (const char *root : {"$(VCTargetsPath", "$(UserRootDir)", "$(WDKContentRoot)", "$(Windows",
                             "$(MSBuildExtensionsPath", "$(MSBuildToolsPath", "$(NTMAKEENV)"})
        if (lower_case(import).find(lower_case(root)) != std::string::npos)
            return true;
    return false;
}

} // namespace

class ProjectReader {
  public:
    ProjectReader(const Files &files, const fs::path &file, const Globals &globals)
        : files_(files) {
        project_.file_ = file.lexically_normal();
        set_globals(globals);
    }

    std::expected<Project, Message> read() {
        KS_CHECK(import_above("Directory.Build.props"));
        KS_CHECK(import(project_.file_, 0));
        KS_CHECK(import_above("Directory.Build.targets"));
        for (const Group &group : definitions_)
            KS_CHECK(define(group));
        for (const Group &group : items_)
            KS_CHECK(fill(group));
        return std::move(project_);
    }

  private:
    struct Group {
        pugi::xml_node node;
        const XmlFile *file;
    };

    void set(const char *name, std::string value) {
        project_.properties_.set(name, std::move(value));
    }
    /// Not to be overruled by the file.
    void fix(const char *name, const std::string &value) {
        set(name, value);
        fixed_.insert(lower_case(name));
    }

    void set_globals(const Globals &globals) {
        const fs::path folder = project_.folder();
        const std::string name = project_.name();
        fix("Configuration", globals.configuration);
        fix("Platform", globals.platform);
        fix("MSBuildProjectDirectory", backward(folder));
        fix("MSBuildProjectName", name);
        fix("MSBuildProjectFile", project_.file_.filename().string());
        fix("MSBuildProjectFullPath", backward(project_.file_));
        fix("MSBuildProjectExtension", project_.file_.extension().string());
        set("ProjectName", name);
        set("ProjectDir", backward(folder) + "\\");
        set("ProjectPath", backward(project_.file_));
        set("ProjectFileName", project_.file_.filename().string());
        const fs::path home = globals.solution.empty() ? folder : globals.solution.parent_path();
        set("SolutionDir", backward(home) + "\\");
        set("SolutionPath", backward(globals.solution));
        set("SolutionName", globals.solution.stem().string());
        set("PlatformTarget", globals.platform);
        set("PlatformShortName", globals.platform);
        set("DDKPlatform", globals.platform);
        set("IntDir", globals.platform + "\\" + globals.configuration + "\\");
        set("OutDir", "$(SolutionDir)" + globals.platform + "\\" + globals.configuration + "\\");
        set("OutDir", replaced(project_.property("OutDir"), "$(SolutionDir)",
                               project_.property("SolutionDir")));
        set("TargetName", name);
        // Folders of the WDK: what is looked for there comes from ksbox's own kit.
        for (const char *path : {"DDK_INC_PATH", "SDK_INC_PATH", "KM_INC_PATH", "CRT_INC_PATH",
                                 "KMDF_INC_PATH", "SHARED_INC_PATH", "KIT_SHARED_INC_PATH"})
            set(path, "\\wdk\\include");
        for (const char *path : {"DDK_LIB_PATH", "SDK_LIB_PATH", "KMDF_LIB_PATH", "DDKLibPath"})
            set(path, "\\wdk\\lib");
    }

    Scope scope(const XmlFile &file) {
        const fs::path folder = file.path().parent_path();
        set("MSBuildThisFile", file.path().filename().string());
        set("MSBuildThisFileName", file.path().stem().string());
        set("MSBuildThisFileFullPath", backward(file.path()));
        set("MSBuildThisFileDirectory", backward(folder) + "\\");
        return {project_.properties_, files_, project_.folder()};
    }

    void leave_out(const XmlFile &file, pugi::xml_node node, std::string text) {
        project_.left_out_.push_back({file.place(node), std::move(text)});
    }

    std::expected<bool, Message> holds(const XmlFile &file, pugi::xml_node node,
                                       const Metadata *metadata = nullptr) {
        const char *text = node.attribute("Condition").value();
        if (!*text)
            return true;
        Scope seen = scope(file);
        seen.metadata = metadata;
        auto result = condition_holds(text, seen);
        if (!result)
            return std::unexpected(Message{file.place(node), result.error()});
        return *result;
    }

    /// A value that cannot be had is empty, and named.
    std::string value(const XmlFile &file, pugi::xml_node node, std::string_view text,
                      const Metadata *metadata = nullptr) {
        Scope seen = scope(file);
        seen.metadata = metadata;
        auto result = expand(text, seen);
        if (result)
            return *std::move(result);
        leave_out(file, node, result.error());
        return {};
    }

    Done import_above(const char *name) {
        for (fs::path folder = project_.folder();; folder = folder.parent_path()) {
            if (files_.is_file(folder / name))
                return import(folder / name, 1);
            if (folder == folder.parent_path())
                return {};
        }
    }

    Done import(const fs::path &path, unsigned depth) {
        auto read = XmlFile::read(files_, path, "Project");
        if (!read)
            return std::unexpected(read.error());
        const XmlFile &file = **read;
        if (depth > deepest_import || documents_.size() >= most_files)
            return std::unexpected(Message{{path}, "too many files import each other"});
        documents_.push_back(*std::move(read));
        return take(file, file.root(), depth, 0);
    }

    /// The first pass over an element's children.
    Done take(const XmlFile &file, pugi::xml_node parent, unsigned depth, unsigned choices) {
        for (const pugi::xml_node node : parent.children()) {
            if (node.type() != pugi::node_element)
                continue;
            const std::string_view name = node.name();
            if (name == "Choose") {
                KS_CHECK(choose(file, node, depth, choices));
                continue;
            }
            if (name == "ItemDefinitionGroup")
                definitions_.push_back({node, &file});
            else if (name == "ItemGroup")
                items_.push_back({node, &file});
            else if (name == "Target" && *node.attribute("Name").value())
                leave_out(file, node,
                          "target " + std::string(node.attribute("Name").value()) + " is not run");
            else if ((name == "PropertyGroup" || name == "ImportGroup" || name == "Import") &&
                     KS_TRY(holds(file, node)))
                KS_CHECK(name == "PropertyGroup" ? set_properties(file, node)
                         : name == "ImportGroup" ? take(file, node, depth, choices)
                                                 : import(file, node, depth));
        }
        return {};
    }

    Done choose(const XmlFile &file, pugi::xml_node node, unsigned depth, unsigned choices) {
        if (choices > deepest_choice)
            return std::unexpected(Message{file.place(node), "<Choose> is nested too deeply"});
        for (const pugi::xml_node branch : node.children())
            if (std::string_view(branch.name()) == "Otherwise" ||
                (std::string_view(branch.name()) == "When" && KS_TRY(holds(file, branch))))
                return take(file, branch, depth, choices + 1);
        return {};
    }

    Done set_properties(const XmlFile &file, pugi::xml_node group) {
        for (const pugi::xml_node node : group.children()) {
            if (node.type() != pugi::node_element || fixed_.contains(lower_case(node.name())) ||
                !KS_TRY(holds(file, node)))
                continue;
            std::string text = value(file, node, node.text().get());
            project_.properties_.set(node.name(), std::string(trimmed(text)));
        }
        return {};
    }

    Done import(const XmlFile &file, pugi::xml_node node, unsigned depth) {
        const std::string_view written = node.attribute("Project").value();
        if (is_toolchains(written) || *node.attribute("Sdk").value())
            return {};
        const std::string name = value(file, node, written);
        const fs::path folder = file.path().parent_path();
        const auto paths = has_wildcard(name) ? matching_files(files_, folder, name, most_files)
                                              : std::vector{find_path(files_, folder, name)};
        for (const fs::path &path : paths) {
            if (name.empty() || !files_.is_file(path))
                leave_out(file, node, "imports " + std::string(written) + ", which is not there");
            else
                KS_CHECK(import(path, depth + 1));
        }
        return {};
    }

    /// Definitions: later ones see earlier ones as %(Name).
    Done define(const Group &group) {
        if (!KS_TRY(holds(*group.file, group.node)))
            return {};
        for (const pugi::xml_node type : group.node.children()) {
            if (type.type() != pugi::node_element || !KS_TRY(holds(*group.file, type)))
                continue;
            KS_CHECK(
                set_metadata(*group.file, type, project_.definitions_[lower_case(type.name())]));
        }
        return {};
    }

    Done set_metadata(const XmlFile &file, pugi::xml_node parent, Metadata &metadata) {
        for (const pugi::xml_node node : parent.children())
            if (node.type() == pugi::node_element && KS_TRY(holds(file, node, &metadata)))
                metadata[lower_case(node.name())] =
                    trimmed(value(file, node, node.text().get(), &metadata));
        return {};
    }

    Done fill(const Group &group) {
        if (!KS_TRY(holds(*group.file, group.node)))
            return {};
        for (const pugi::xml_node node : group.node.children())
            if (node.type() == pugi::node_element && KS_TRY(holds(*group.file, node)))
                KS_CHECK(fill(*group.file, node));
        return {};
    }

    Done fill(const XmlFile &file, pugi::xml_node node) {
        const std::string type = lower_case(node.name());
        std::vector<Item> &list = project_.items_[type];
        const auto names = [&](const char *attribute) {
            return this->names(value(file, node, node.attribute(attribute).value()));
        };
        if (node.attribute("Remove")) {
            const auto removed = names("Remove");
            std::erase_if(list, [&](const Item &item) { return is_in(removed, item.include); });
        }
        if (node.attribute("Update"))
            for (const std::string &name : names("Update"))
                for (Item &item : list)
                    if (same_path(item.include, name))
                        KS_CHECK(set_metadata(file, node, item.metadata));
        if (!node.attribute("Include"))
            return {};
        const auto excluded = names("Exclude");
        for (const std::string &name : names("Include")) {
            if (is_in(excluded, name))
                continue;
            if (++count_ > most_items)
                return std::unexpected(Message{file.place(node), "too many items"});
            Item item{name, project_.definitions_[type], file.place(node)};
            const fs::path written(forward(name));
            item.metadata["filename"] = written.stem().string();
            item.metadata["extension"] = written.extension().string();
            item.metadata["identity"] = name;
            item.metadata["fullpath"] = backward((project_.folder() / written).lexically_normal());
            KS_CHECK(set_metadata(file, node, item.metadata));
            list.push_back(std::move(item));
        }
        return {};
    }

    /// A list with @(Type) and wildcards put in.
    std::vector<std::string> names(const std::string &list) {
        std::vector<std::string> names;
        for (const std::string &written : split(list)) {
            if (written.starts_with("@(") && written.ends_with(")")) {
                for (const Item &item : project_.items(written.substr(2, written.size() - 3)))
                    names.push_back(item.include);
            } else if (has_wildcard(written)) {
                for (const fs::path &path :
                     matching_files(files_, project_.folder(), written, most_items))
                    names.push_back(backward(path.lexically_relative(project_.folder())));
            } else {
                names.push_back(unescaped(written));
            }
            if (names.size() > most_items)
                break;
        }
        return names;
    }

    static bool same_path(const std::string &a, const std::string &b) {
        return same_text(fs::path(forward(a)).lexically_normal().string(),
                         fs::path(forward(b)).lexically_normal().string());
    }
    static bool is_in(const std::vector<std::string> &names, const std::string &name) {
        return std::ranges::any_of(names,
                                   [&](const std::string &one) { return same_path(one, name); });
    }

    const Files &files_;
    Project project_;
    std::set<std::string> fixed_;
    std::vector<std::unique_ptr<XmlFile>> documents_;
    std::vector<Group> definitions_, items_;
    std::size_t count_ = 0;
};

std::expected<Project, Message> read_project(const Files &files, const fs::path &file,
                                             const Globals &globals) {
    return ProjectReader(files, file, globals).read();
}

std::string Item::get(std::string_view name) const {
    const auto found = metadata.find(lower_case(name));
    return found == metadata.end() ? std::string() : found->second;
}

const std::vector<Item> &Project::items(std::string_view type) const {
    static const std::vector<Item> none;
    const auto found = items_.find(lower_case(type));
    return found == items_.end() ? none : found->second;
}

std::vector<std::string> Project::item_types() const {
    std::vector<std::string> types;
    for (const auto &[type, items] : items_)
        if (!items.empty())
            types.push_back(type);
    return types;
}

std::string Project::definition(std::string_view type, std::string_view name) const {
    const auto definition = definitions_.find(lower_case(type));
    if (definition == definitions_.end())
        return {};
    const auto found = definition->second.find(lower_case(name));
    return found == definition->second.end() ? std::string() : found->second;
}

std::vector<std::string> Project::configurations() const {
    std::vector<std::string> names;
    for (const Item &item : items("ProjectConfiguration"))
        names.push_back(item.include);
    return names;
}

} // namespace ksbox::build
