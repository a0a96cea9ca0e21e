// The builder's part about one project: what is written for its sources, and their compilation.
#include <algorithm>

#include "build/builder.h"
#include "build/compiled.h"
#include "build/converted.h"
#include "build/decisions.h"
#include "build/header_overlay.h"
#include "build/setup_information.h"
#include "build/text.h"
#include "build/tracing.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

bool is_true(const std::string &text) {
    return same_text(text, "true");
}

void append(Arguments &to, const Arguments &more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// The compiler, not the source, is at fault.
bool died(int code, const std::string &said) {
    return code > 128 || said.contains("frontend command failed") ||
           said.contains("PLEASE submit a bug report");
}

void drop_pair(Arguments &arguments, std::string_view first, std::string_view second) {
    for (std::size_t i = 1; i < arguments.size(); ++i)
        if (arguments[i - 1] == first && arguments[i] == second) {
            const auto at = arguments.begin() + static_cast<std::ptrdiff_t>(i);
            arguments.erase(at - 1, at + 1);
            return;
        }
}

} // namespace

void Builder::prepare(Work &work) {
    work.common = kit_.section("target");
    append(work.common, kit_.section("compile"));
    append(work.common, kit_.section("foreign_warnings"));
    append(work.common, kit_.section(work.mode.checked ? "checked" : "free"));
    for (const std::string &sanitizer : request_.sanitizers)
        append(work.common, kit_.section("sanitize_" + sanitizer));
    if (request_.coverage)
        append(work.common, kit_.section("coverage"));
    if (work.mode.guard)
        append(work.common, kit_.section("guard"));
    work.common.push_back("-I" + work.generated.string());
    work.common.push_back("-ivfsoverlay");
    work.common.push_back((work.objects / "headers.yaml").string());
}

bool Builder::compile(Work &work) {
    prepare(work);
    write_setup_information(work);
    name_untranslated(work);
    bool complete = true;
    std::vector<fs::path> sources;
    std::vector<const Item *> items;
    for (const Item &item : work.project.items("ClCompile")) {
        if (is_true(item.get("ExcludedFromBuild")))
            continue;
        const fs::path source = find_path(files_, work.project.folder(), item.include);
        if (!files_.is_file(source)) {
            complete = fail({item.place, item.include + " is not there"});
            continue;
        }
        sources.push_back(source);
        items.push_back(&item);
    }
    if (!complete)
        return false;
    if (sources.empty())
        note({{work.project.file()}, "has no sources"});
    for (std::size_t i = 0; i < sources.size(); ++i)
        write_trace_headers(work, *items[i], sources[i]);
    write_overlay(work, sources);
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const fs::path object = work.objects / object_name(work.project, sources[i]);
        Arguments command = compile_command(work, *items[i], sources[i], object);
        work.inputs.push_back(object);
        compilations_.push_back({work.project.folder(), sources[i], object, command});
        if (!is_compiled(object, command))
            jobs.push_back({sources[i], object, std::move(command), compilations_.size() - 1});
    }
    const std::size_t failed = run_jobs(work, jobs);
    if (failed)
        return fail({{work.project.file()},
                     std::to_string(failed) + " of " + std::to_string(sources.size()) +
                         " sources do not compile"});
    compile_resources(work);
    return true;
}

/// The number of sources that do not compile.
std::size_t Builder::run_jobs(const Work &work, const std::vector<Job> &jobs) {
    std::vector<Arguments> commands;
    for (const Job &job : jobs)
        commands.push_back(job.command);
    std::size_t failed = 0;
    const auto finish = [&](std::size_t i, int code, const std::string &text) {
        if (!text.empty())
            listener_.diagnostics(text);
        failed += code != 0;
        if (code == 0)
            set_compiled(jobs[i].object, jobs[i].command);
        else
            forget_compiled(jobs[i].object);
    };
    struct Refusal {
        std::size_t job;
        int code;
        std::string said;
    };
    std::vector<Refusal> refusals;
    run_all(commands, processor_count(), [&](std::size_t i, int code, const std::string &text) {
        if (died(code, text) || (code != 0 && may_be_decided(text)))
            refusals.push_back({i, code, text});
        else
            finish(i, code, text);
    });
    for (auto &[i, code, said] : refusals) {
        code = died(code, said) ? compile_without_asynchronous(jobs[i], commands[i], said)
                                : compile_decided(work, jobs[i], commands[i], said);
        finish(i, code, said);
        compilations_[jobs[i].compilation].arguments = commands[i];
    }
    return failed;
}

/// clang 19 dies of some functions when each access may raise (a goto out of a block); where
/// nothing catches, nothing is lost without.
int Builder::compile_without_asynchronous(const Job &job, Arguments &command, std::string &said) {
    drop_pair(command, "-Xclang", "-fasync-exceptions");
    if (const auto text = files_.read(job.source); text && decoded(*text).contains("__try"))
        note({{job.source}, "is compiled without asynchronous exceptions, of which clang dies"});
    return run_one(command, said);
}

