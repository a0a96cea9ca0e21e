// A PipeWire daemon and its session manager for one test: a runtime folder of their own, no
// hardware, no bus. WirePlumber runs the policy that it ships with, so that nodes are linked,
// suspended and forgotten as on a desktop.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

#include <nlohmann/json.hpp>

namespace e2e {

/// A program that runs meanwhile; what it says goes to a file. Killed when it is still there.
class Process {
  public:
    Process() = default;
    Process(const std::vector<std::string> &words, const std::map<std::string, std::string> &more,
            const std::filesystem::path &output);
    ~Process();
    Process(Process &&other) noexcept;
    Process &operator=(Process &&other) noexcept;

    void send(int signal) const;
    /// Its exit code; 128 and the signal for a death by signal.
    int wait();
    bool running();

  private:
    pid_t process_ = -1;
    int status_ = 0;
};

/// Looks every few milliseconds whether it has become true, for at most so long.
bool becomes_true(const std::function<bool()> &condition, double seconds = 60);

class PipeWireDaemon {
  public:
    /// Empty: it is installed. Else what is missing.
    static std::string missing();

    explicit PipeWireDaemon(std::filesystem::path folder);

    /// Whether both answer.
    bool start();
    /// As a crash of the daemon would be.
    void kill_daemon();

    const std::map<std::string, std::string> &environment() const { return environment_; }
    /// A tool of PipeWire's.
    Process start_tool(const std::vector<std::string> &words) const;
    /// The node of that name, as pw-dump shows it; null when there is none.
    nlohmann::json node(const std::string &name) const;

  private:
    const std::filesystem::path folder_;
    std::map<std::string, std::string> environment_;
    Process daemon_, manager_;
    mutable int runs_ = 0;
};

} // namespace e2e
