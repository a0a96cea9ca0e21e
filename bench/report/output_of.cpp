// Runs a command and reads what it says.
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

#include "report/figures.h"

namespace ksbox::bench {

std::string output_of(const std::vector<std::string> &command, bool errors) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str()));
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], errors ? STDERR_FILENO : STDOUT_FILENO);
    pid_t child = 0;
    const int refused =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);

    std::string text;
    char bytes[4096];
    ssize_t got = 0;
    while (refused == 0 && (got = read(ends[0], bytes, sizeof bytes)) > 0)
        text.append(bytes, static_cast<std::size_t>(got));
    close(ends[0]);
    if (refused != 0)
        throw std::runtime_error(command[0] + ": " + std::strerror(refused));
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::string whole;
        for (const std::string &word : command)
            whole += word + " ";
        throw std::runtime_error(whole + "failed: " + text);
    }
    return text;
}

} // namespace ksbox::bench
