#include "e2e/command.h"

#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

#include "test_paths.h"

namespace e2e {

std::vector<std::byte> read_bytes(const std::filesystem::path &file) {
    std::string text = read_text(file);
    auto *first = reinterpret_cast<const std::byte *>(text.data());
    return {first, first + text.size()};
}

std::string read_text(const std::filesystem::path &file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::filesystem::path &file, const std::vector<std::byte> &bytes) {
    std::ofstream stream(file, std::ios::binary);
    stream.write(reinterpret_cast<const char *>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
}

Outcome Running::wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(out_),
            read_text(err_)};
}

Command::Command() {
    std::string name = (std::filesystem::temp_directory_path() / "ksbox-e2e-XXXXXX").string();
    folder_ = mkdtemp(name.data());
}

Command::~Command() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path Command::driver(const std::string &name) {
    return std::filesystem::path(KSBOX_TEST_DRIVERS) / (name + ".sys");
}

Running Command::start(const std::vector<std::string> &arguments, const Place &place) {
    std::filesystem::path out = file("out" + std::to_string(++runs_)),
                          err = file("err" + std::to_string(runs_));
    std::string program = std::string(KSBOX_TEST_BINARIES) + "/ksbox";
    std::vector<char *> words{program.data()};
    std::vector<std::string> copy = arguments;
    for (std::string &word : copy)
        words.push_back(word.data());
    words.push_back(nullptr);
    pid_t process = fork();
    if (process == 0) {
        const auto &output = place.output.empty() ? out : place.output;
        dup2(open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        dup2(open(place.input.empty() ? "/dev/null" : place.input.c_str(), O_RDONLY), STDIN_FILENO);
        dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        for (const auto &[name, value] : place.environment)
            setenv(name.c_str(), value.c_str(), 1);
        if (!place.folder.empty() && chdir(place.folder.c_str()) != 0)
            _exit(126);
        execv(program.c_str(), words.data());
        _exit(127);
    }
    return Running(process, out, err);
}

std::string Command::refusal(const std::vector<std::string> &arguments, int code) {
    Outcome outcome = ksbox(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
    EXPECT_TRUE(outcome.err.starts_with("ksbox: ")) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    return outcome.err;
}

} // namespace e2e
