// From a process's start to its first video frame, and to its end: whole processes on one
// processor, their CPU time. ksbox has loaded a driver and written a picture; GStreamer's program
// has a test source and takes the buffer; the limit is a C++ program that prints a word.
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sched.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include "support/question.h"

namespace ksbox::bench {

namespace {

std::string beside(const char *program) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

/// Everything that is started runs on one processor, and so do we.
void use_one_processor() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0)
        throw std::runtime_error("the processor cannot be chosen");
}

void run_once(const std::vector<std::string> &command) {
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int refused =
        posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    if (refused != 0 || waitpid(child, &status, 0) != child || status != 0)
        throw std::runtime_error(command[0] + " failed");
}

Work processes(std::vector<std::string> command) {
    use_one_processor();
    return [command = std::move(command)](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            run_once(command);
    };
}

/// A folder in memory where there is one, so that no disk is measured.
std::string picture_file() {
    const char *folder = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    return std::string(folder) + "/ksbox-bench-" + std::to_string(getpid()) + ".y4m";
}

Work record_one_frame() {
    std::shared_ptr<std::string> file(new std::string(picture_file()), [](std::string *name) {
        unlink(name->c_str());
        delete name;
    });
    const Work work = processes(
        {beside("ksbox"), "record", "--driver", driver_file("camera"), "--frames", "1", *file});
    return [file, work](std::uint64_t count) { work(count); };
}

} // namespace

Program program() {
    return {.questions = {{.name = "start",
                           .title = "process start to first frame",
                           .batch = 1,
                           .smoke = 1,
                           .other_processes = true,
                           .aims = {{Side::gstreamer, 1.0 / 3}},
                           .cases = {{Side::ksbox, record_one_frame},
                                     {Side::limit, [] { return processes({beside("peer-word")}); }},
                                     {Side::gstreamer,
                                      [] { return processes({beside("peer-first-buffer")}); }}}}},
            .slopes = {}};
}

} // namespace ksbox::bench
