#include "build/options.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

/// As Windows splits a command line: at spaces outside quotation marks, which go.
std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> result;
    std::string word;
    bool quoted = false, any = false;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char letter = i < text.size() ? text[i] : ' ';
        if (letter == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
            word += '"';
            any = true;
            ++i;
        } else if (letter == '"') {
            quoted = !quoted;
            any = true;
        } else if (!quoted &&
                   (letter == ' ' || letter == '\t' || letter == '\r' || letter == '\n')) {
            if (any || !word.empty())
                result.push_back(std::exchange(word, {}));
            any = false;
        } else {
            word += letter;
        }
    }
    if (!word.empty())
        result.push_back(word);
    return result;
}

/// A definition without the quotation marks and back-slashes of a command line.
std::string definition(const std::string &written) {
    const auto parts = words("\"" + replaced(unescaped(written), "\"", "\\\"") + "\"");
    std::string text = parts.empty() ? std::string() : parts[0];
    return replaced(text, "\\\"", "\"");
}

constexpr std::pair<std::string_view, const char *> standards[] = {
    {"stdcpp14", "-std=c++14"}, {"stdcpp17", "-std=c++17"},     {"stdcpp20", "-std=c++20"},
    {"stdcpp23", "-std=c++23"}, {"stdcpplatest", "-std=c++23"}, {"stdc11", "-std=gnu11"},
    {"stdc17", "-std=gnu17"},   {"stdclatest", "-std=gnu23"}};

class Translator {
  public:
    Translator(const Files &files, const Project &project, const Item &item)
        : files_(files), project_(project), item_(item) {}

    Options translate() {
        for (const std::string &folder : split(item_.get("AdditionalIncludeDirectories")))
            include(folder);
        for (const std::string &one : split(item_.get("PreprocessorDefinitions")))
            add("-D" + definition(one));
        for (const std::string &one : split(item_.get("UndefinePreprocessorDefinitions")))
            add("-U" + one);
        for (const std::string &one : split(item_.get("ForcedIncludeFiles")))
            force(one);
        language();
        optimisation();
        if (same_text(item_.get("BufferSecurityCheck"), "false"))
            add("-fno-stack-protector");
        if (same_text(item_.get("TreatWChar_tAsBuiltInType"), "false"))
            add("-fno-wchar");
        more(words(item_.get("AdditionalOptions")));
        return std::move(options_);
    }

  private:
    void add(std::string argument) { options_.arguments.push_back(std::move(argument)); }

    void include(const std::string &written) {
        if (written.starts_with("\\wdk\\"))
            return;
        const fs::path folder = find_path(files_, project_.folder(), written);
        if (!files_.is_folder(folder)) // as with Microsoft's compiler
            return;
        add("-I" + folder.string());
        options_.include_folders.push_back(folder);
    }

    void force(const std::string &name) {
        const fs::path file = find_path(files_, project_.folder(), name);
        add("-include");
        add(files_.is_file(file) ? file.string() : forward(name));
    }

    void language() {
        const bool cplusplus = is_cplusplus(item_);
        const std::string standard =
            item_.get(cplusplus ? "LanguageStandard" : "LanguageStandard_C");
        for (const auto &[name, argument] : standards)
            if (same_text(standard, name))
                add(argument);
        add("-x");
        add(cplusplus ? "c++" : "c");
    }

    void optimisation() {
        const std::string level = lower_case(item_.get("Optimization"));
        if (level == "disabled")
            add("-O0");
        else if (level == "minspace")
            add("-Os");
        else if (level == "maxspeed" || level == "full")
            add("-O2");
    }

