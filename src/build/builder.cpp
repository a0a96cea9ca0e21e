#include "build/builder.h"

#include <algorithm>
#include <fstream>

#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

bool build(const Request &request, const Listener &listener) {
    auto kit = Kit::find();
    if (!kit) {
        listener.failure(kit.error());
        return false;
    }
    return Builder(request, listener, *std::move(kit)).run();
}

std::optional<std::string> write_if_changed(const fs::path &file, const std::string &text) {
    if (const auto old = DiskFiles().read(file); old && *old == text)
        return {};
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream stream(file, std::ios::binary);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    return stream ? std::optional<std::string>() : "cannot be written";
}

void Builder::note(const Message &message) {
    if (noted_.insert(to_text(message)).second)
        listener_.note(message);
}

void Builder::note(const Messages &messages) {
    for (const Message &message : messages)
        note(message);
}

bool Builder::fail(Message message) {
    listener_.failure(message);
    return false;
}

fs::path Builder::output(const fs::path &name) const {
    return fs::absolute(request_.output).lexically_normal() / name;
}

namespace {

/// The solution of a folder, else its only project. The error is a sentence.
std::expected<fs::path, std::string> input_in(const Files &files, const fs::path &folder) {
    for (const char *extension : {".sln", ".vcxproj"}) {
        std::vector<std::string> found;
        for (const Files::Entry &entry : files.list(folder))
            if (!entry.folder && same_text(fs::path(entry.name).extension().string(), extension))
                found.push_back(entry.name);
        if (found.size() == 1)
            return folder / found[0];
        if (found.size() > 1)
            return std::unexpected("has " + std::to_string(found.size()) + " " + extension +
                                   " files, name one: " + found[0] + ", " + found[1]);
    }
    return std::unexpected("has no .sln and no .vcxproj file");
}

} // namespace

bool Builder::run() {
    const fs::path given = fs::absolute(request_.input).lexically_normal();
    fs::path input = given.has_filename() ? given : given.parent_path();
    if (files_.is_folder(input)) {
        const auto found = input_in(files_, input);
        if (!found)
            return fail({{request_.input}, found.error()});
        input = *found;
    }
    if (!files_.is_file(input))
        return fail({{request_.input}, "is not there"});
    std::error_code error;
    fs::create_directories(output({}), error);
    if (error)
        return fail({{request_.output}, "cannot be made: " + error.message()});
    bool done = false;
    const std::string extension = lower_case(input.extension().string());
    if (extension == ".sln") {
        done = build_solution(input);
    } else if (extension == ".vcxproj") {
        const auto globals = globals_for(input, {});
        done = globals && build_project(input, *globals, {}).state != State::failed;
    } else {
        return fail({{request_.input}, "is neither .vcxproj nor .sln"});
    }
    done = write_compile_commands() && done;
    if (done && !made_any_)
        return fail({{request_.input}, "has nothing that is built here"});
    return done;
}

bool Builder::build_solution(const fs::path &file) {
    solution_ = file;
    const auto solution = read_solution(files_, file, request_.configuration, "x64");
    if (!solution)
        return fail(solution.error());
    const std::string &configuration = solution->configuration;
    bool done = true;
    for (const SolutionProject &project : solution->projects) {
        const Place place{file, project.line};
        if (!same_text(project.file.extension().string(), ".vcxproj")) {
            note({place, project.name + " is no C++ project, skipped"});
        } else if (!files_.is_file(project.file)) {
            note({place, "project " + project.file.string() + " is not there, skipped"});
        } else if (!project.built) {
            note({place, project.name + " is not built in " + configuration + "|x64, skipped"});
        } else {
            Globals globals{configuration, "x64", file};
            if (!project.configuration.empty())
                globals.configuration = project.configuration;
            if (!project.platform.empty() && !same_text(project.platform, "x64")) {
                note({place, project.name + " is built for " + project.platform + ", skipped"});
                continue;
            }
            done = build_project(project.file, globals, place).state != State::failed && done;
        }
    }
    return done;
}

/// The configuration asked for, or one that the project has for x64.
std::optional<Globals> Builder::globals_for(const fs::path &file, const Place &from) {
    Globals globals{request_.configuration.value_or("Debug"), "x64", solution_};
    const auto project = read_project(files_, file, globals);
    if (!project) {
        fail(project.error());
        return {};
    }
    const auto names = project->configurations();
    const auto has = [&](const std::string &pair) {
        return std::ranges::any_of(names,
                                   [&](const std::string &name) { return same_text(name, pair); });
    };
    if (names.empty() || has(globals.configuration + "|x64"))
        return globals;
    std::string list;
    for (const std::string &name : names) {
        list += (list.empty() ? "" : ", ") + name;
        if (!request_.configuration && same_text(name.substr(name.find('|') + 1), "x64")) {
            globals.configuration = name.substr(0, name.find('|'));
            return globals;
        }
    }
    fail({from.file.empty() ? Place{file} : from,
          "has no configuration " + globals.configuration + "|x64; it has " + list});
    return {};
}

Builder::Result Builder::build_project(const fs::path &file, const Globals &globals,
                                       const Place &from) {
    const fs::path key = file.lexically_normal();
    if (const auto known = results_.find(key); known != results_.end()) {
        if (known->second.state != State::building)
            return known->second;
        fail({from, "project " + key.string() + " refers to itself"});
        return {State::failed, {}};
    }
    results_[key] = {};
    return results_[key] = make(file, globals);
}

