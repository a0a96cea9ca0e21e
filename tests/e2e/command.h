// Runs ksbox as people do: the real binary, in a process of its own, with files in a folder that
// lives as long as the test.
#pragma once

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include <gtest/gtest.h>

namespace e2e {

struct Outcome {
    int code = -1; ///< exit code; 128 and the signal for a death by signal
    std::string out, err;
};

/// A command that runs meanwhile.
class Running {
  public:
    Running(pid_t process, std::filesystem::path out, std::filesystem::path err)
        : process_(process), out_(std::move(out)), err_(std::move(err)) {}
    void interrupt(int signal) const { kill(process_, signal); }
    Outcome wait();

  private:
    pid_t process_;
    std::filesystem::path out_, err_;
};

class Command : public testing::Test {
  protected:
    Command();
    ~Command() override;

    /// A name in the test's own folder.
    std::filesystem::path file(const std::string &name) const { return folder_ / name; }
    /// A driver that the build made.
    static std::filesystem::path driver(const std::string &name);

    struct Place {
        std::filesystem::path folder; ///< to run in; empty: this process's
        std::map<std::string, std::string> environment;
        std::filesystem::path output; ///< standard output; empty: Outcome::out
        std::filesystem::path input;  ///< standard input; empty: nothing
    };
    Running start(const std::vector<std::string> &arguments, const Place &place = {});
    Outcome ksbox(const std::vector<std::string> &arguments, const Place &place = {}) {
        return start(arguments, place).wait();
    }
    /// Asserts the exit code and returns the one line on standard error, which must be all there is
    /// and begin with "ksbox: ".
    std::string refusal(const std::vector<std::string> &arguments, int code);

  private:
    std::filesystem::path folder_;
    int runs_ = 0;
};

std::string read_text(const std::filesystem::path &file);
std::vector<std::byte> read_bytes(const std::filesystem::path &file);
void write_bytes(const std::filesystem::path &file, const std::vector<std::byte> &bytes);

} // namespace e2e