    void more(const std::vector<std::string> &arguments) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            std::string name = arguments[i];
            if (name.starts_with("/"))
                name[0] = '-';
            const auto value = [&](std::size_t length) {
                return name.size() > length       ? name.substr(length)
                       : i + 1 < arguments.size() ? arguments[++i]
                                                  : std::string();
            };
            if (name.starts_with("-D"))
                add("-D" + value(2));
            else if (name.starts_with("-U"))
                add("-U" + value(2));
            else if (name.starts_with("-FI"))
                force(value(3));
            else if (name.starts_with("-I"))
                include(value(2));
            else if (name.starts_with("-std:"))
                add("-std=" + replaced(replaced(name.substr(5), "latest", "23"), "c11", "gnu11"));
            else if (name == "-TP" || name == "-TC")
                options_.arguments.insert(options_.arguments.end(),
                                          {"-x", name == "-TP" ? "c++" : "c"});
            else if (!is_harmless(name))
                leave_out(arguments[i]);
        }
    }

    /// About warnings, listings, or what clang does anyway.
    static bool is_harmless(const std::string &name) {
        static constexpr std::array begins = {"-w",
                                              "-W",
                                              "-Zc:",
                                              "-kernel",
                                              "-utf-8",
                                              "-source-charset",
                                              "-execution-charset",
                                              "-GS",
                                              "-Gy",
                                              "-GF",
                                              "-Gw",
                                              "-GR-",
                                              "-EH",
                                              "-FC",
                                              "-MP",
                                              "-nologo",
                                              "-bigobj",
                                              "-Z",
                                              "-d1",
                                              "-d2",
                                              "-analyze",
                                              "-diagnostics",
                                              "-permissive",
                                              "-guard:",
                                              "-Qspectre",
                                              "-sdl",
                                              "-volatile",
                                              "-Brepro",
                                              "-Oi",
                                              "-Oy",
                                              "-errorReport",
                                              "-FS",
                                              "-external:",
                                              "-experimental:",
                                              "-validate"};
        return std::ranges::any_of(begins,
                                   [&](const char *begin) { return name.starts_with(begin); });
    }

    void leave_out(const std::string &option) {
        options_.left_out.push_back({item_.place, "compiler option " + option + " is left out"});
    }

    const Files &files_;
    const Project &project_;
    const Item &item_;
    Options options_;
};

} // namespace

bool is_cplusplus(const Item &item) {
    const std::string kind = lower_case(item.get("CompileAs"));
    if (kind == "compileascpp")
        return true;
    return kind != "compileasc" &&
           !same_text(fs::path(forward(item.include)).extension().string(), ".c");
}

Mode mode_of(const Project &project) {
    Mode mode;
    const std::string libraries = lower_case(project.property("UseDebugLibraries"));
    const std::string name = lower_case(project.property("Configuration"));
    mode.checked = libraries.empty() ? name.find("debug") != std::string::npos ||
                                           name.find("checked") != std::string::npos
                                     : libraries == "true";
    mode.guard = same_text(project.definition("ClCompile", "ControlFlowGuard"), "Guard");
    return mode;
}

Options compile_options(const Files &files, const Project &project, const Item &item) {
    return Translator(files, project, item).translate();
}

Options link_options(const Project &project) {
    Options options;
    for (const std::string &written : words(project.definition("Link", "AdditionalOptions"))) {
        std::string name = lower_case(written);
        if (name.starts_with("-"))
            name[0] = '/';
        // Sections and symbols are the project's own business.
        static constexpr std::array passed = {
            "/merge:", "/section:", "/alternatename:", "/include:"};
        static constexpr std::array ignored = {
            "/nologo", "/ignore:",     "/integritycheck", "/debug",       "/guard:",
            "/brepro", "/dynamicbase", "/nxcompat",       "/kernel",      "/driver",
            "/wx",     "/time",        "/release",        "/profile",     "/pdbaltpath:",
            "/opt:",   "/subsystem:",  "/osversion:",     "/nodefaultlib"};
        const auto is_one = [&](const char *begin) { return name.starts_with(begin); };
        if (std::ranges::any_of(passed, is_one))
            options.arguments.push_back("/" + written.substr(1));
        else if (!std::ranges::any_of(ignored, is_one))
            options.left_out.push_back(
                {{project.file()}, "linker option " + written + " is left out"});
    }
    const std::string entry = project.definition("Link", "EntryPointSymbol");
    static constexpr std::array usual = {"", "driverentry", "gsdriverentry", "fxdriverentry"};
    if (std::ranges::find(usual, lower_case(entry)) == usual.end())
        options.left_out.push_back(
            {{project.file()}, "entry point " + entry + " is left out: DriverEntry it is"});
    return options;
}

std::vector<std::string> linked_libraries(const Project &project) {
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (const std::string &name : split(project.definition("Link", "AdditionalDependencies")))
        if (name != "%(AdditionalDependencies)" && seen.insert(lower_case(name)).second)
            names.push_back(name);
    return names;
}

} // namespace ksbox::build
