// The builder's part about linking, the kit's own libraries, and compile_commands.json.
#include <nlohmann/json.hpp>

#include "build/builder.h"
#include "build/compiled.h"
#include "build/text.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

void append(Arguments &to, const Arguments &more) {
    to.insert(to.end(), more.begin(), more.end());
}

} // namespace

bool Builder::archive(Work &work) {
    const fs::path library = output("lib") / (work.target + ".lib");
    std::error_code error;
    fs::create_directories(library.parent_path(), error);
    fs::remove(library, error);
    Arguments command{kit_.librarian.string(), "/nologo", "/llvmlibempty",
                      "/out:" + library.string()};
    for (const fs::path &input : work.inputs)
        if (input.extension() != ".res") // a library has no resources
            command.push_back(input.string());
    std::string said;
    if (run_one(command, said) != 0)
        return fail({{library}, "is not made: " + said.substr(0, said.find('\n'))});
    listener_.done(work.project.name() + ": " + library.string());
    return true;
}

/// In OUT/kit, each made once and again when its source changes.
bool Builder::make_kit_libraries() {
    if (!kit_libraries_.empty())
        return true;
    const fs::path folder = output("kit");
    std::error_code error;
    fs::create_directories(folder, error);
    std::vector<Arguments> commands;
    std::vector<fs::path> made;
    const auto add = [&](const fs::path &product, Arguments command) {
        kit_libraries_.push_back(product);
        if (is_compiled(product, command))
            return;
        made.push_back(product);
        commands.push_back(std::move(command));
    };
    const auto run = [&] {
        bool done = true;
        run_all(commands, processor_count(), [&](std::size_t i, int code, const std::string &said) {
            if (code == 0)
                set_compiled(made[i], commands[i]);
            else
                done = fail({{made[i]}, "is not made: " + said.substr(0, said.find('\n'))});
        });
        commands.clear();
        made.clear();
        return done;
    };
    std::map<std::string, Arguments> objects;
    for (const char *library : {"ksguid", "ksboxwdk", "stdunk"})
        for (const std::string &name : kit_.section(std::string("library_") + library)) {
            const fs::path source = kit_.folder() / "lib" / name;
            const fs::path object = folder / (name + ".obj");
            const bool plain = source.extension() == ".c", assembly = source.extension() == ".S";
            Arguments command{(plain || assembly ? kit_.clang : kit_.clangxx).string()};
            append(command, kit_.section("target"));
            if (!assembly)
                append(command, kit_.section("compile"));
            if (!assembly && !plain)
                append(command, kit_.section("cxx"));
            append(command, {"-O2", "-MD", "-MF", object.string() + ".d", "-c", source.string(),
                             "-o", object.string()});
            add(object, std::move(command));
            objects[library].push_back(object.string());
        }
    if (!run())
        return false;
    kit_libraries_.clear();
    for (const std::string &name : kit_.section("imports")) {
        const fs::path product = folder / (name + ".lib");
        const fs::path definition = kit_.folder() / "def" / (name + ".def");
        (void)write_if_changed(product.string() + ".d",
                               product.string() + ": " + definition.string() + "\n");
        add(product, {kit_.import_librarian.string(), "-m", "i386:x86-64", "-d",
                      definition.string(), "-l", product.string()});
    }
    for (const auto &[library, members] : objects) {
        const fs::path product = folder / (library + ".lib");
        std::string rule = product.string() + ":";
        for (const std::string &member : members)
            rule += " " + replaced(member, " ", "\\ ");
        (void)write_if_changed(product.string() + ".d", rule + "\n");
        Arguments command{kit_.librarian.string(), "/nologo", "/out:" + product.string()};
        append(command, members);
        add(product, std::move(command));
    }
    return run();
}

bool Builder::link(Work &work) {
    if (!make_kit_libraries())
        return false;
    const fs::path driver = output(work.target + ".sys"), symbols = output(work.target + ".pdb");
    Arguments command{kit_.linker.string()};
    append(command, kit_.section("link"));
    append(command, {request_.coverage ? "/entry:InstrumentedDriverEntry" : "/entry:GsDriverEntry",
                     work.mode.guard ? "/guard:cf" : "/guard:no", "/pdb:" + symbols.string(),
                     "/out:" + driver.string()});
    const Options options = link_options(work.project);
    note(options.left_out);
    append(command, options.arguments);
    for (const auto &list : {work.inputs, work.libraries, kit_libraries_})
        for (const fs::path &input : list)
            command.push_back(input.string());
    std::string said;
    const int code = run_one(command, said);
    if (!said.empty())
        listener_.diagnostics(said);
    if (code != 0)
        return fail({{work.project.file()}, work.target + ".sys does not link"});
    listener_.done(work.project.name() + ": " + driver.string());
    return true;
}

bool Builder::write_compile_commands() {
    nlohmann::json list = nlohmann::json::array();
    for (const Compilation &one : compilations_)
        list.push_back({{"directory", one.folder.string()},
                        {"file", one.source.string()},
                        {"output", one.object.string()},
                        {"arguments", one.arguments}});
    const fs::path file = output("compile_commands.json");
    const auto error = write_if_changed(
        file, list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    return !error || fail({{file}, *error});
}

} // namespace ksbox::build
