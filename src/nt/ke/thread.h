// Box threads: what Windows calls a thread, on a stack of the box. Driver and client code runs on
// nothing else. Each has a page that GS points at while it runs: the processor control region as
// drivers read it, with the current thread and the number of the processor it holds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "abi/windows.h"

#include "base/result.h"

namespace ksbox {
class Kernel;
struct DriverCall;
} // namespace ksbox

namespace ksbox::ke {

class Thread;
struct Processor;

/// State that a layer above ke hangs on a thread: COM apartments, last error, the client.
class ThreadExtension {
  public:
    virtual ~ThreadExtension() = default;
};

/// The executor's side of a thread: fiber, parking, host handle.
class HostContext {
  public:
    virtual ~HostContext() = default;
};

/// The body of a thread object (ob type thread); what PKTHREAD and PETHREAD point at. Starts with
/// a dispatcher header, so drivers can wait on it; the rest is opaque to them.
struct ThreadBody {
    DISPATCHER_HEADER Header;
    Thread *thread; ///< null once the thread has ended
    NTSTATUS exit_status;
    std::uint8_t opaque[0x400];
};

/// What GS points at. Offsets that compiled drivers read: 0x18 Self, 0x20 CurrentPrcb, 0x184 and
/// 0x1A4 the processor's number, 0x188 CurrentThread (KPCR and KPRCB of x64).
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
    Thread *host_thread;        ///< 0xf00, read by current_thread()
    std::uint64_t resume_rip;   ///< 0xf08, scratch of the cr8 trampoline
    std::uint64_t trapped_irql; ///< 0xf10
};
static_assert(offsetof(ProcessorControlRegion, current_thread) == 0x188);
static_assert(offsetof(ProcessorControlRegion, number) == 0x1a4);
static_assert(offsetof(ProcessorControlRegion, host_thread) == 0xf00);

enum class ThreadKind : std::uint8_t { client, system, worker, dpc };

struct ThreadOptions {
    std::string name;
    ThreadKind kind = ThreadKind::system;
    /// Runs on the new thread at PASSIVE_LEVEL; returning ends the thread with STATUS_SUCCESS.
    std::function<void()> entry;
    /// The process it belongs to (PEPROCESS); null: the system process.
    void *process = nullptr;
    int priority = 8;
};

/// What a blocked thread waits for.
struct WaitState {
    static constexpr std::uint32_t maximum = 64; // MAXIMUM_WAIT_OBJECTS
    KWAIT_BLOCK blocks[maximum];
    std::uint32_t count = 0;
    bool all = false;
    bool active = false; ///< its blocks are linked into the objects' lists
    bool alertable = false;
    KPROCESSOR_MODE mode = 0;
    bool idle = false;   ///< has nothing to do (worker, DPC thread): no part of a deadlock
    NTSTATUS status = 0; ///< what the wait came to
    const char *reason = "";
};

class Thread {
  public:
    /// Lays out stack, control region and object body; the scheduler calls it.
    /// STATUS_INSUFFICIENT_RESOURCES.
    static Result<std::unique_ptr<Thread>> create(Kernel &kernel, ThreadOptions options,
                                                  std::uint64_t id);
    ~Thread();
    Thread(const Thread &) = delete;
    Thread &operator=(const Thread &) = delete;

    Kernel &kernel;
    const std::string name;
    const std::array<char, 24> short_name; ///< the name as the trace's notes keep it
    const ThreadKind kind;
    const std::uint64_t id; ///< CLIENT_ID.UniqueThread: multiples of 4, in order of creation
    void *process;          ///< PEPROCESS
    int priority;
    std::function<void()> entry;
    ThreadBody *body = nullptr;
    ProcessorControlRegion *control_region = nullptr;

    KIRQL irql = 0;
    Processor *processor = nullptr;    ///< held at DISPATCH_LEVEL and above, else null
    KPROCESSOR_MODE previous_mode = 0; ///< KernelMode; UserMode while serving a client's call
    DriverCall *calls = nullptr;       ///< innermost driver callback in flight
    void *current_irp = nullptr;       ///< the IRP being dispatched, for reports
    void *top_level_irp = nullptr;     ///< IoSetTopLevelIrp
    void *io_object = nullptr;         ///< IoCreateSystemThread's, referenced until the thread ends
    LIST_ENTRY irps;                   ///< IRP.ThreadListEntry of what it has issued
    std::int32_t critical_region = 0;
    KAFFINITY affinity = 0; ///< 0: every processor
    LONG base_increment = 0;
    bool alerted = false;
    bool terminating = false;
    std::size_t timer_place = 0; ///< TimerHeap's
    bool blocked = false;        ///< in Scheduler::block()
    bool timed_out = false;
    KSPIN_LOCK *spinning_on = nullptr;

    // The traps' own: scheduling points passed, what the watchdog last saw of them, and the base
    // register moved for one step over a read of KUSER_SHARED_DATA.
    volatile std::uint64_t progress = 0;
    std::uint64_t watched_progress = 0;
    std::uint32_t watched_slices = 0;
    struct {
        bool active = false;
        unsigned base = 0;
        std::uint64_t delta = 0;
        std::uint64_t moved_value = 0;
    } stepping;

    WaitState wait;
    std::unique_ptr<ThreadExtension> extension;
    std::unique_ptr<HostContext> host;

    /// The stack: [stack_base, stack_limit), growing down from stack_limit; guard pages around.
    std::byte *stack_base = nullptr;
    std::byte *stack_limit = nullptr;

  private:
    Thread(Kernel &kernel, ThreadOptions options, std::uint64_t id);
};

/// The box thread that runs now. Precondition: on a box thread. Any IRQL.
inline Thread &current_thread() {
    Thread *thread;
    asm volatile("movq %%gs:0xf00, %0" : "=r"(thread));
    return *thread;
}

/// Null when the calling host thread runs no box thread just now.
Thread *current_thread_or_null();

} // namespace ksbox::ke
