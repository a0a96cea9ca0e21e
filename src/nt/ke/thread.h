// Box threads: what Windows calls a thread, on a stack of the box. Driver and client code runs on
// nothing else. Each has a page that GS points at while it runs: the processor control region as
// drivers read it, with the current thread and the number of the processor it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "abi/windows.h"

namespace ksbox {
class Kernel;
struct DriverCall;
} // namespace ksbox

namespace ksbox::ke {

class Scheduler;
class Thread;
struct Processor;
struct HostContext;

/// State that a layer above ke hangs on a thread: COM apartments, last error, the client.
class ThreadExtension {
  public:
    virtual ~ThreadExtension() = default;
};

/// The body of a thread object (ob type "Thread"); what PKTHREAD and PETHREAD point at. Starts with
/// a dispatcher header, so drivers can wait on it; the rest is opaque to them.
struct ThreadBody {
    DISPATCHER_HEADER Header;
    Thread *thread; ///< null once the thread has ended
    NTSTATUS exit_status;
    std::uint8_t opaque[0x400];
};

/// What GS points at. Offsets that compiled drivers read: 0x18 Self, 0x20 CurrentPrcb,
/// 0x184 and 0x1A4 processor number, 0x188 CurrentThread (KPCR and KPRCB of x64).
struct alignas(4096) ProcessorControlRegion {
    std::uint8_t reserved0[0x18];
    ProcessorControlRegion *self;
    void *current_prcb;
    std::uint8_t reserved1[0x184 - 0x28];
    std::uint8_t legacy_number;
    std::uint8_t reserved2[3];
    ThreadBody *current_thread;
    std::uint8_t reserved3[0x1a4 - 0x190];
    std::uint32_t number;
    std::uint8_t reserved4[0xf00 - 0x1a8];
    Thread *host_thread;
    Kernel *kernel;
    std::uint64_t magic;
};

enum class ThreadKind : std::uint8_t { client, system, worker, dpc, interrupt };

struct ThreadOptions {
    std::string name;
    ThreadKind kind = ThreadKind::system;
    /// Runs on the new thread at PASSIVE_LEVEL.
    std::function<void()> entry;
    /// The process it belongs to (PEPROCESS); null: the system process.
    void *process = nullptr;
    int priority = 8;
};

class Thread {
  public:
    Thread(Kernel &kernel, ThreadOptions options);
    ~Thread();

    Kernel &kernel;
    const std::string name;
    const ThreadKind kind;
    const std::uint64_t id; ///< the CLIENT_ID's UniqueThread; multiples of 4, fixed by the seed
    void *process;          ///< PEPROCESS
    int priority;
    ThreadBody *body = nullptr;
    ProcessorControlRegion *pcr = nullptr;

    KIRQL irql = 0;
    Processor *processor = nullptr; ///< held at DISPATCH_LEVEL and above, else null
    KPROCESSOR_MODE previous_mode = 0; ///< KernelMode; UserMode while serving a client's call
    DriverCall *calls = nullptr;       ///< innermost driver callback in flight
    void *current_irp = nullptr;       ///< the IRP being dispatched, for reports
    LIST_ENTRY irps;                   ///< IRP.ThreadListEntry of what it has issued
    int critical_region = 0;
    int apc_disable = 0;
    bool alerted = false;
    bool terminating = false;
    std::unique_ptr<ThreadExtension> extension;

    /// Stack bounds: [stack_base, stack_limit) grows down from stack_limit.
    std::byte *stack_base = nullptr;
    std::byte *stack_limit = nullptr;

    /// Why it does not run, for the deadlock report: "event 'x' (KeWaitForSingleObject)".
    struct Waiting {
        NTSTATUS status = 0;
        std::vector<KWAIT_BLOCK> blocks;
        std::uint32_t count = 0;
        bool all = false;
        bool active = false;
        bool alertable = false;
        bool idle = false; ///< a worker or DPC thread with nothing to do: no part of a deadlock
        const char *reason = "";
    } wait;

    std::function<void()> entry;
    std::unique_ptr<HostContext> host; ///< the executor's side: fiber, parking, sanitizer handles
};

/// The box thread that runs now. Precondition: on a box thread (GS set). Any IRQL.
inline Thread &current_thread() {
    Thread *thread;
    asm volatile("movq %%gs:0xf00, %0" : "=r"(thread));
    return *thread;
}

/// Null when the calling host thread runs no box thread just now.
Thread *current_thread_or_null();

} // namespace ksbox::ke
