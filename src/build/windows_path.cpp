#include "build/windows_path.h"

#include <algorithm>

#include "build/text.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

constexpr unsigned deepest_folder = 16;

/// `*` and `?` against one name.
bool matches(std::string_view pattern, std::string_view name) {
    std::size_t p = 0, n = 0, star = std::string_view::npos, retry = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.size() &&
                   (pattern[p] == '?' || same_text(pattern.substr(p, 1), name.substr(n, 1)))) {
            ++p, ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

struct Search {
    const Files &files;
    std::vector<std::string> parts;
    std::size_t limit;
    std::vector<fs::path> found;

    void in(const fs::path &folder, std::size_t part, unsigned depth) {
        if (found.size() >= limit || depth > deepest_folder || part >= parts.size())
            return;
        const std::string &pattern = parts[part];
        const bool last = part + 1 == parts.size();
        if (pattern == ".." || pattern == ".")
            return in((folder / pattern).lexically_normal(), part + 1, depth + 1);
        if (pattern == "**")
            in(folder, part + 1, depth);
        for (const Files::Entry &entry : files.list(folder)) {
            if (pattern == "**" && entry.folder)
                in(folder / entry.name, part, depth + 1);
            else if (pattern == "**" || !matches(pattern, entry.name))
                continue;
            else if (last && !entry.folder && found.size() < limit)
                found.push_back(folder / entry.name);
            else if (!last && entry.folder)
                in(folder / entry.name, part + 1, depth + 1);
        }
    }
};

} // namespace

std::string forward(std::string_view windows_path) {
    std::string path(trimmed(windows_path));
    std::erase(path, '"');
    std::ranges::replace(path, '\\', '/');
    return path;
}

std::string backward(const fs::path &path) {
    std::string text = path.generic_string();
    std::ranges::replace(text, '/', '\\');
    return text;
}

fs::path find_path(const Files &files, const fs::path &base, std::string_view windows_path) {
    const fs::path whole = (base / forward(windows_path)).lexically_normal();
    if (files.exists(whole))
        return whole;
    fs::path found = whole.root_path();
    const fs::path parts = whole.relative_path();
    for (const fs::path &part : parts) {
        if (part.empty()) // behind a slash at the end
            continue;
        if (files.exists(found / part)) {
            found /= part;
            continue;
        }
        const auto entries = files.list(found);
        const auto alike = std::ranges::find_if(entries, [&](const Files::Entry &entry) {
            return same_text(entry.name, part.string());
        });
        found /= alike == entries.end() ? part : fs::path(alike->name);
    }
    return found;
}

bool has_wildcard(std::string_view windows_path) {
    return windows_path.find_first_of("*?") != std::string_view::npos;
}

std::vector<fs::path> matching_files(const Files &files, const fs::path &base,
                                     std::string_view pattern, std::size_t limit) {
    const std::string path = forward(pattern);
    std::vector<std::string> parts = split(path, '/');
    // What stands before the first wildcard is a folder like any other.
    std::string fixed = path.starts_with('/') ? "/" : "";
    std::size_t count = 0;
    while (count < parts.size() && !has_wildcard(parts[count]))
        fixed += parts[count++] + "/";
    parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count));
    if (!parts.empty() && parts.back() == "**")
        parts.push_back("*");
    Search search{files, std::move(parts), limit, {}};
    search.in(fixed.empty() ? base : find_path(files, base, fixed), 0, 0);
    std::ranges::sort(search.found);
    const auto same = std::ranges::unique(search.found);
    search.found.erase(same.begin(), same.end());
    return std::move(search.found);
}

} // namespace ksbox::build
