#include "loader/child_output.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace ksbox::loader {

namespace {

/// Everything up to end of file; nothing on timeout or flood.
std::optional<std::string> read_all(int descriptor, int timeout_ms, std::size_t most_bytes) {
    std::string output;
    std::array<char, 4096> buffer;
    for (;;) {
        pollfd waiting{descriptor, POLLIN, 0};
        const int ready = poll(&waiting, 1, timeout_ms);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return std::nullopt;
        const ssize_t got = read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || output.size() > most_bytes)
            return std::nullopt;
        if (got == 0)
            return output;
        output.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

} // namespace

std::optional<pid_t> start_child(const std::vector<std::string> &arguments, int input, int output) {
    std::vector<char *> argv;
    for (const std::string &argument : arguments)
        argv.push_back(const_cast<char *>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    else
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none); // a crashed box may have signals blocked
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child;
    const int failed = posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed)
        return std::nullopt;
    return child;
}

std::optional<std::string> child_output(const std::vector<std::string> &arguments, int timeout_ms,
                                        std::size_t most_bytes) {
    std::array<int, 2> ends;
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return std::nullopt;
    const auto child = start_child(arguments, -1, ends[1]);
    close(ends[1]);
    std::optional<std::string> output;
    if (child) {
        output = read_all(ends[0], timeout_ms, most_bytes);
        if (!output)
            kill(*child, SIGKILL);
        int status = 0;
        while (waitpid(*child, &status, 0) < 0 && errno == EINTR) {
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            output.reset();
    }
    close(ends[0]);
    return output;
}

} // namespace ksbox::loader
