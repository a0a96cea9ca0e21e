// Unwinding from every instruction: driver code is single-stepped, and at each step the frames must
// lead back to the host caller with its stack pointer and nonvolatile registers.
#include "loader/seh.h"
#include "loader/seh_harness.h"

#include <csignal>
#include <gmock/gmock.h>
#include <ucontext.h>

extern "C" KSBOX_MS_ABI int ksbox_test_step_into(int *address, std::uint64_t extra, void *function);
extern "C" const char ksbox_test_stepped_return[];

// Sets known values in all nonvolatile registers, turns the trap flag on for the call and off
// after.
asm(R"(
    .text
    .intel_syntax noprefix
    .globl ksbox_test_step_into, ksbox_test_stepped_return
ksbox_test_step_into:
    push rbp
    mov rbp, rsp
    push rbx
    push rsi
    push rdi
    push r12
    push r13
    push r14
    push r15
    sub rsp, 0x48
    movups [rsp + 0x20], xmm6
    movups [rsp + 0x30], xmm15
    mov rax, r8
    mov rbx, 0x1b
    mov rsi, 0x1c
    mov rdi, 0x1d
    mov r12, 0x12
    mov r13, 0x13
    mov r14, 0x14
    mov r15, 0x15
    movq xmm6, rbx
    movq xmm15, r15
    pushfq
    or qword ptr [rsp], 0x100
    popfq
    call rax
ksbox_test_stepped_return:
    pushfq
    and qword ptr [rsp], -0x101
    popfq
    movups xmm6, [rsp + 0x20]
    movups xmm15, [rsp + 0x30]
    add rsp, 0x48
    pop r15
    pop r14
    pop r13
    pop r12
    pop rdi
    pop rsi
    pop rbx
    pop rbp
    ret
    .att_syntax
)");

namespace ksbox::loader {
namespace {

struct Stepper {
    const Image *image;
    UnwindEnvironment environment;
    std::size_t steps = 0, failures = 0;
    std::uint64_t first_failure = 0;
    std::uint64_t expected_rsp = 0, expected_rbp = 0;
};
Stepper stepper;

bool leads_home(Context context) {
    for (int depth = 0; depth < 64; ++depth) {
        if (context.rip == reinterpret_cast<std::uint64_t>(ksbox_test_stepped_return))
            return context.rsp() == stepper.expected_rsp &&
                   context.gpr[reg_rbp] == stepper.expected_rbp && context.gpr[reg_rbx] == 0x1b &&
                   context.gpr[reg_rsi] == 0x1c && context.gpr[reg_rdi] == 0x1d &&
                   context.gpr[reg_r12] == 0x12 && context.gpr[reg_r13] == 0x13 &&
                   context.gpr[reg_r14] == 0x14 && context.gpr[reg_r15] == 0x15 &&
                   context.floats.xmm[6].low == 0x1b && context.floats.xmm[15].low == 0x15;
        if (!unwind_frame(stepper.environment, context, HandlerKind::exception))
            return false;
    }
    return false;
}

void on_step(int, siginfo_t *, void *host_context) {
    const auto &machine = static_cast<ucontext_t *>(host_context)->uc_mcontext;
    constexpr std::array<int, 16> host_register = {
        REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
        REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    Context context{};
    for (std::size_t i = 0; i < host_register.size(); ++i)
        context.gpr[i] = static_cast<std::uint64_t>(machine.gregs[host_register[i]]);
    context.rip = static_cast<std::uint64_t>(machine.gregs[REG_RIP]);
    std::memcpy(&context.floats, machine.fpregs, sizeof(context.floats));
    if (!stepper.environment.images->find(context.rip))
        return;                 // host code: an import that was called, or the frame around
    if (stepper.steps++ == 0) { // at the function's first instruction
        stepper.expected_rsp = context.rsp() + 8;
        stepper.expected_rbp = context.gpr[reg_rbp];
    }
    if (!leads_home(context)) {
        ++stepper.failures;
        if (!stepper.first_failure)
            stepper.first_failure = context.rip;
    }
}

KSBOX_MS_ABI void observe(std::uint64_t) {}
KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}

class Unwind : public ::testing::TestWithParam<const char *> {};

TEST_P(Unwind, LeadsHomeFromEveryInstruction) {
    AnonymousImageMemory memory;
    test::MapResolver resolver;
    resolver.add("KsboxTestObserve", observe);
    resolver.add("_local_unwind", ksbox_local_unwind);
    resolver.add("__C_specific_handler", c_specific_handler);
    const auto bytes = test::read_image(GetParam());
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file);
    const auto image = Image::load(*file, memory, resolver,
                                   {.name = GetParam(), .path = {}, .missing = on_missing});
    ASSERT_TRUE(image);
    test::SehHarness harness;
    harness.images().add(**image);
    stepper = {};
    stepper.image = image->get();
    stepper.environment = harness.environment();

    struct sigaction action{}, before{};
    action.sa_sigaction = on_step;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGTRAP, &action, &before);
    int good = 5;
    ksbox_test_step_into(&good, 6000, (*image)->find_export("walk_me"));
    sigaction(SIGTRAP, &before, nullptr);

    EXPECT_GT(stepper.steps, 150u);
    EXPECT_EQ(stepper.failures, 0u)
        << "of " << stepper.steps << " steps; first at "
        << (*image)->locate(reinterpret_cast<const void *>(stepper.first_failure)).export_name
        << " rva " << std::hex
        << (*image)->rva_of(reinterpret_cast<const void *>(stepper.first_failure));
}

INSTANTIATE_TEST_SUITE_P(Optimisation, Unwind, ::testing::Values("seh_O0.sys", "seh_O2.sys"),
                         [](const auto &info) { return std::string(info.param, 4, 2); });

} // namespace
} // namespace ksbox::loader