std::optional<std::string> Builder::why_skipped(const Project &project) const {
    const std::string type = project.property("ConfigurationType");
    const std::string driver = project.property("DriverType");
    const std::string toolset = lower_case(project.property("PlatformToolset"));
    if (type.empty())
        return "has no ConfigurationType for " + project.property("Configuration") + "|x64";
    if (same_text(driver, "UMDF") || toolset.find("usermode") != std::string::npos ||
        toolset.find("applicationfordrivers") != std::string::npos)
        return "is a user-mode project (" + type + ")";
    if (same_text(type, "Driver"))
        return {};
    if (same_text(type, "StaticLibrary"))
        return {};
    return "is a user-mode project (" + type + ")";
}

Builder::Result Builder::make(const fs::path &file, const Globals &globals) {
    auto project = read_project(files_, file, globals);
    if (!project) {
        fail(project.error());
        return {State::failed, {}};
    }
    const auto names = project->configurations();
    const std::string pair = globals.configuration + "|x64";
    if (!names.empty() && std::ranges::none_of(names, [&](const std::string &name) {
            return same_text(name, pair);
        })) {
        note({{file}, "has no configuration " + pair + ", skipped"});
        return {State::skipped, {}};
    }
    if (const auto why = why_skipped(*project)) {
        note({{file}, *why + ", skipped"});
        return {State::skipped, {}};
    }
    Work work;
    work.project = *std::move(project);
    work.target = work.project.property("TargetName");
    if (work.target.empty() || work.target.find_first_of("/\\") != std::string::npos) {
        fail({{file}, "TargetName '" + work.target + "' is no file name"});
        return {State::failed, {}};
    }
    const bool library = same_text(work.project.property("ConfigurationType"), "StaticLibrary");
    const std::string product = lower_case(work.target) + (library ? ".lib" : ".sys");
    if (const auto [other, is_new] = targets_.try_emplace(product, file); !is_new) {
        fail({{file}, "makes " + work.target + " as " + other->second.string() + " does"});
        return {State::failed, {}};
    }
    work.mode = mode_of(work.project);
    work.objects = output(fs::path("obj") / (work.target + (library ? ".lib" : ".sys")));
    work.generated = work.objects / "generated";
    note(work.project.left_out());
    if (!library && !collect_libraries(work, globals))
        return {State::failed, {}};
    if (!compile(work))
        return {State::failed, {}};
    if (library ? !archive(work) : !link(work))
        return {State::failed, {}};
    made_any_ = true;
    return {State::made, library ? output("lib") / (work.target + ".lib") : fs::path()};
}

/// Library projects that are referred to, and the libraries that the linker is given.
bool Builder::collect_libraries(Work &work, const Globals &globals) {
    bool done = true;
    for (const Item &item : work.project.items("ProjectReference")) {
        const fs::path file = find_path(files_, work.project.folder(), item.include);
        if (!files_.is_file(file)) {
            done = fail({item.place, "project " + item.include + " is not there"});
            continue;
        }
        const Result result = build_project(file, globals, item.place);
        if (result.state == State::failed)
            done = fail({item.place, "needs " + item.include + ", which failed"});
        else if (!result.library.empty())
            work.libraries.push_back(result.library);
    }
    for (const std::string &written : linked_libraries(work.project))
        done = add_library(work, globals, written) && done;
    return done;
}

bool Builder::add_library(Work &work, const Globals &globals, const std::string &written) {
    const fs::path name = fs::path(forward(written)).filename();
    const std::string stem = lower_case(name.stem().string());
    const auto has = [&](const char *section) {
        return std::ranges::find(kit_.section(section), stem) != kit_.section(section).end();
    };
    if (has("imports") || has("covered") || kit_.has_section("library_" + stem))
        return true; // every driver links those that are there
    const auto linked = [&](const fs::path &library) {
        return same_text(library.filename().string(), name.string());
    };
    if (std::ranges::any_of(work.libraries, linked))
        return true;
    for (const auto &[file, result] : results_)
        if (linked(result.library)) {
            work.libraries.push_back(result.library);
            return true;
        }
    if (const fs::path file = project_making(work, written, globals); !file.empty()) {
        const Result result = build_project(file, globals, {work.project.file()});
        if (result.state == State::failed)
            return fail({{work.project.file()}, "needs " + file.string() + ", which failed"});
        if (linked(result.library))
            work.libraries.push_back(result.library);
        return true;
    }
    if (const fs::path file = find_path(files_, work.project.folder(), written);
        files_.is_file(file))
        work.libraries.push_back(file);
    else
        note({{work.project.file()}, "library " + written + " is not known here, left out"});
    return true;
}

/// A library that is not there yet: the project, in the folder that it is in or one above, that
/// makes it.
fs::path Builder::project_making(const Work &work, const std::string &library,
                                 const Globals &globals) {
    const fs::path path = find_path(files_, work.project.folder(), library);
    fs::path folder = path.parent_path();
    for (unsigned above = 0; above < 4 && folder != folder.parent_path();
         ++above, folder = folder.parent_path()) {
        for (const Files::Entry &entry : files_.list(folder)) {
            const fs::path file = folder / entry.name;
            if (entry.folder || !same_text(file.extension().string(), ".vcxproj") ||
                file == work.project.file())
                continue;
            const auto project = read_project(files_, file, globals);
            if (project && same_text(project->property("ConfigurationType"), "StaticLibrary") &&
                same_text(project->property("TargetName"), path.stem().string()))
                return file;
        }
        if (files_.is_folder(folder) && folder == work.project.folder())
            break;
    }
    return {};
}

} // namespace ksbox::build
