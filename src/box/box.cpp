// A box: made, filled, run and taken apart.
#include <fmt/format.h>

#include "base/status_names.h"
#include "base/unicode.h"
#include "box/crash_report.h"
#include "box/driver_images.h"
#include "box/exception_hooks.h"
#include "box/leftovers.h"
#include "box/registry_files.h"
#include "box/state.h"
#include "ks/object_name.h"
#include "ks/quirks.h"
#include "nt/ex/executive.h"
#include "nt/ex/work_queue.h"
#include "nt/fs/file_system.h"
#include "nt/io/pnp.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"
#include "nt/trace.h"
#include "wsk/network.h"

namespace ksbox {

namespace {

mm::PoolGuard pool_guard(PoolMode mode) {
    switch (mode) {
    case PoolMode::ordinary:
        break;
    case PoolMode::guard:
        return mm::PoolGuard::behind;
    case PoolMode::guard_below:
        return mm::PoolGuard::before;
    }
    return mm::PoolGuard::off;
}

wsk::Access network_access(NetAccess access) {
    switch (access) {
    case NetAccess::off:
        break;
    case NetAccess::loopback:
        return wsk::Access::loopback;
    case NetAccess::all:
        return wsk::Access::all;
    }
    return wsk::Access::off;
}

KernelOptions kernel_options(const BoxOptions &options) {
    KernelOptions kernel;
    kernel.time = options.realtime ? TimeMode::realtime : TimeMode::simulated;
    kernel.seed = options.seed;
    kernel.processors = options.processors;
    kernel.clock_period_100ns = options.clock_period_100ns;
    kernel.watchdog_ms = static_cast<std::uint32_t>(options.watchdog.count());
    kernel.file_root = options.file_root.string();
    kernel.windows_version = options.windows_version;
    kernel.trace_file = options.trace.string();
    kernel.debug_print = options.debug_print;
    return kernel;
}

void enable_quirks(Kernel &kernel, const std::vector<std::string> &names) {
    for (const std::string &name : names)
        if (!ks::Quirks::of(kernel).enable(name))
            throw Error(static_cast<std::uint32_t>(STATUS_INVALID_PARAMETER),
                        "there is no quirk '" + name + "', only " +
                            fmt::format("{}", fmt::join(ks::Quirks::names(), ", ")));
}

// What an address is, for the trace: never a number, which would differ from run to run.
std::string name_of(Kernel &kernel, const void *address) {
    if (std::string name = kernel.extension<box::DriverImages>().name_of(address); !name.empty())
        return name;
    if (std::string name = kernel.io().describe(address); !name.empty())
        return name;
    if (std::string name = ks::describe_object(address); !name.empty())
        return name;
    if (kernel.memory().is_client(address, 1))
        return "client memory";
    return kernel.memory().is_system(address) ? "system memory" : "ksbox";
}

} // namespace

void throw_status(Status status, const std::string &what) {
    throw Error(static_cast<std::uint32_t>(status.value()),
                what + ": " + describe_status(status.value()));
}

Box::Box(BoxOptions options) : state_(std::make_unique<State>()) {
    state_->options = options;
    auto kernel = Kernel::create(kernel_options(options));
    if (!kernel)
        throw_status(kernel.error(),
                     kernel.error() == Status(STATUS_OBJECT_PATH_INVALID)
                         ? "the trace file " + options.trace.string() + " cannot be written"
                         : "the box cannot be made");
    state_->kernel = std::move(*kernel);
    Kernel &made = *state_->kernel;
    box::install_exception_hooks(made);
    made.pool().set_guard(pool_guard(options.pool));
    made.extension<wsk::Network>().allow(network_access(options.net));
    enable_quirks(made, options.quirks);
    made.trace().name_of = [&made](const void *address) { return name_of(made, address); };
    Result<void> mounted;
    state_->run([&] { mounted = made.files().mount(); });
    if (!mounted)
        throw_status(mounted.error(),
                     "the folder " +
                         (options.file_root.empty() ? std::string("for temporary files")
                                                    : options.file_root.string()) +
                         " cannot be the box's drive");
}

namespace {

/// What work items still do is of the system's own by now: it ends soon, and should not be cut off.
void settle(Box &box) {
    constexpr int patience = 100;
    constexpr std::chrono::milliseconds step{1};
    auto &queues = box.kernel().executive().work_queues();
    bool busy = true;
    for (int i = 0; busy && i < patience; ++i) {
        box.run([&] { busy = queues.busy(); });
        if (busy)
            box.run_for(step);
    }
}

} // namespace

Box::~Box() {
    if (!stopped()) {
        try {
            while (!state_->clients.empty())
                destroy(*state_->clients.back());
            settle(*this); // a work item may hold a file of a driver that goes next
            while (!state_->host_drivers.empty()) { // the last one stands on those before it
                state_->host_drivers.back()->unload();
                state_->host_drivers.pop_back();
            }
            while (!state_->drivers.empty()) {
                state_->drivers.back()->unload();
                state_->drivers.pop_back();
            }
            settle(*this);
            if (box::leftovers_told && !state_->options.realtime)
                if (const std::string left = box::avstream_leftovers(*this); !left.empty())
                    box::leftovers_told(left);
        } catch (const BoxStopped &) {
            // A driver crashed on its way out; whoever cares has asked stopped() before.
        }
    }
    // What ran before a stop is worth knowing; there is nobody left to tell if it cannot be
    // written.
    for (const auto &driver : state_->drivers)
        (void)driver->write_coverage();
}

void Box::State::throw_stopped() const {
    throw BoxStopped(kernel->bug_check().facts().code, box::crash_summary(*kernel),
                     render_report());
}

std::string Box::State::render_report() const {
    if (report.empty())
        report = box::crash_report(*kernel);
    return report;
}

void Box::State::run(const std::function<void()> &work) {
    std::exception_ptr thrown;
    ke::CallOutcome outcome = kernel->scheduler().call([&] {
        try {
            work();
        } catch (...) {
            thrown = std::current_exception();
        }
    });
    if (outcome == ke::CallOutcome::stopped)
        throw_stopped();
    if (thrown)
        std::rethrow_exception(thrown);
}

void Box::run(const std::function<void()> &work) {
    state_->run(work);
}

Driver &Box::load(const std::filesystem::path &file, const DriverOptions &options) {
    // Of the drivers that have gone their owner has had the use.
    std::erase_if(state_->drivers, [](const auto &driver) { return driver->unloaded(); });
    auto driver = std::make_unique<DriverState>(*state_, file, options);
    state_->drivers.push_back(std::move(driver));
    try {
        state_->drivers.back()->start();
    } catch (const BoxStopped &) {
        throw;
    } catch (...) {
        (void)state_->drivers.back()->write_coverage();
        state_->drivers.pop_back();
        throw;
    }
    return *state_->drivers.back();
}

Client &Box::client(std::string name) {
    state_->clients.push_back(std::make_unique<Client>(ClientState::create(*state_, name)));
    return *state_->clients.back();
}

void Box::destroy(Client &client) {
    std::erase_if(state_->clients,
                  [&](const auto &candidate) { return candidate.get() == &client; });
}

void Box::merge_registry(const std::filesystem::path &file) {
    box::merge_registry_file(*state_->kernel, file);
}

void Box::save_registry(const std::filesystem::path &file) {
    box::save_registry_file(*state_->kernel, file);
}

void Box::suspend() {
    state_->run([&] {
        if (auto done = state_->kernel->io().pnp().set_system_power(PowerSystemSleeping3); !done)
            throw_status(done.error(), "the system does not go to sleep");
    });
}

void Box::resume() {
    state_->run([&] {
        if (auto done = state_->kernel->io().pnp().set_system_power(PowerSystemWorking); !done)
            throw_status(done.error(), "the system does not wake");
    });
}

void Box::run_for(std::chrono::nanoseconds time) {
    state_->run([&] {
        LARGE_INTEGER interval;
        interval.QuadPart = -time.count() / 100;
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
    });
}

std::uint64_t Box::now_100ns() const {
    return state_->kernel->scheduler().peek_time();
}
std::vector<std::string> Box::network_refusals() const {
    return state_->kernel->extension<wsk::Network>().refusals();
}
void Box::request_stop() {
    state_->kernel->bug_check().request_stop(ke::bug_check_timeout);
}
bool Box::stopped() const {
    return state_->kernel->bug_check().stopped();
}
void Box::publish_crash_to(CrashRecord &record) {
    static_assert(sizeof(ke::BugCheckFacts) <= sizeof record.bytes);
    static_assert(std::is_trivially_copyable_v<ke::BugCheckFacts>);
    state_->kernel->bug_check().publish_to(
        reinterpret_cast<ke::BugCheckFacts *>(record.bytes.data()));
}
bool Box::trace_complete() const {
    return !state_->kernel->trace().failed();
}
std::string Box::report() const {
    return stopped() ? state_->render_report() : std::string();
}
Kernel &Box::kernel() {
    return *state_->kernel;
}

void Box::set_policy(std::function<bool(const AccessRequest &)> policy) {
    if (!policy) {
        state_->broker.set_policy({});
        return;
    }
    state_->broker.set_policy([policy = std::move(policy)](const broker::AccessQuestion &question) {
        return policy({question.client, question.path, question.category, question.writes});
    });
}

} // namespace ksbox