/// Decides what only clang refuses as Microsoft's compiler does, in copies. If that is not all that
/// is wrong, the first refusal stands.
int Builder::compile_decided(const Work &work, const Job &job, Arguments &command,
                             std::string &said) {
    static constexpr int most_rounds = 6; // what one brings to light the next may decide
    const fs::path folder = work.objects / "decisions" / job.object.stem();
    const fs::path map = folder / "headers.yaml";
    Decisions decisions(files_, [&](const fs::path &file) { return !is_kits(file); });
    Arguments decided = command;
    for (int round = 0; round < most_rounds; ++round) {
        Arguments asking = decided;
        append(asking, {"-fdiagnostics-print-source-range-info", "-ferror-limit=0", "-H"});
        std::string places;
        if (run_one(asking, places) == 0)
            break;
        if (!decisions.decide(job.source, places))
            return 1;
        HeaderOverlay overlay(files_);
        for (const auto &[file, text] : decisions.changed()) {
            const fs::path copy = folder / object_name(work.project, file);
            overlay.replace(file, copy);
            if (const auto error = write_if_changed(copy, text)) {
                note({{copy}, *error});
                return 1;
            }
        }
        if (const auto error = write_if_changed(map, overlay.to_yaml())) {
            note({{map}, *error});
            return 1;
        }
        decided = command;
        append(decided, {"-ivfsoverlay", map.string()});
    }
    std::string more;
    if (const int code = run_one(decided, more); code != 0)
        return code;
    note(decisions.notes());
    command = std::move(decided);
    said = std::move(more);
    return 0;
}

Arguments Builder::compile_command(Work &work, const Item &item, const fs::path &source,
                                   const fs::path &object) {
    Arguments command{(is_cplusplus(item) ? kit_.clangxx : kit_.clang).string()};
    append(command, work.common);
    if (is_cplusplus(item))
        append(command, kit_.section("cxx"));
    const Options options = compile_options(files_, work.project, item);
    note(options.left_out);
    // Wide by CharacterSet only: drivers that want it elsewhere define the two themselves.
    if (!same_text(work.project.property("CharacterSet"), "Unicode"))
        append(command, {"-UUNICODE", "-U_UNICODE"});
    append(command, options.arguments);
    // Published projects have sources above their folder that include headers in it. inferred
    command.push_back("-I" + work.project.folder().string());
    for (const std::string &definition : request_.definitions)
        command.push_back("-D" + definition);
    append(command,
           {"-MD", "-MF", object.string() + ".d", "-c", source.string(), "-o", object.string()});
    return command;
}

void Builder::write_trace_headers(Work &work, const Item &item, const fs::path &source) {
    const auto bytes = files_.read(source);
    const std::string text = bytes ? decoded(*bytes) : std::string();
    const auto names = trace_headers_of(text);
    if (names.empty())
        return;
    std::set<std::string> functions;
    add_configured_functions(text, functions);
    std::vector<std::string> scanned = split(item.get("WppScanConfigurationData"));
    const std::string options = item.get("WppAdditionalOptions");
    for (std::size_t at = options.find("-scan:"); at != std::string::npos;
         at = options.find("-scan:", at + 1))
        scanned.push_back(options.substr(at + 6, options.find_first_of(" \t\"", at + 6) - at - 6));
    for (const std::string &name : scanned)
        if (const auto content = files_.read(find_path(files_, work.project.folder(), name)))
            add_configured_functions(decoded(*content), functions);
        else
            note({item.place, "trace configuration " + name + " is not there"});
    // Headers of the project may have blocks too: WPP is told of them by a response file or not at
    // all.
    for (const Item &header : work.project.items("ClInclude"))
        if (const auto content =
                files_.read(find_path(files_, work.project.folder(), header.include)))
            add_configured_functions(decoded(*content), functions);
    add_named_functions(options, functions);
    for (const std::string &one : split(item.get("WppTraceFunction")))
        add_named_functions(one, functions);
    for (const std::string &name : names)
        if (const auto error = write_if_changed(work.generated / fs::path(forward(name)).filename(),
                                                trace_header(functions)))
            note({{work.generated / name}, *error});
}

/// What is named by a path is found in any case too, and UTF-16 text becomes UTF-8, which is all
/// that clang reads.
void Builder::add_sources(Work &work, HeaderOverlay &overlay) {
    static constexpr std::string_view texts[] = {".h", ".hpp", ".hxx", ".inl", ".inc",
                                                 ".c", ".cpp", ".cxx", ".cc"};
    std::vector<fs::path> paths = overlay.paths();
    for (std::size_t i = 0; i < paths.size(); ++i) { // grows
        const fs::path path = paths[i];
        if (std::ranges::find(texts, lower_case(path.extension().string())) == std::end(texts) ||
            is_kits(path))
            continue;
        const auto bytes = files_.read(path);
        if (!bytes)
            continue;
        if (const auto converted = converted_text(path, *bytes)) {
            const fs::path copy =
                work.objects / "converted" / object_name(work.project, path).substr(0, 200);
            if (const auto error = write_if_changed(copy, *converted))
                note({{copy}, *error});
            else
                overlay.replace(path, copy);
        }
        const std::string text = decoded(*bytes);
        for (const std::string &name : includes_of(text)) {
            if (name.find_first_of("/\\") == std::string::npos)
                continue;
            const fs::path found = find_path(files_, path.parent_path(), name);
            if (overlay.has(found.parent_path()) || !files_.is_file(found))
                continue;
            overlay.add_folder(found.parent_path());
            const auto more = overlay.paths(found.parent_path());
            paths.insert(paths.end(), more.begin(), more.end());
        }
    }
}

