#include "e2e/pipewire_daemon.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace e2e {

namespace {

constexpr const char *daemon_config = R"(
context.properties = { core.daemon = true  core.name = pipewire-0  support.dbus = false }
context.spa-libs = {
    audio.convert.* = audioconvert/libspa-audioconvert
    support.* = support/libspa-support
}
context.modules = [
    { name = libpipewire-module-rt  args = { rt.prio = 88 }  flags = [ ifexists nofail ] }
    { name = libpipewire-module-protocol-native }
    { name = libpipewire-module-profiler }
    { name = libpipewire-module-metadata }
    { name = libpipewire-module-spa-node-factory }
    { name = libpipewire-module-client-node }
    { name = libpipewire-module-access }
    { name = libpipewire-module-adapter }
    { name = libpipewire-module-link-factory }
    { name = libpipewire-module-session-manager }
]
context.objects = [
    { factory = spa-node-factory
      args = { factory.name = support.node.driver  node.name = Dummy-Driver
               node.group = pipewire.dummy  priority.driver = 20000 } }
]
)";

constexpr const char *manager_config = R"(
context.properties = { wireplumber.script-engine = lua-scripting  support.dbus = false }
context.spa-libs = {
    audio.convert.* = audioconvert/libspa-audioconvert
    support.* = support/libspa-support
}
context.modules = [
    { name = libpipewire-module-protocol-native }
    { name = libpipewire-module-client-node }
    { name = libpipewire-module-client-device }
    { name = libpipewire-module-adapter }
    { name = libpipewire-module-metadata }
    { name = libpipewire-module-session-manager }
]
wireplumber.components = [
    { name = libwireplumber-module-lua-scripting, type = module }
    { name = main.lua, type = config/lua }
    { name = policy.lua, type = config/lua }
]
)";

// In place of the file that starts the monitors of hardware.
constexpr const char *manager_main = R"(
default_access.properties["enable-flatpak-portal"] = false
device_defaults.properties["use-persistent-storage"] = false
load_module("metadata")
default_access.enable()
device_defaults.enable()
load_script("intended-roles.lua")
load_script("suspend-node.lua")
)";

void write_text(const std::filesystem::path &file, const char *text) {
    create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::string text_of(const std::filesystem::path &file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool on_path(const std::string &program) {
    const char *path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (access((folder + "/" + program).c_str(), X_OK) == 0)
            return true;
    return false;
}

} // namespace

Process::Process(const std::vector<std::string> &words,
                 const std::map<std::string, std::string> &more,
                 const std::filesystem::path &output)
    : process_(fork()) {
    if (process_ != 0)
        return;
    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    for (const auto &[name, value] : more)
        setenv(name.c_str(), value.c_str(), 1);
    std::vector<char *> arguments;
    std::vector<std::string> copy = words;
    for (std::string &word : copy)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

Process::~Process() {
    if (process_ > 0) {
        kill(process_, SIGKILL);
        (void)wait();
    }
}

Process::Process(Process &&other) noexcept
    : process_(std::exchange(other.process_, -1)), status_(other.status_) {}

Process &Process::operator=(Process &&other) noexcept {
    std::swap(process_, other.process_);
    std::swap(status_, other.status_);
    return *this;
}

void Process::send(int signal) const {
    if (process_ > 0)
        kill(process_, signal);
}

int Process::wait() {
    if (process_ > 0 && waitpid(std::exchange(process_, -1), &status_, 0) < 0)
        return -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

bool Process::running() {
    if (process_ > 0 && waitpid(process_, &status_, WNOHANG) == process_)
        process_ = -1;
    return process_ > 0;
}

bool becomes_true(const std::function<bool()> &condition, double seconds) {
    constexpr double period = 0.05;
    for (double waited = 0; waited < seconds; waited += period) {
        if (condition())
            return true;
        usleep(static_cast<useconds_t>(period * 1e6));
    }
    return condition();
}

std::string PipeWireDaemon::missing() {
    for (const char *program :
         {"pipewire", "wireplumber", "pw-play", "pw-record", "pw-dump", "pw-metadata"})
        if (!on_path(program))
            return program;
    return {};
}

PipeWireDaemon::PipeWireDaemon(std::filesystem::path folder) : folder_(std::move(folder)) {
    for (const char *name : {"run", "state"})
        create_directories(folder_ / name);
    permissions(folder_ / "run", std::filesystem::perms::owner_all);
    write_text(folder_ / "config/pipewire/pipewire.conf", daemon_config);
    write_text(folder_ / "config/wireplumber/wireplumber.conf", manager_config);
    write_text(folder_ / "config/wireplumber/main.lua.d/90-enable-all.lua", manager_main);
    environment_ = {{"XDG_RUNTIME_DIR", folder_ / "run"},
                    {"XDG_CONFIG_HOME", folder_ / "config"},
                    {"XDG_STATE_HOME", folder_ / "state"},
                    // Unset, GLib would look for a bus of its own, and WirePlumber wait for it.
                    {"DBUS_SESSION_BUS_ADDRESS", "disabled:"}};
    // What would lead somewhere else.
    for (const char *name : {"PIPEWIRE_RUNTIME_DIR", "PIPEWIRE_REMOTE"})
        unsetenv(name);
}

bool PipeWireDaemon::start() {
    daemon_ = start_tool({"pipewire"});
    if (!becomes_true([&] {
            Process list = start_tool({"pw-cli", "info", "0"});
            return list.wait() == 0;
        }))
        return false;
    manager_ = start_tool({"wireplumber"});
    // It has come so far when it exports its metadata, which is empty yet: pw-dump leaves it out.
    return becomes_true([&] {
        Process list = start_tool({"pw-metadata"});
        return list.wait() == 0 &&
               text_of(folder_ / ("tool" + std::to_string(runs_))).find("\"default\"") !=
                   std::string::npos;
    });
}

void PipeWireDaemon::kill_daemon() {
    daemon_.send(SIGKILL);
    (void)daemon_.wait();
    (void)manager_.wait(); // it ends with its daemon
}

Process PipeWireDaemon::start_tool(const std::vector<std::string> &words) const {
    return Process(words, environment_, folder_ / ("tool" + std::to_string(++runs_)));
}

nlohmann::json PipeWireDaemon::node(const std::string &name) const {
    Process dump = start_tool({"pw-dump"});
    if (dump.wait() != 0)
        return nullptr;
    const auto all =
        nlohmann::json::parse(text_of(folder_ / ("tool" + std::to_string(runs_))), nullptr, false);
    if (!all.is_array()) // it was cut off
        return nullptr;
    for (const auto &one : all)
        if (one.value("type", "") == "PipeWire:Interface:Node" &&
            one["info"]["props"].value("node.name", "") == name)
            return one;
    return nullptr;
}

} // namespace e2e
