// One command's run: the box, the driver in it and a client, made from the options; and at the end
// what the driver left behind.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/process.h"
#include "ksbox/box.h"
#include "ksbox/filter.h"

namespace ksbox::cli {

class Session {
  public:
    /// Loads and starts the drivers, if the options name one; throws what Box::load throws.
    Session(const RunOptions &options, Worker &worker);
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    const RunOptions &options() const { return options_; }
    Worker &worker() { return worker_; }
    Box &box() { return *box_; }
    Driver &driver() { return *drivers_.front(); } ///< the only one for most commands
    const std::vector<Driver *> &drivers() { return drivers_; }
    /// From now on the functions below, and those for pins and endpoints, see this driver alone.
    void look_at(Driver &driver) { looked_at_ = {&driver}; }
    /// The filters of all drivers.
    std::vector<InterfaceFacts> interfaces();
    /// "tone.sys, gain.sys", for messages.
    std::string names() const;
    Client &client() { return *client_; }

    /// The filters that --filter names; all of them without it. Throws BadInput when there is none.
    std::vector<InterfaceFacts> filters();

    /// A command's work, then the end of its client and driver, which is printed: what was left
    /// behind, a file that could not be written. What `work` returns is the exit code, unless that
    /// is exit_done and something was left: then exit_finding. A Finding, BadInput, Error or
    /// std::system_error of it becomes its line and code; a stopped box (BoxStopped) and faults of
    /// ksbox itself are thrown on, and then nothing is ended. Everything that belongs to the client
    /// is gone when `work` ends.
    int run(const std::function<int()> &work);

  private:
    void load_drivers();
    void begin_sysaudio();
    int finish(int code);
    /// The parent knows of the box exactly as long as there is one.
    struct Watch {
        Watch(Worker &watching, Box &box) : worker(watching) { worker.watch(box); }
        ~Watch() { worker.unwatch(); }
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;
        Worker &worker;
    };
    /// Says at the end, however that comes, which allocation has failed.
    struct LowResources {
        const Session &session;
        ~LowResources();
    };

    /// Says at the end, however that comes, what --net would have allowed.
    struct Network {
        const Session &session;
        ~Network();
    };

    RunOptions options_;
    Worker &worker_;
    std::unique_ptr<Box> box_;
    std::optional<Watch> watch_;
    LowResources low_resources_{*this};
    Network network_{*this};
    std::vector<Driver *> drivers_;
    std::vector<Driver *> looked_at_; ///< all of them, or the one of look_at()
    Client *client_ = nullptr;
};

/// ASCII letters in lower case: how names are compared.
std::string lower(std::string text);
/// Whether people call it so: by name, label, category or number.
bool names_filter(const InterfaceFacts &filter, std::size_t number, const std::string &wanted);
/// How a filter is called in lists and messages: its reference string, GUIDs by name.
std::string filter_label(const InterfaceFacts &filter);
/// "ROOT\camera\0000", the device instance in an interface's path.
std::string device_of(const InterfaceFacts &filter);

/// One line on standard error: something the driver should not have done.
void print_finding(const std::string &text);
/// The same for what a command that fails has recorded; nothing for no name. Throws nothing.
void print_kept(const std::string &name);

} // namespace ksbox::cli
