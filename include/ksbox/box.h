// A box: one emulated Windows kernel with its drivers and clients, inside this process. Several may
// live at once. A driver has the rights of this process: run only drivers you trust.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ksbox/client.h"
#include "ksbox/crash_record.h"
#include "ksbox/error.h"
#include "ksbox/guid.h"

namespace ksbox {

class Kernel;
struct GraphFacts;

/// How drivers get pool. Guarded, each allocation has pages of its own between inaccessible ones,
/// as from Driver Verifier's special pool: an access beyond it stops the box at the instruction,
/// freed allocations stay inaccessible, and the stacks of allocation and free are kept for reports.
enum class PoolMode : std::uint8_t {
    ordinary,
    guard,      ///< the end of an allocation meets the inaccessible page: for overruns
    guard_below ///< the beginning does: for underruns
};

/// Whom drivers reach through Winsock Kernel (NETIO.SYS). In simulated time loopback is a network
/// inside the box, and what goes further leaves without an answer; in real time sockets are the
/// host's. No protection against a driver that attacks: it has the rights of this process.
enum class NetAccess : std::uint8_t {
    off,      ///< WskSocket fails with STATUS_ACCESS_DENIED
    loopback, ///< 127.0.0.0/8 and ::1
    all
};

struct BoxOptions {
    /// Simulated: virtual time, one host thread, the seed decides every choice; the same inputs
    /// give the same trace. Realtime: host threads and the monotonic clock.
    bool realtime = false;
    std::uint64_t seed = 1;
    unsigned processors = 2; ///< 1 to 64
    /// Clock interrupt period in 100 ns.
    std::uint32_t clock_period_100ns = 156'250;
    /// CPU time a driver may burn without reaching a scheduling point; 0: no watchdog.
    std::chrono::milliseconds watchdog{5'000};
    PoolMode pool = PoolMode::ordinary;
    NetAccess net = NetAccess::off;
    /// Folder that drivers see as C:\; empty: a temporary one.
    std::filesystem::path file_root;
    /// JSON lines; empty: no trace file.
    std::filesystem::path trace;
    /// Bugs of real systems to show, by name. "clone-delete-in-cancel": a stream pointer clone that
    /// is deleted in its own cancel callback is not. "busy-pin-not-ready": a pin factory without a
    /// free instance answers ERROR_NOT_READY, as a camera in use does.
    std::vector<std::string> quirks;
    /// Emulated version, major * 100 + minor: 1000 is Windows 10, 601 is Windows 7.
    unsigned windows_version = 1000;
    /// Receives what drivers print.
    std::function<void(std::string_view driver, std::uint32_t component, std::uint32_t level,
                       std::string_view text)>
        debug_print;
};

/// Where a driver has been mapped; see DriverOptions::before_entry.
struct LoadedImage {
    struct Section {
        std::string name;
        std::uint64_t address = 0;
    };
    std::filesystem::path file;
    std::uint64_t base = 0;
    std::uint64_t entry = 0; ///< DriverEntry
    std::vector<Section> sections;
};

struct DriverOptions {
    /// Values of the driver's Parameters key; a number becomes a DWORD.
    std::vector<std::pair<std::string, std::string>> parameters;
    /// The .inf file that installs it: service, device and interface values of the registry, names,
    /// hardware IDs. Empty: the one beside the driver, if there is one.
    std::filesystem::path inf;
    /// Registry files (.reg) to merge before DriverEntry runs, as Box::merge_registry() does.
    std::vector<std::filesystem::path> registry_files;
    /// Hardware id of the device on the root bus; empty: the .inf file's, or ROOT\<name>.
    std::string hardware_id;
    /// FriendlyName and DeviceDesc of the device; empty: the .inf file's, or the driver's name.
    std::string friendly_name;
    /// For drivers built with COVERAGE: receives which lines ran how often, when the driver is
    /// unloaded or its stopped box goes: lcov's format, or with the extension .profraw LLVM's.
    std::filesystem::path coverage;
    /// Called when the driver is mapped and bound and nothing of it has run.
    std::function<void(const LoadedImage &)> before_entry;
};

/// A loaded driver with its device. Owned by its box; one that was unloaded goes at the next load.
class Driver {
  public:
    Driver(const Driver &) = delete;
    Driver &operator=(const Driver &) = delete;
    virtual ~Driver() = default;

