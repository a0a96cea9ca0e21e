#include "build/files.h"

#include <algorithm>
#include <cstring>

#include "base/read_file.h"
#include "build/message.h"

namespace ksbox::build {

namespace fs = std::filesystem;

std::string to_text(const Message &message) {
    std::string text;
    if (!message.place.file.empty()) {
        text = message.place.file.string() + ":";
        if (message.place.line)
            text += std::to_string(message.place.line) + ":";
        if (message.place.line && message.place.column)
            text += std::to_string(message.place.column) + ":";
        text += " ";
    }
    return text + message.text;
}

std::vector<Files::Entry> DiskFiles::list(const fs::path &folder) const {
    std::vector<Entry> entries;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::error_code kind;
        entries.push_back({at->path().filename().string(), at->is_directory(kind)});
    }
    std::ranges::sort(entries, {}, &Entry::name);
    return entries;
}

bool DiskFiles::is_file(const fs::path &path) const {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool DiskFiles::is_folder(const fs::path &path) const {
    std::error_code error;
    return fs::is_directory(path, error);
}

std::expected<std::string, std::string> DiskFiles::read(const fs::path &path) const {
    const auto bytes = read_file(path.string());
    if (!bytes)
        return std::unexpected(bytes.error() == ENOENT
                                   ? "is not there"
                                   : std::string("cannot be read: ") + strerror(bytes.error()));
    return std::string(reinterpret_cast<const char *>(bytes->span().data()), bytes->span().size());
}

std::vector<Files::Entry> MemoryFiles::list(const fs::path &folder) const {
    std::string prefix = folder.lexically_normal().generic_string();
    if (prefix.empty() || prefix.back() != '/')
        prefix += '/';
    std::map<std::string, bool> names;
    for (auto at = files_.lower_bound(prefix);
         at != files_.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at) {
        const std::string rest = at->first.substr(prefix.size());
        const std::size_t end = rest.find('/');
        names[rest.substr(0, end)] |= end != std::string::npos;
    }
    std::vector<Entry> entries;
    for (const auto &[name, is_folder] : names)
        entries.push_back({name, is_folder});
    return entries;
}

bool MemoryFiles::is_file(const fs::path &path) const {
    return files_.contains(path.lexically_normal().generic_string());
}

bool MemoryFiles::is_folder(const fs::path &path) const {
    return !list(path).empty();
}

std::expected<std::string, std::string> MemoryFiles::read(const fs::path &path) const {
    const auto found = files_.find(path.lexically_normal().generic_string());
    if (found == files_.end())
        return std::unexpected("is not there");
    return found->second;
}

} // namespace ksbox::build
