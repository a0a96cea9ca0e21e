#include "build/header_overlay.h"

#include <nlohmann/json.hpp>

#include "build/text.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

constexpr unsigned deepest_folder = 12;
constexpr std::size_t most_files = 40'000;

} // namespace

void HeaderOverlay::add(const fs::path &folder, bool below, unsigned depth) {
    const std::string key = folder.lexically_normal().string();
    if (depth > deepest_folder || count_ > most_files || (folders_.contains(key) && !below))
        return;
    auto &names = folders_[key];
    for (const Files::Entry &entry : files_.list(folder)) {
        if (entry.folder) {
            if (below && !entry.name.starts_with("."))
                add(folder / entry.name, true, depth + 1);
        } else {
            // Where two differ by case only, the one in lower case is found by any.
            const std::string lower = lower_case(entry.name);
            if (lower != entry.name && (lower_.contains(lower) || files_.is_file(folder / lower)))
                continue;
            if (names.try_emplace(entry.name, Content{folder / entry.name}).second)
                ++count_;
        }
    }
}

void HeaderOverlay::add_searched(const std::vector<fs::path> &folders) {
    for (const fs::path &folder : folders)
        for (const Files::Entry &entry : files_.list(folder))
            if (entry.name == lower_case(entry.name))
                lower_.insert(entry.name);
    for (const fs::path &folder : folders)
        add_folder(folder);
    lower_.clear();
}

void HeaderOverlay::replace(const fs::path &original, const fs::path &copy) {
    folders_[original.parent_path().lexically_normal().string()][original.filename().string()] = {
        copy, true};
}

bool HeaderOverlay::has(const fs::path &folder) const {
    return folders_.contains(folder.lexically_normal().string());
}

std::vector<fs::path> HeaderOverlay::paths(const fs::path &folder) const {
    std::vector<fs::path> paths;
    if (const auto found = folders_.find(folder.lexically_normal().string());
        found != folders_.end())
        for (const auto &[name, content] : found->second)
            paths.push_back(folder / name);
    return paths;
}

std::vector<fs::path> HeaderOverlay::paths() const {
    std::vector<fs::path> paths;
    for (const auto &[folder, names] : folders_)
        for (const auto &[name, content] : names)
            paths.push_back(fs::path(folder) / name);
    return paths;
}

std::string HeaderOverlay::to_yaml() const {
    nlohmann::json roots = nlohmann::json::array();
    for (const auto &[folder, names] : folders_) {
        nlohmann::json contents = nlohmann::json::array();
        for (const auto &[name, content] : names)
            contents.push_back({{"type", "file"},
                                {"name", name},
                                {"external-contents", content.real.string()},
                                {"use-external-name", !content.converted}});
        if (!contents.empty())
            roots.push_back({{"type", "directory"}, {"name", folder}, {"contents", contents}});
    }
    const nlohmann::json overlay = {{"version", 0}, {"case-sensitive", "false"}, {"roots", roots}};
    return overlay.dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace ksbox::build
