#include "build/compiled.h"

#include <utility>

#include "build/builder.h"
#include "build/files.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

fs::path record(const fs::path &object) {
    return object.string() + ".command";
}

std::string joined(const Arguments &command) {
    std::string text;
    for (const std::string &argument : command)
        text += argument + "\n";
    return text;
}

} // namespace

std::vector<std::string> prerequisites(const std::string &rule) {
    std::vector<std::string> names;
    std::string name;
    std::size_t at = rule.find(": ");
    if (at == std::string::npos)
        return names;
    for (++at; at <= rule.size(); ++at) {
        const char letter = at < rule.size() ? rule[at] : ' ';
        const char next = at + 1 < rule.size() ? rule[at + 1] : '\0';
        if (letter == '\\' && (next == ' ' || next == '#')) {
            name += next;
            ++at;
        } else if (letter == '$' && next == '$') {
            name += '$';
            ++at;
        } else if (letter == ' ' || letter == '\n' || (letter == '\\' && next == '\n')) {
            if (!name.empty())
                names.push_back(std::exchange(name, {}));
        } else {
            name += letter;
        }
    }
    return names;
}

bool is_compiled(const fs::path &object, const Arguments &command) {
    const DiskFiles files;
    const auto last = files.read(record(object));
    const auto rule = files.read(object.string() + ".d");
    std::error_code error;
    const auto made = fs::last_write_time(object, error);
    if (error || !last || !rule || *last != joined(command))
        return false;
    for (const std::string &name : prerequisites(*rule)) {
        // Found in any case, it is named as it was asked for.
        const auto changed = fs::last_write_time(find_path(files, "/", name), error);
        if (error || changed > made)
            return false;
    }
    return true;
}

void set_compiled(const fs::path &object, const Arguments &command) {
    // Without the record it is compiled again, no more.
    (void)write_if_changed(record(object), joined(command));
}

void forget_compiled(const fs::path &object) {
    std::error_code error;
    fs::remove(record(object), error);
}

} // namespace ksbox::build
