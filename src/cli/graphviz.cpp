#include "cli/graphviz.h"

#include <cerrno>
#include <cstring>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file_descriptor.h"
#include "cli/failures.h"

namespace ksbox::cli {

namespace {

// A file without a name: a pipe could fill while nobody reads.
FileDescriptor anonymous_file(const std::string &content = {}) {
    FileDescriptor file(memfd_create("graph", MFD_CLOEXEC));
    std::size_t written = 0;
    while (file && written < content.size()) {
        const ssize_t count =
            pwrite(file.get(), content.data() + written, content.size() - written, off_t(written));
        if (count <= 0)
            throw BadInput("the drawing has no room in memory");
        written += std::size_t(count);
    }
    if (!file)
        throw BadInput("the drawing has no room in memory");
    return file;
}

std::string content_of(const FileDescriptor &file) {
    std::string text;
    char bytes[1 << 14];
    for (ssize_t count; (count = pread(file.get(), bytes, sizeof bytes, off_t(text.size()))) > 0;)
        text.append(bytes, std::size_t(count));
    return text;
}

// The exit code; 127: it could not be started.
int run_dot(const FileDescriptor &input, const FileDescriptor &output,
            const FileDescriptor &errors) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, output.get(), 1);
    posix_spawn_file_actions_adddup2(&actions, errors.get(), 2);
    char name[] = "dot", form[] = "-Tsvg";
    char *arguments[] = {name, form, nullptr};
    pid_t process = -1;
    const int error = posix_spawnp(&process, name, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return 127;
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

std::string svg_of(const std::string &dot) {
    const FileDescriptor input = anonymous_file(dot), output = anonymous_file(),
                         errors = anonymous_file();
    const int code = run_dot(input, output, errors);
    if (code == 127)
        throw BadInput("the program dot is not there: install Graphviz, or take --dot and draw "
                       "elsewhere");
    std::string svg = content_of(output);
    if (code != 0 || !svg.ends_with("</svg>\n")) {
        const std::string said = content_of(errors);
        throw BadInput("dot does not draw the graph" +
                       (said.empty() ? " (exit code " + std::to_string(code) + ")"
                                     : ": " + said.substr(0, said.find('\n'))));
    }
    return svg;
}

} // namespace ksbox::cli
