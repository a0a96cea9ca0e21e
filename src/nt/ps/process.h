// Processes of a box: a client is one (handle table, memory, threads), and so is the system. What
// PEPROCESS points at, and how a process ends from any state.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"

namespace ksbox::ob {
class HandleTable;
}

namespace ksbox::ps {

class Process;

/// Body of ObjectType::process. Signalled when the process has ended. Opaque to drivers.
struct ProcessBody {
    DISPATCHER_HEADER Header;
    ob::HandleTable *handles; ///< null: the system process, which uses the kernel's table
    Process *process;
};

class Process {
  public:
    Process(Kernel &kernel, std::string name, std::uint64_t id, ProcessBody *body);
    Process(const Process &) = delete;
    Process &operator=(const Process &) = delete;

    Kernel &kernel;
    const std::string name;
    const std::uint64_t id; ///< UniqueProcessId; multiples of 4, the system's is 4
    ProcessBody *const body;
    NTSTATUS exit_status = STATUS_PENDING;
    /// Set once and for ever when the process begins to end: waits of its threads give up.
    KEVENT exiting;
    std::atomic<bool> is_exiting = false;

    /// Zeroed read-write memory of the client, in its window. STATUS_INSUFFICIENT_RESOURCES.
    Result<std::byte *> allocate(std::size_t bytes);
    /// False: not an address from allocate(), or a driver has secured part of it.
    bool free(std::byte *address);

    /// Requests of the process that drivers still hold: IrpTrailer::of_process, under the I/O
    /// manager's lock, which also counts them here.
    LIST_ENTRY irps;
    void request_issued() { ke::add_shared(requests_, std::int64_t(1)); }
    void request_finished(); ///< IRQL <= DISPATCH_LEVEL
    std::int64_t requests() const { return __atomic_load_n(&requests_, __ATOMIC_ACQUIRE); }
    /// Blocks until no request is left or the time is over; false then. PASSIVE_LEVEL.
    bool wait_for_requests(std::int64_t timeout_100ns);

  private:
    friend class Processes;
    void free_all();

    std::int64_t requests_ = 0;
    KEVENT finished_;
    ke::HostLock lock_;
    std::vector<std::byte *> memory_;
};

/// The processes of one box: kernel.extension<ps::Processes>().
class Processes : public KernelExtension {
  public:
    explicit Processes(Kernel &kernel);
    ~Processes() override;

    ProcessBody *system() { return system_; }
    /// A client process; the caller owns one reference to its body.
    Result<Process *> create(std::string name);
    /// Ends it from any state: no new request starts, the requests of all its threads are
    /// cancelled, its handles closed, outstanding requests waited for, its memory freed. Its
    /// threads come back from what they wait for with STATUS_PROCESS_IS_TERMINATING; ending them is
    /// their owner's task. PASSIVE_LEVEL, on a thread of another process.
    void run_down(Process &process, NTSTATUS exit_status);
    /// Referenced for the caller. STATUS_INVALID_CID.
    Result<ProcessBody *> find(std::uint64_t id);

  private:
    Result<ProcessBody *> make(std::string name, bool system);

    Kernel &kernel_;
    ProcessBody *system_ = nullptr;
    std::uint64_t next_id_ = 4;
    ke::HostLock lock_;
    std::vector<ProcessBody *> bodies_;
};

/// Whether a PEPROCESS is the system process; null counts as it.
bool is_system_process(const void *process);
/// The PEPROCESS of a thread, the system's where the thread says null.
ProcessBody *process_or_system(Kernel &kernel, void *process);
/// The client process of the current thread; null on system threads.
Process *current_client();

} // namespace ksbox::ps
