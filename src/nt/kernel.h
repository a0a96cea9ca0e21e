// One box's NT executive: the object that owns the scheduler, memory, objects, I/O and registry of
// one box. Exports find it through the current box thread; nothing here is global.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "nt/ke/host_lock.h"

namespace ksbox {

class Trace;
namespace mm {
class Memory;
class Pool;
} // namespace mm
namespace ke {
class Scheduler;
class BugCheck;
class SharedData;
} // namespace ke
namespace ob {
class ObjectManager;
}
namespace io {
class IoManager;
}
namespace ex {
class Executive;
}
namespace cm {
class Registry;
}
namespace fs {
class FileSystem;
}

enum class TimeMode : std::uint8_t { simulated, realtime };

struct KernelOptions {
    TimeMode time = TimeMode::simulated;
    /// Fixes every choice the simulated scheduler makes, addresses, cookies and fills.
    std::uint64_t seed = 1;
    /// Virtual processors, 1 to 64.
    unsigned processors = 2;
    /// Clock interrupt period in 100 ns units; Windows' default is 15.625 ms.
    std::uint32_t clock_period_100ns = 156'250;
    /// Host CPU time a driver may burn without reaching a scheduling point before the watchdog
    /// stops the box; 0 turns it off.
    std::uint32_t watchdog_ms = 5'000;
    /// Folder behind \??\C:, \SystemRoot and \DriverData; empty: a temporary one.
    std::string file_root;
    /// Emulated Windows version, major*100+minor: 1000 is Windows 10, 601 Windows 7.
    unsigned windows_version = 1000;
    /// JSON lines file of the trace; empty: only the ring of last events is kept.
    std::string trace_file;
    /// Receives DbgPrint text, one call a print. May be empty.
    std::function<void(std::string_view driver, std::uint32_t component, std::uint32_t level,
                       std::string_view text)>
        debug_print;
};

/// State that a layer above nt keeps per box (KS class driver, loader's index); destroyed with the
/// kernel, the last created first.
class KernelExtension {
  public:
    virtual ~KernelExtension() = default;

  private:
    friend class Kernel;
    const void *key_ = nullptr;
    KernelExtension *older_ = nullptr;
};

/// What the layers that know images do for the executive, which does not; set by the box before
/// the first driver is loaded.
struct KernelHooks {
    /// Offers an exception to the driver's handlers on the current stack. True: go on with the
    /// context, as a filter asked for; false: nobody took it. A taken one does not return.
    std::function<bool(struct _EXCEPTION_RECORD &, struct _CONTEXT &)> dispatch_exception;
    /// Fills `frames` with return addresses from `context` (CONTEXT*) outwards; how many.
    std::function<std::size_t(const struct _CONTEXT &, std::uint64_t *frames, std::size_t count)>
        walk_stack;
    /// The name of the driver whose image holds the address; "" for none.
    std::function<std::string_view(const void *)> driver_of;
    /// The address of an export of ntoskrnl.exe or hal.dll; null for a stub or an unknown name.
    std::function<const void *(std::string_view name)> find_export;
};

class Kernel {
  public:
    static Result<std::unique_ptr<Kernel>> create(KernelOptions options);
    ~Kernel();
    Kernel(const Kernel &) = delete;
    Kernel &operator=(const Kernel &) = delete;

    const KernelOptions &options() const { return options_; }
    Trace &trace() { return *trace_; }
    mm::Memory &memory() { return *memory_; }
    mm::Pool &pool() { return *pool_; }
    ke::BugCheck &bug_check() { return *bug_check_; }
    ke::Scheduler &scheduler() { return *scheduler_; }
    ob::ObjectManager &objects() { return *objects_; }
    ex::Executive &executive() { return *executive_; }
    cm::Registry &registry() { return *registry_; }
    fs::FileSystem &files() { return *files_; }
    io::IoManager &io() { return *io_; }

    ke::SharedData &shared_data() { return *shared_data_; }
    KernelHooks hooks;

    /// The object behind a data export whose value differs from box to box; null: the table's own.
    const void *box_data(std::string_view export_name) const;

    /// The layer's per-box state, created by its constructor T(Kernel&) at first use.
    template <typename T> T &extension() {
        constexpr const void *key = &extension_key<T>;
        if (KernelExtension *found = find_extension(key))
            return static_cast<T &>(*found);
        return static_cast<T &>(add_extension(key, std::make_unique<T>(*this)));
    }

    /// Seeded 64-bit value: same seed, same purpose, same call number, same value. For cookies,
    /// fills and ids; the scheduler has a generator of its own.
    std::uint64_t random(std::string_view purpose);

  private:
    explicit Kernel(KernelOptions options);
    /// Every type has its own address.
    template <typename T> static constexpr char extension_key = 0;
    /// Without a lock: they are asked for at every step of a frame.
    KernelExtension *find_extension(const void *key) const {
        KernelExtension *one = newest_extension_.load(std::memory_order_acquire);
        while (one && one->key_ != key)
            one = one->older_;
        return one;
    }
    /// Keeps the one that is there if another thread was faster.
    KernelExtension &add_extension(const void *key, std::unique_ptr<KernelExtension> made);

    KernelOptions options_;
    std::unique_ptr<Trace> trace_;
    std::unique_ptr<mm::Memory> memory_;
    std::unique_ptr<mm::Pool> pool_;
    std::unique_ptr<ke::BugCheck> bug_check_;
    std::unique_ptr<ke::SharedData> shared_data_;
    std::unique_ptr<ke::Scheduler> scheduler_;
    std::unique_ptr<ob::ObjectManager> objects_;
    std::shared_ptr<ex::Executive> executive_;
    std::unique_ptr<cm::Registry> registry_;
    std::shared_ptr<fs::FileSystem> files_;
    std::shared_ptr<io::IoManager> io_;
    std::atomic<KernelExtension *> newest_extension_ = nullptr; // owned, and the older ones by it
    ke::HostLock lock_; // of what follows, and of additions to the extensions
    std::unordered_map<std::string, std::uint64_t> random_counters_;
    signed char processor_count_ = 0;
    std::uint32_t build_number_ = 0; ///< what NtBuildNumber holds
    void *system_process_ = nullptr; ///< what PsInitialSystemProcess holds
};

/// The kernel of the current box thread. Precondition: the caller runs on a box thread.
Kernel &current_kernel();

} // namespace ksbox