bool Builder::is_kits(const fs::path &path) const {
    for (const fs::path &folder : kit_.include_folders())
        if (path.string().starts_with(folder.string() + "/"))
            return true;
    return false;
}

void Builder::write_overlay(Work &work, const std::vector<fs::path> &sources) {
    HeaderOverlay overlay(files_);
    overlay.add_searched(kit_.include_folders());
    if (!solution_.empty())
        overlay.add_tree(solution_.parent_path());
    overlay.add_tree(work.project.folder());
    for (const fs::path &source : sources)
        overlay.add_folder(source.parent_path());
    for (const Item &item : work.project.items("ClCompile"))
        for (const fs::path &folder : compile_options(files_, work.project, item).include_folders)
            overlay.add_tree(folder);
    overlay.add_tree(work.generated);
    add_sources(work, overlay);
    if (const auto error = write_if_changed(work.objects / "headers.yaml", overlay.to_yaml()))
        note({{work.objects / "headers.yaml"}, *error});
}

void Builder::write_setup_information(Work &work) {
    std::set<std::string> written;
    for (const bool raw : {true, false}) // .inx first: a .inf of the same name was made of it
        for (const Item &item : work.project.items("Inf")) {
            const fs::path source = find_path(files_, work.project.folder(), item.include);
            const bool is_inx = same_text(source.extension().string(), ".inx");
            if (is_inx != raw || is_true(item.get("ExcludedFromBuild")))
                continue;
            const fs::path target = output(source.stem()).concat(".inf");
            if (!written.insert(lower_case(source.stem().string())).second)
                continue;
            const auto bytes = files_.read(source);
            if (!bytes) {
                note({item.place, item.include + " " + bytes.error()});
                continue;
            }
            Stamp stamp;
            if (const std::string date = item.get("DateStamp"); date.find('/') != std::string::npos)
                stamp.date = date;
            if (const std::string time = item.get("TimeStamp"); time.find('.') != std::string::npos)
                stamp.version = time;
            const std::string text = stamped(decoded(*bytes), stamp);
            if (const auto error = write_if_changed(target, encoded(text, encoding_of(*bytes))))
                note({{target}, *error});
        }
}

/// A resource that does not translate costs the driver its version, not its life.
void Builder::compile_resources(Work &work) {
    for (const Item &item : work.project.items("ResourceCompile")) {
        if (is_true(item.get("ExcludedFromBuild")))
            continue;
        const fs::path source = find_path(files_, work.project.folder(), item.include);
        const auto bytes = files_.read(source);
        if (!bytes) {
            note({item.place, item.include + " " + bytes.error()});
            continue;
        }
        const std::string stem = object_name(work.project, source);
        const fs::path text = work.objects / (stem + ".rc"), plain = work.objects / (stem + ".i"),
                       object = work.objects / (stem + ".res");
        Arguments command{kit_.clang.string()};
        append(command, kit_.section("target"));
        append(command, kit_.section("compile"));
        append(command,
               {"-w", "-DRC_INVOKED", "-ivfsoverlay", (work.objects / "headers.yaml").string(),
                "-I" + source.parent_path().string()});
        append(command, compile_options(files_, work.project, item).arguments);
        append(command, {"-x", "c", "-E", text.string(), "-o", plain.string()});
        std::string said;
        const auto error = write_if_changed(text, decoded(*bytes));
        if (error || run_one(command, said) != 0 ||
            run_one({kit_.resource_compiler.string(), "/no-preprocess", "/fo", object.string(),
                     plain.string()},
                    said) != 0) {
            if (error)
                said = *error;
            note({{source}, "is left out: " + said.substr(0, said.find('\n'))});
            continue;
        }
        work.inputs.push_back(object);
    }
}

void Builder::name_untranslated(const Work &work) {
    static constexpr std::pair<const char *, const char *> types[] = {
        {"masm", "assembly for Microsoft's assembler"},
        {"marmasm", "assembly for Microsoft's assembler"},
        {"midl", "an interface definition"},
        {"messagecompile", "a message file"},
        {"custombuild", "a build step of its own"},
        {"ctrpp", "a counter manifest"}};
    for (const auto &[type, what] : types)
        for (const Item &item : work.project.items(type))
            if (!is_true(item.get("ExcludedFromBuild")))
                note({item.place, item.include + " is " + what + ", left out"});
    for (const char *event : {"PreBuildEvent", "PreLinkEvent", "PostBuildEvent", "CustomBuildStep"})
        if (!work.project.definition(event, "Command").empty())
            note({{work.project.file()}, std::string(event) + " is not run"});
}

} // namespace ksbox::build