    virtual const std::string &name() const = 0; ///< "cable.sys"
    /// Its enabled device interfaces, each filter once: the first interface of a reference string.
    virtual std::vector<InterfaceFacts> filters() = 0;
    /// What it describes wrongly although it works, one sentence each, in the order found: pin
    /// factories that cannot be told apart, flags that exclude each other, ranges that overlap.
    virtual std::vector<std::string> findings() = 0;
    /// Its device is pulled out while it works: IRP_MN_SURPRISE_REMOVAL now, and
    /// IRP_MN_REMOVE_DEVICE when its last file is closed. Throws Error: it has none.
    virtual void surprise_remove() = 0;
    /// Its device is removed in order. Throws Error with the status of whoever refuses, as
    /// STATUS_DEVICE_BUSY while files are open; the device works on then.
    virtual void remove() = 0;
    /// The device is back, as a new one: AddDevice, IRP_MN_START_DEVICE. Throws Error: it has one,
    /// or what the driver says.
    virtual void insert() = 0;
    /// What it left behind when unloaded, one sentence each; empty: nothing.
    virtual std::vector<std::string> unload() = 0;

  protected:
    Driver() = default;
};

/// What the device broker is asked; see Box::set_policy.
struct AccessRequest {
    std::string_view client;
    std::string_view path; ///< of the filter's device interface
    Guid category;
    bool writes = false; ///< GENERIC_WRITE: data flows into the pin
};

class Box {
  public:
    /// Throws Error when the options make no sense or memory cannot be had.
    explicit Box(BoxOptions options = {});
    /// Destroys clients, unloads drivers; a stopped box is just dropped.
    ~Box();
    Box(const Box &) = delete;
    Box &operator=(const Box &) = delete;

    /// Maps the driver, runs DriverEntry, creates its device on the root bus and starts it.
    /// Throws Error: not a driver, DriverEntry failed with …; details(): what was found in it.
    Driver &load(const std::filesystem::path &file, const DriverOptions &options = {});
    Client &client(std::string name);
    void destroy(Client &client);

    /// Merges a file of Windows' registry editor (version 5.00 or REGEDIT4) into the registry.
    /// Throws Error with file, line and reason; nothing is merged then.
    void merge_registry(const std::filesystem::path &file);
    /// Writes the whole registry as such a file, version 5.00. Also for a stopped box. Throws
    /// Error.
    void save_registry(const std::filesystem::path &file);

    /// The system goes to sleep (S3): every driver is asked, then told. Throws Error with the
    /// status of the first that refuses; the system stays awake then.
    void suspend();
    /// The system wakes. Devices reach D0 soon after, not by the time this returns.
    void resume();

    /// Lets time pass: virtual or real. Throws BoxStopped.
    void run_for(std::chrono::nanoseconds time);
    /// Runs `work` on a box thread and returns when it has; throws what it throws, and BoxStopped.
    void run(const std::function<void()> &work);
    /// 100 ns since the box booted, without charge.
    std::uint64_t now_100ns() const;

    /// As Driver Verifier's low resources simulation, one allocation at a time: the pool allocation
    /// of this number from now on (1: the next), whoever asks for it, fails; 0: none does. Called
    /// for 1, 2, 3 … before the same work, until failed_allocation() stays empty, it shows what a
    /// driver does about each.
    void fail_allocation(std::uint64_t number);
    /// The allocation that fail_allocation() made fail, in words: size, tag and who asked for it.
    /// Empty as long as it has not come.
    std::string failed_allocation() const;

    /// What drivers asked of the network and BoxOptions::net does not allow, one sentence each, in
    /// the order they did. Also for a stopped box.
    std::vector<std::string> network_refusals() const;

    /// Its filters, what is open of them and what is connected to what, at this moment
    /// (ksbox/graph.h). What is open is read from KS's own objects, and no driver notices; the
    /// drivers' filters are then each opened by a client of the graph's own, and asked what they
    /// describe. Throws BoxStopped: the objects of a stopped box may be in the middle of a change.
    GraphFacts graph();

    /// Asks the box to stop soon, from any thread or a signal handler: the call in progress throws
    /// BoxStopped with a report of what was running.
    void request_stop();
    bool stopped() const;
    /// The bug check report; empty unless stopped.
    std::string report() const;
    /// Copies the facts of a bug check there when it happens. `record` outlives the box.
    void publish_crash_to(CrashRecord &record);
    /// Whether every event so far is in the trace file; false on a full disk.
    bool trace_complete() const;

    /// Decides which pins, clocks, allocators and nodes the *2 calls may create: true allows. The
    /// default allows everything.
    void set_policy(std::function<bool(const AccessRequest &)> policy);

    /// The executive inside; not part of the stable interface.
    Kernel &kernel();

    struct State;
    State &state() { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

} // namespace ksbox
