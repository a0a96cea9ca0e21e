#include "build/kit.h"

#include <cstdlib>

#include "base/result.h"
#include "build/files.h"
#include "build/process.h"
#include "build/text.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

std::unexpected<Message> refuse(const fs::path &file, std::string text) {
    return std::unexpected(Message{{file}, std::move(text)});
}

std::expected<fs::path, Message> tool(const std::string &name, const char *package) {
    const char *path = std::getenv("PATH");
    for (const std::string &candidate : {name + "-19", name})
        for (const std::string &folder : split(path ? path : "/usr/bin", ':')) {
            std::error_code error;
            if (fs::is_regular_file(fs::path(folder) / candidate, error))
                return fs::path(folder) / candidate;
        }
    return refuse({}, name + "-19 is not installed (Debian: " + package + ")");
}

std::expected<fs::path, Message> mingw_headers() {
    for (const char *folder : {"/usr/share/mingw-w64/include", "/usr/x86_64-w64-mingw32/include"}) {
        std::error_code error;
        if (fs::is_regular_file(fs::path(folder) / "ddk/wdm.h", error))
            return folder;
    }
    return refuse({}, "mingw-w64's headers are not installed (Debian: mingw-w64-common)");
}

} // namespace

std::expected<Kit, Message> Kit::find() {
    Kit kit;
    std::error_code error;
    if (const char *given = std::getenv("KSBOX_WDK"))
        kit.folder_ = given;
    else
        kit.folder_ = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path() /
                      "share/ksbox/wdk";
    const fs::path real = fs::canonical(kit.folder_, error);
    if (error)
        return refuse(kit.folder_, "the driver kit is not there (KSBOX_WDK says where it is)");
    kit.folder_ = real;
    kit.clang = KS_TRY(tool("clang", "clang-19"));
    kit.clangxx = KS_TRY(tool("clang++", "clang-19"));
    kit.linker = KS_TRY(tool("lld-link", "lld-19"));
    kit.import_librarian = KS_TRY(tool("llvm-dlltool", "llvm-19"));
    kit.librarian = KS_TRY(tool("llvm-lib", "llvm-19"));
    kit.resource_compiler = KS_TRY(tool("llvm-rc", "llvm-19"));
    std::string resources;
    run_all({{kit.clang.string(), "-print-resource-dir"}}, 1,
            [&](std::size_t, int, const std::string &output) { resources = trimmed(output); });
    KS_CHECK(kit.read_sections(resources, KS_TRY(mingw_headers()).string()));
    return kit;
}

std::expected<void, Message> Kit::read_sections(const std::string &resources,
                                                const std::string &headers) {
    const auto text = DiskFiles().read(folder_ / "toolchain.txt");
    if (!text)
        return refuse(folder_ / "toolchain.txt", text.error());
    std::string section;
    sections_[""]; // what stands before the first, and what is asked for and not there
    for (const std::string &line : split(*text, '\n')) {
        if (line.starts_with("#"))
            continue;
        if (line.starts_with("section "))
            sections_[section = line.substr(8)];
        else
            sections_[section].push_back(replaced(
                replaced(replaced(line, "@WDK@", folder_.string()), "@RESOURCES@", resources),
                "@MINGW@", headers));
    }
    return {};
}

const std::vector<std::string> &Kit::section(std::string_view name) const {
    const auto found = sections_.find(name);
    return found == sections_.end() ? sections_.find("")->second : found->second;
}

bool Kit::has_section(std::string_view name) const {
    return sections_.contains(name);
}

std::vector<fs::path> Kit::include_folders() const {
    std::vector<fs::path> folders;
    const auto &arguments = section("compile");
    for (std::size_t i = 1; i < arguments.size(); ++i)
        if (arguments[i - 1] == "-isystem")
            folders.emplace_back(arguments[i]);
    return folders;
}

} // namespace ksbox::build
