// Builds projects, each once, with those it needs before it.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "build/build.h"
#include "build/files.h"
#include "build/header_overlay.h"
#include "build/kit.h"
#include "build/options.h"
#include "build/process.h"
#include "build/project.h"
#include "build/solution.h"

namespace ksbox::build {

class Builder {
  public:
    Builder(const Request &request, const Listener &listener, Kit kit)
        : request_(request), listener_(listener), kit_(std::move(kit)) {}

    bool run();

  private:
    enum class State { building, made, skipped, failed };
    struct Result {
        State state = State::building;
        std::filesystem::path library; ///< of a library project
    };
    /// One project on its way.
    struct Work {
        Project project;
        std::string target;
        std::filesystem::path objects;   ///< folder for what is made of it
        std::filesystem::path generated; ///< headers that were written for it
        Mode mode;
        std::vector<std::string> common; ///< compiler arguments of all its sources
        std::vector<std::filesystem::path> libraries, inputs;
    };

    /// A source to compile. The command is what a later run compares with.
    struct Job {
        std::filesystem::path source, object;
        Arguments command;
        std::size_t compilation; ///< its place in compilations_
    };

    // builder.cpp: which projects, and in what order
    bool build_solution(const std::filesystem::path &file);
    Result build_project(const std::filesystem::path &file, const Globals &globals,
                         const Place &from);
    Result make(const std::filesystem::path &file, const Globals &globals);
    std::optional<Globals> globals_for(const std::filesystem::path &file, const Place &from);
    std::optional<std::string> why_skipped(const Project &project) const;
    bool collect_libraries(Work &work, const Globals &globals);
    bool add_library(Work &work, const Globals &globals, const std::string &written);
    std::filesystem::path project_making(const Work &work, const std::string &library,
                                         const Globals &globals);

    // compile.cpp: one project
    bool compile(Work &work);
    void prepare(Work &work);
    std::size_t run_jobs(const Work &work, const std::vector<Job> &jobs);
    int compile_without_asynchronous(const Job &job, Arguments &command, std::string &said);
    int compile_decided(const Work &work, const Job &job, Arguments &command, std::string &said);
    void write_overlay(Work &work, const std::vector<std::filesystem::path> &sources);
    void add_sources(Work &work, HeaderOverlay &overlay);
    bool is_kits(const std::filesystem::path &path) const;
    void write_trace_headers(Work &work, const Item &item, const std::filesystem::path &source);
    Arguments compile_command(Work &work, const Item &item, const std::filesystem::path &source,
                              const std::filesystem::path &object);
    void compile_resources(Work &work);
    void write_setup_information(Work &work);
    void name_untranslated(const Work &work);

    // link.cpp
    bool archive(Work &work);
    bool link(Work &work);
    bool make_kit_libraries();
    bool write_compile_commands();

    void note(const Message &message);
    void note(const Messages &messages);
    bool fail(Message message);
    std::filesystem::path output(const std::filesystem::path &name) const;

    const Request &request_;
    const Listener &listener_;
    Kit kit_;
    DiskFiles files_;
    std::map<std::filesystem::path, Result> results_;
    std::map<std::string, std::filesystem::path> targets_; ///< whose each name in OUT is
    std::set<std::string> noted_;
    std::filesystem::path solution_;
    std::vector<std::filesystem::path> kit_libraries_;
    struct Compilation {
        std::filesystem::path folder, source, object;
        Arguments arguments;
    };
    std::vector<Compilation> compilations_;
    bool made_any_ = false;
};

/// Writes `text` unless the file has it already. The error is a sentence.
std::optional<std::string> write_if_changed(const std::filesystem::path &file,
                                            const std::string &text);

} // namespace ksbox::build
