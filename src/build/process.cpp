#include "build/process.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file_descriptor.h"

namespace ksbox::build {

namespace {

struct Child {
    pid_t process = -1;
    FileDescriptor output, end; ///< what it writes; readable once it has ended
    bool done = false;
    int code = 0;
};

void start(Child &child, const Arguments &command) {
    child.output = FileDescriptor(memfd_create("output", MFD_CLOEXEC));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, child.output.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, child.output.get(), 2);
    std::vector<char *> arguments;
    for (const std::string &argument : command)
        arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);
    const int error =
        posix_spawnp(&child.process, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        child.done = true;
        child.code = 127;
        const std::string text = command[0] + ": " + std::strerror(error) + "\n";
        (void)!write(child.output.get(), text.data(), text.size());
        return;
    }
    child.end = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, child.process, 0)));
}

void wait(Child &child) {
    int status = 0;
    while (waitpid(child.process, &status, 0) < 0 && errno == EINTR)
        ;
    child.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    child.done = true;
}

std::string written(const Child &child) {
    std::string text;
    char bytes[1 << 14];
    for (ssize_t count; (count = pread(child.output.get(), bytes, sizeof bytes,
                                       static_cast<off_t>(text.size()))) > 0;)
        text.append(bytes, static_cast<std::size_t>(count));
    return text;
}

/// Until one of them has ended; where the kernel has no pidfd, until the first has.
void wait_for_any(std::vector<Child> &children, std::size_t from, std::size_t to) {
    std::vector<pollfd> ends;
    std::vector<Child *> waited;
    for (std::size_t i = from; i < to; ++i)
        if (!children[i].done) {
            ends.push_back({children[i].end.get(), POLLIN, 0});
            waited.push_back(&children[i]);
        }
    if (waited.empty())
        return;
    if (!waited[0]->end)
        return wait(*waited[0]);
    while (poll(ends.data(), ends.size(), -1) < 0 && errno == EINTR)
        ;
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (ends[i].revents)
            wait(*waited[i]);
}

} // namespace

void run_all(
    const std::vector<Arguments> &commands, unsigned jobs,
    const std::function<void(std::size_t, int code, const std::string &output)> &finished) {
    std::vector<Child> children(commands.size());
    std::size_t started = 0, told = 0;
    while (told < commands.size()) {
        std::size_t running = 0;
        for (std::size_t i = told; i < started; ++i)
            running += !children[i].done;
        while (started < commands.size() && running < jobs) {
            start(children[started], commands[started]);
            running += !children[started++].done;
        }
        if (!children[told].done)
            wait_for_any(children, told, started);
        for (; told < started && children[told].done; ++told) {
            finished(told, children[told].code, written(children[told]));
            children[told].output = {};
        }
    }
}

int run_one(const Arguments &command, std::string &output) {
    int result = 0;
    run_all({command}, 1, [&](std::size_t, int code, const std::string &text) {
        result = code;
        output = text;
    });
    return result;
}

unsigned processor_count() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    return static_cast<unsigned>(CPU_COUNT(&set));
}

} // namespace ksbox::build
