#include "nt/ke/trap.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/assert.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/gs_base.h"
#include "nt/ke/scheduler.h"
#include "nt/ke/thread.h"
#include "nt/ke/trap_decode.h"
#include "nt/kernel.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

extern "C" {
void ksbox_trap_enter();
void ksbox_trap_service_entry();
void ksbox_signal_return();
[[noreturn]] void ksbox_trap_resume(CONTEXT *context);
[[noreturn]] void ksbox_trap_dispatch(ksbox::ke::TrapFrame *frame);
void ksbox_trap_service(std::uint64_t service);
extern const char ksbox_guarded_copy_begin[], ksbox_guarded_copy_end[];
extern const char ksbox_guarded_copy_fault[];
}

namespace ksbox::ke {

namespace {

// Services of ksbox_trap_service: an IRQL to go to, or a scheduling point.
constexpr std::uint64_t service_clock_point = 0x100;

constexpr std::uint64_t trap_flag = 0x100;

constexpr std::array<int, 16> general_registers = {
    REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

// The kernel's struct sigaction. Handlers are installed past libc and the sanitizers:
// ThreadSanitizer would hold signals back until the next libc call, which a looping driver never
// makes.
struct KernelSignalAction {
    void (*handler)(int, siginfo_t *, void *) = nullptr;
    unsigned long flags = 0;
    void (*restorer)() = nullptr;
    unsigned long mask = 0;
};

void change_action(int signal, const KernelSignalAction *action, KernelSignalAction *previous) {
    constexpr std::size_t mask_bytes = sizeof action->mask;
    KS_ASSERT(syscall(SYS_rt_sigaction, signal, action, previous, mask_bytes) == 0);
}

// What the process did with these signals before the first box; faults of others go there.
struct PreviousActions {
    std::array<KernelSignalAction, 65> actions{};
};
PreviousActions &previous_actions() {
    static PreviousActions actions;
    return actions;
}

void pass_on(int signal, siginfo_t *info, void *raw) {
    const KernelSignalAction &previous =
        previous_actions().actions[static_cast<std::size_t>(signal)];
    auto handler = reinterpret_cast<std::uintptr_t>(previous.handler);
    constexpr std::uintptr_t ignore = 1;
    if (handler > ignore) {
        previous.handler(signal, info, raw);
        return;
    }
    KernelSignalAction standard; // on return the fault happens again and ends the process
    change_action(signal, &standard, nullptr);
}

class Interrupted {
  public:
    Interrupted(Thread &thread, siginfo_t *info, void *raw)
        : thread_(thread), info_(*info), registers_(*static_cast<ucontext_t *>(raw)) {}

    std::uint64_t rip() const { return std::uint64_t(greg(REG_RIP)); }
    greg_t &greg(int index) { return registers_.uc_mcontext.gregs[index]; }
    greg_t greg(int index) const { return registers_.uc_mcontext.gregs[index]; }
    bool page_fault() const { return info_.si_code == SEGV_MAPERR || info_.si_code == SEGV_ACCERR; }
    std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(info_.si_addr); }
    bool in_driver() const { return thread_.kernel.memory().is_system(code(rip())); }

    /// An address that the runtime took from a driver led to a guard page, a freed block, or an
    /// image that is gone.
    bool at_box_memory() const {
        return page_fault() && thread_.kernel.memory().is_system(code(address()));
    }

    void handle_fault(int signal);
    void handle_single_step_or_breakpoint();
    void handle_watchdog();
    void handle_freeze() {
        if (in_driver())
            enter(TrapKind::freeze, {}, "");
    }

  private:
    static const void *code(std::uint64_t address) {
        return reinterpret_cast<const void *>(address);
    }
    void handle_refused(int signal);
    bool emulate_shared_data_read();
    void service(std::uint64_t which, std::uint64_t resume_at);
    void enter(TrapKind kind, const EXCEPTION_RECORD &record, const char *what);
    void fill_context(CONTEXT &context) const;
    EXCEPTION_RECORD record_of(NTSTATUS code) const {
        EXCEPTION_RECORD record{};
        record.ExceptionCode = code;
        record.ExceptionAddress = reinterpret_cast<void *>(rip());
        return record;
    }

    Thread &thread_;
    siginfo_t &info_;
    ucontext_t &registers_;
};

void Interrupted::fill_context(CONTEXT &context) const {
    std::memset(&context, 0, sizeof context);
    context.ContextFlags = CONTEXT_ALL & ~CONTEXT_DEBUG_REGISTERS;
    auto *general = &context.Rax; // Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8 … R15
    for (std::size_t i = 0; i < general_registers.size(); ++i)
        general[i] = DWORD64(greg(general_registers[i]));
    context.Rip = rip();
    context.EFlags = static_cast<DWORD>(greg(REG_EFL)) & ~static_cast<DWORD>(trap_flag);
    if (registers_.uc_mcontext.fpregs != nullptr) {
        std::memcpy(&context.FltSave, registers_.uc_mcontext.fpregs, sizeof context.FltSave);
        context.MxCsr = context.FltSave.MxCsr;
    }
    context.SegCs = 0x10;
    context.SegSs = 0x18;
}

// Sends the thread to ksbox_trap_enter with a frame on its own stack, or on the box's emergency
// stack where its own is exhausted or lost.
void Interrupted::enter(TrapKind kind, const EXCEPTION_RECORD &record, const char *what) {
    constexpr std::uint64_t needed = sizeof(TrapFrame) + 16 * 1024;
    auto base = reinterpret_cast<std::uint64_t>(thread_.stack_base);
    auto limit = reinterpret_cast<std::uint64_t>(thread_.stack_limit);
    std::uint64_t top = std::uint64_t(greg(REG_RSP)) - 128;
    if (kind == TrapKind::stack_overflow || top > limit || top < base + needed) {
        if (kind == TrapKind::exception)
            kind = TrapKind::stack_overflow;
        top = reinterpret_cast<std::uint64_t>(thread_.kernel.bug_check().emergency_stack_limit());
    }
    top = (top - sizeof(TrapFrame)) & ~std::uint64_t(63);
    auto *frame = reinterpret_cast<TrapFrame *>(top);
    fill_context(frame->context);
    frame->record = record;
    frame->kind = kind;
    std::strncpy(frame->what, what, sizeof frame->what - 1);
    frame->what[sizeof frame->what - 1] = '\0';
    greg(REG_RDI) = static_cast<greg_t>(top);
    greg(REG_RSP) = static_cast<greg_t>(top - 128);
    greg(REG_RIP) = reinterpret_cast<greg_t>(&ksbox_trap_enter);
    greg(REG_EFL) &= ~static_cast<greg_t>(trap_flag);
}

void Interrupted::service(std::uint64_t which, std::uint64_t resume_at) {
    thread_.control_region->resume_rip = resume_at;
    thread_.control_region->trapped_irql = which;
    greg(REG_RIP) = reinterpret_cast<greg_t>(&ksbox_trap_service_entry);
}

// Reads of KUSER_SHARED_DATA: values as of now, and time passes. The access itself runs against the
// shadow page for one step with the base register moved.
bool Interrupted::emulate_shared_data_read() {
    std::byte *shadow = thread_.kernel.shared_data().shadow_of(address());
    if (shadow == nullptr || (greg(REG_ERR) & 2) != 0)
        return false;
    MemoryOperand operand = decode_memory_operand(reinterpret_cast<const std::uint8_t *>(rip()));
    if (!operand.valid)
        return false;
    thread_.kernel.shared_data().refresh(thread_.kernel.scheduler().charge_clock_read());
    if (operand.absolute) {
        std::uint64_t value = static_cast<std::uint64_t>(greg(REG_RAX));
        std::memcpy(&value, shadow, operand.bytes);
        if (operand.bytes == 4)
            value &= 0xffff'ffff;
        greg(REG_RAX) = static_cast<greg_t>(value);
        service(service_clock_point, rip() + operand.length);
        return true;
    }
    std::uint64_t delta = reinterpret_cast<std::uint64_t>(shadow) - address();
    greg_t &base = greg(general_registers[operand.base]);
    base += static_cast<greg_t>(delta);
    thread_.stepping = {true, operand.base, delta, static_cast<std::uint64_t>(base)};
    greg(REG_EFL) |= static_cast<greg_t>(trap_flag);
    return true;
}

void Interrupted::handle_single_step_or_breakpoint() {
    if (thread_.stepping.active) {
        // The step is done: move the base register back, unless the load went into it.
        thread_.stepping.active = false;
        greg(REG_EFL) &= ~static_cast<greg_t>(trap_flag);
        greg_t &base = greg(general_registers[thread_.stepping.base]);
        if (static_cast<std::uint64_t>(base) == thread_.stepping.moved_value)
            base -= static_cast<greg_t>(thread_.stepping.delta);
        service(service_clock_point, rip());
        return;
    }
    EXCEPTION_RECORD record = record_of(STATUS_BREAKPOINT);
    record.ExceptionAddress = reinterpret_cast<void *>(rip() - 1);
    greg(REG_RIP) -= 1;
    enter(TrapKind::exception, record, "int3");
}

// A general protection fault: an instruction that user mode may not execute, or an address that
// is not canonical.
void Interrupted::handle_refused(int) {
    RefusedInstruction refused = decode_refused(reinterpret_cast<const std::uint8_t *>(rip()));
    Scheduler &scheduler = thread_.kernel.scheduler();
    switch (refused.what) {
    case Refused::read_cr8:
        greg(general_registers[refused.gpr]) = thread_.irql;
        greg(REG_RIP) += refused.length;
        return;
    case Refused::write_cr8:
        service(static_cast<std::uint64_t>(greg(general_registers[refused.gpr])) & 0xf,
                rip() + refused.length);
        return;
    case Refused::rdtsc:
    case Refused::rdtscp: {
        std::uint64_t now = scheduler.charge_clock_read();
        greg(REG_RAX) = static_cast<greg_t>(now & 0xffff'ffff);
        greg(REG_RDX) = static_cast<greg_t>(now >> 32);
        if (refused.what == Refused::rdtscp)
            greg(REG_RCX) = static_cast<greg_t>(thread_.control_region->number);
        service(service_clock_point, rip() + refused.length);
        return;
    }
    case Refused::fast_fail: {
        EXCEPTION_RECORD record = record_of(static_cast<NTSTATUS>(0xC0000409));
        record.NumberParameters = 1;
        record.ExceptionInformation[0] = static_cast<ULONG_PTR>(greg(REG_RCX));
        enter(TrapKind::fast_fail, record, refused.name);
        return;
    }
    case Refused::assertion:
        enter(TrapKind::exception, record_of(static_cast<NTSTATUS>(0xC0000420)), refused.name);
        return;
    case Refused::debug_service:
        enter(TrapKind::exception, record_of(STATUS_BREAKPOINT), refused.name);
        return;
    case Refused::privileged:
        enter(TrapKind::exception, record_of(STATUS_PRIVILEGED_INSTRUCTION), refused.name);
        return;
    case Refused::none:
        break;
    }
    EXCEPTION_RECORD record = record_of(STATUS_ACCESS_VIOLATION);
    record.NumberParameters = 2;
    record.ExceptionInformation[1] = ~ULONG_PTR(0); // the processor does not tell which address
    enter(TrapKind::exception, record, "");
}

NTSTATUS arithmetic_status(int code) {
    switch (code) {
    case FPE_INTDIV:
        return STATUS_INTEGER_DIVIDE_BY_ZERO;
    case FPE_INTOVF:
        return STATUS_INTEGER_OVERFLOW;
    case FPE_FLTDIV:
        return STATUS_FLOAT_DIVIDE_BY_ZERO;
    case FPE_FLTOVF:
        return STATUS_FLOAT_OVERFLOW;
    case FPE_FLTUND:
        return STATUS_FLOAT_UNDERFLOW;
    default:
        return STATUS_FLOAT_INVALID_OPERATION;
    }
}

void Interrupted::handle_fault(int signal) {
    if (signal == SIGFPE) {
        enter(TrapKind::exception, record_of(arithmetic_status(info_.si_code)), "");
        return;
    }
    if (signal == SIGILL) {
        enter(TrapKind::exception, record_of(STATUS_ILLEGAL_INSTRUCTION), "");
        return;
    }
    if (signal == SIGSEGV && !page_fault()) {
        handle_refused(signal);
        return;
    }
    if (emulate_shared_data_read())
        return;
    constexpr std::uint64_t guard_bytes = 2 * mm::layout::page_bytes;
    auto base = reinterpret_cast<std::uint64_t>(thread_.stack_base);
    bool overflow = address() < base && address() >= base - guard_bytes;
    EXCEPTION_RECORD record = record_of(STATUS_ACCESS_VIOLATION);
    record.NumberParameters = 2;
    bool fetch = (greg(REG_ERR) & 16) != 0;
    record.ExceptionInformation[0] = fetch ? 8 : (greg(REG_ERR) & 2) != 0 ? 1 : 0;
    record.ExceptionInformation[1] = address();
    enter(overflow ? TrapKind::stack_overflow : TrapKind::exception, record, "");
}

void Interrupted::handle_watchdog() {
    std::uint32_t limit_ms = thread_.kernel.options().watchdog_ms;
    if (limit_ms == 0)
        return;
    if (thread_.kernel.bug_check().stop_requested() && in_driver()) {
        enter(TrapKind::spin, record_of(STATUS_TIMEOUT), "");
        return;
    }
    if (thread_.progress != thread_.watched_progress) {
        thread_.watched_progress = thread_.progress;
        thread_.watched_slices = 0;
        return;
    }
    ++thread_.watched_slices;
    if (thread_.watched_slices * watchdog_slice_ms >= limit_ms && in_driver())
        enter(TrapKind::spin, record_of(STATUS_TIMEOUT), "");
}

void on_signal(int signal, siginfo_t *info, void *raw) {
    int saved_errno = errno;
    auto *registers = static_cast<ucontext_t *>(raw);
    auto rip = static_cast<std::uint64_t>(registers->uc_mcontext.gregs[REG_RIP]);
    if (rip >= reinterpret_cast<std::uint64_t>(ksbox_guarded_copy_begin) &&
        rip < reinterpret_cast<std::uint64_t>(ksbox_guarded_copy_end) &&
        (signal == SIGSEGV || signal == SIGBUS)) {
        registers->uc_mcontext.gregs[REG_RIP] = reinterpret_cast<greg_t>(ksbox_guarded_copy_fault);
        return;
    }
    Thread *thread = current_thread_or_null();
    bool own = signal == freeze_signal() || signal == watchdog_signal();
    if (thread == nullptr) {
        if (!own)
            pass_on(signal, info, raw);
        errno = saved_errno;
        return;
    }
    Interrupted interrupted(*thread, info, raw);
    if (signal == watchdog_signal())
        interrupted.handle_watchdog();
    else if (signal == freeze_signal())
        interrupted.handle_freeze();
    else if (!interrupted.in_driver() && thread->calls == nullptr && !interrupted.at_box_memory())
        pass_on(signal, info, raw); // a fault of the runtime's own
    else if (signal == SIGTRAP)
        interrupted.handle_single_step_or_breakpoint();
    else
        interrupted.handle_fault(signal);
    errno = saved_errno;
}

} // namespace

int freeze_signal() {
    return SIGRTMIN + 10;
}
int watchdog_signal() {
    return SIGRTMIN + 11;
}

void install_trap_handlers() {
    static const bool installed = [] {
        for (int signal :
             {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, freeze_signal(), watchdog_signal()}) {
            constexpr unsigned long restorer_given = 0x0400'0000; // SA_RESTORER
            KernelSignalAction action;
            action.handler = on_signal;
            action.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | restorer_given;
            action.restorer = ksbox_signal_return;
            action.mask = (1ul << (freeze_signal() - 1)) | (1ul << (watchdog_signal() - 1));
            change_action(signal, &action,
                          &previous_actions().actions[static_cast<std::size_t>(signal)]);
        }
        return true;
    }();
    KS_ASSERT(installed);
}

namespace {

// The bug check that Windows raises for an exception that nobody handles on this kind of thread.
void stop_for(const EXCEPTION_RECORD &record, const CONTEXT *context, Origin origin,
              const char *what) {
    Thread &thread = current_thread();
    const auto stop = [&](std::uint32_t code, const std::array<std::uint64_t, 4> &parameters,
                          const std::string &reason) {
        thread.kernel.bug_check().stop(code, parameters, reason, context, origin);
    };
    mm::Memory &memory = thread.kernel.memory();
    auto exception = static_cast<std::uint32_t>(record.ExceptionCode);
    auto at = reinterpret_cast<std::uint64_t>(record.ExceptionAddress);
    std::string reason;
    if (record.ExceptionCode == STATUS_ACCESS_VIOLATION) {
        std::uint64_t address = record.ExceptionInformation[1];
        std::uint64_t access = record.ExceptionInformation[0];
        std::string place = address == ~std::uint64_t(0)
                                ? "a non-canonical address"
                                : fmt::format("{:#x} ({})", address,
                                              memory.describe(reinterpret_cast<void *>(address)));
        reason = fmt::format("{} {}",
                             access == 0   ? "read of"
                             : access == 1 ? "write to"
                                           : "execution of",
                             place);
        if (place.find("unloaded") != std::string::npos)
            stop(0xCE, {address, access, at, 0}, reason);
        if (thread.irql >= DISPATCH_LEVEL)
            stop(0xD1, {address, thread.irql, access, at}, reason);
        if (address >= mm::layout::system_range_start && address != ~std::uint64_t(0))
            stop(0x50, {address, access, at, 0}, reason);
    } else {
        reason = fmt::format("exception {:#010x}{}{}", exception, *what == '\0' ? "" : ": ", what);
    }
    auto record_address = reinterpret_cast<std::uint64_t>(&record);
    auto context_address = reinterpret_cast<std::uint64_t>(context);
    if (thread.irql >= DISPATCH_LEVEL)
        stop(0x1E, {exception, at, record.ExceptionInformation[0], record.ExceptionInformation[1]},
             reason);
    if (thread.kind == ThreadKind::client)
        stop(0x3B, {exception, at, context_address, 0}, reason);
    stop(0x7E, {exception, at, record_address, context_address}, reason);
}

} // namespace

void unhandled_exception(const EXCEPTION_RECORD &record, const CONTEXT *context, Origin origin,
                         const char *what) noexcept {
    stop_for(record, context, origin, what);
    __builtin_unreachable();
}

} // namespace ksbox::ke

using namespace ksbox;
using namespace ksbox::ke;

namespace {

// No handler of the driver's is asked about the guarded pool.
// @doc debugger/bug-check-0xd6: "cannot be protected by a try - except handler"
void stop_for_pool_access(Kernel &kernel, const TrapFrame &frame) {
    const EXCEPTION_RECORD &record = frame.record;
    if (record.ExceptionCode != STATUS_ACCESS_VIOLATION)
        return;
    const auto misuse = kernel.pool().judge_access(
        reinterpret_cast<const void *>(record.ExceptionInformation[1]),
        record.ExceptionInformation[0] == 1, frame.context.Rip,
        // In its own code, or in what it called.
        current_thread().calls != nullptr ||
            kernel.memory().is_system(reinterpret_cast<const void *>(frame.context.Rip)));
    if (misuse)
        kernel.pool().stop(kernel, *misuse, &frame.context);
}

} // namespace

// Runs on the interrupted stack, as ordinary code.
extern "C" void ksbox_trap_dispatch(TrapFrame *frame) {
    Thread &thread = current_thread();
    Kernel &kernel = thread.kernel;
    BugCheck &bug_check = kernel.bug_check();
    switch (frame->kind) {
    case TrapKind::freeze:
        kernel.scheduler().leave();
    case TrapKind::stack_overflow:
        bug_check.stop(0x7F /* UNEXPECTED_KERNEL_MODE_TRAP */, {8, 0, 0, frame->context.Rip},
                       "the kernel stack is exhausted (double fault)", &frame->context);
    case TrapKind::fast_fail:
        bug_check.stop(0x139 /* KERNEL_SECURITY_CHECK_FAILURE */,
                       {frame->record.ExceptionInformation[0], 0, 0, frame->context.Rip},
                       "__fastfail", &frame->context);
    case TrapKind::spin:
        if (bug_check.stop_requested())
            bug_check.honour_stop_request(&frame->context);
        if (thread.irql >= DISPATCH_LEVEL)
            bug_check.stop(0x133 /* DPC_WATCHDOG_VIOLATION */,
                           {0, kernel.options().watchdog_ms, kernel.options().watchdog_ms, 0},
                           "the driver loops at DISPATCH_LEVEL or above without end",
                           &frame->context);
        bug_check.stop(0xEA /* THREAD_STUCK_IN_DEVICE_DRIVER */,
                       {reinterpret_cast<std::uint64_t>(thread.body), 0, 0, 0},
                       "the driver loops without end", &frame->context);
    case TrapKind::exception:
        stop_for_pool_access(kernel, *frame);
        break;
    }
    if (kernel.hooks.dispatch_exception &&
        kernel.hooks.dispatch_exception(frame->record, frame->context))
        ksbox_trap_resume(&frame->context);
    unhandled_exception(frame->record, &frame->context, Origin::fault, frame->what);
}

extern "C" void ksbox_trap_service(std::uint64_t service) {
    Scheduler &scheduler = current_kernel().scheduler();
    if (service == service_clock_point) {
        scheduler.point(Point::clock);
        return;
    }
    auto irql = static_cast<KIRQL>(service);
    if (irql >= current_thread().irql)
        scheduler.raise_irql(irql);
    else
        scheduler.lower_irql(irql);
}
