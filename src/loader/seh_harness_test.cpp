// The test's stand-in for trap code and box (seh_harness.h).
#include "loader/seh_harness.h"

#include <csetjmp>
#include <csignal>
#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

asm(R"(
    .text
    .globl ksbox_test_memory_begin, ksbox_test_memcpy, ksbox_test_memory_end
ksbox_test_memory_begin:
ksbox_test_memcpy:
    .intel_syntax noprefix
    mov r10, rdi
    mov r11, rsi
    mov rdi, rcx
    mov rsi, rdx
    mov rcx, r8
    mov rax, rdi
    rep movsb
    mov rdi, r10
    mov rsi, r11
    ret
    .att_syntax
ksbox_test_memory_end:
)");
extern "C" const char ksbox_test_memory_begin[], ksbox_test_memory_end[];

namespace ksbox::loader {

namespace {

test::SehHarness *harness;
sigjmp_buf unhandled_exit;
test::Unhandled unhandled_facts;

[[noreturn]] void leave_unhandled(const ExceptionRecord &record, const Context &context,
                                  DispatchOutcome outcome) {
    std::array<WalkedFrame, 64> frames;
    const std::size_t count = walk_stack(harness->environment(), context, frames);
    unhandled_facts = {record, context, outcome, {frames.begin(), frames.begin() + count}};
    siglongjmp(unhandled_exit, 1);
}

constexpr std::array<int, 16> host_register = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                               REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                               REG_R12, REG_R13, REG_R14, REG_R15};

struct Fault {
    Context context;
    ExceptionRecord record;
};

/// Runs on the interrupted stack, below what was interrupted.
[[noreturn]] void after_fault(Fault *fault) {
    const DispatchOutcome outcome =
        dispatch_exception(harness->environment(), fault->record, fault->context);
    if (outcome == DispatchOutcome::continue_execution)
        restore_context(fault->context);
    leave_unhandled(fault->record, fault->context, outcome);
}

void on_signal(int, siginfo_t *info, void *host_context) {
    auto &machine = static_cast<ucontext_t *>(host_context)->uc_mcontext;
    const auto rip = static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
    const auto address = reinterpret_cast<std::uint64_t>(info->si_addr);
    if (!is_driver_code(harness->environment(), rip) && address != rip) {
        signal(SIGSEGV, SIG_DFL); // the test's own fault
        return;
    }
    constexpr std::uint64_t red_zone = 128;
    const std::uint64_t place =
        (static_cast<std::uint64_t>(machine.gregs[REG_RSP]) - red_zone - sizeof(Fault)) & -64ull;
    auto *fault = new (reinterpret_cast<void *>(place)) Fault{};
    for (std::size_t i = 0; i < host_register.size(); ++i)
        fault->context.gpr[i] = static_cast<std::uint64_t>(machine.gregs[host_register[i]]);
    fault->context.rip = rip;
    fault->context.eflags = static_cast<std::uint32_t>(machine.gregs[REG_EFL]);
    std::memcpy(&fault->context.floats, machine.fpregs, sizeof(fault->context.floats));
    fault->context.mxcsr = fault->context.floats.mxcsr;
    fault->context.flags = context_full;
    fault->record.code = 0xc0000005;
    fault->record.address = reinterpret_cast<void *>(rip);
    fault->record.parameter_count = 2;
    fault->record.parameters = {0, address};
    machine.gregs[REG_RIP] = reinterpret_cast<greg_t>(after_fault);
    machine.gregs[REG_RDI] = static_cast<greg_t>(place);
    machine.gregs[REG_RSP] = static_cast<greg_t>(place - 8);
}

} // namespace

namespace raise_seam {
UnwindEnvironment current_environment() noexcept {
    return harness->environment();
}
void unhandled(const ExceptionRecord &record, const Context &context,
               DispatchOutcome outcome) noexcept {
    leave_unhandled(record, context, outcome);
}
std::uint64_t user_probe_address() noexcept {
    return test::test_user_probe_address;
}
} // namespace raise_seam

namespace test {

SehHarness::SehHarness() {
    pthread_attr_t attributes;
    pthread_getattr_np(pthread_self(), &attributes);
    void *low;
    std::size_t size;
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    stack_low_ = reinterpret_cast<std::uint64_t>(low);
    stack_high_ = stack_low_ + size;
    harness = this;

    static std::array<std::byte, 65536> signal_stack;
    stack_t alternate{};
    alternate.ss_sp = signal_stack.data();
    alternate.ss_size = signal_stack.size();
    sigaltstack(&alternate, nullptr);
    struct sigaction action{};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, nullptr);
}

SehHarness::~SehHarness() {
    signal(SIGSEGV, SIG_DFL);
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
    harness = nullptr;
}

UnwindEnvironment SehHarness::environment() const {
    return {.images = &images_,
            .stack_low = stack_low_,
            .stack_high = stack_high_,
            .memory_leaf_begin = reinterpret_cast<std::uint64_t>(ksbox_test_memory_begin),
            .memory_leaf_end = reinterpret_cast<std::uint64_t>(ksbox_test_memory_end)};
}

std::optional<Unhandled> SehHarness::run(const std::function<void()> &body) {
    if (sigsetjmp(unhandled_exit, 1) != 0)
        return unhandled_facts;
    body();
    return std::nullopt;
}

} // namespace test
} // namespace ksbox::loader
