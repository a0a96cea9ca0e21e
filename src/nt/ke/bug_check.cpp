#include "nt/ke/bug_check.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "abi/windows.h"

#include "base/assert.h"
#include "nt/call_driver.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/trace.h"

namespace ksbox::ke {

namespace {

constexpr std::size_t emergency_stack_bytes = 256 * 1024;

template <std::size_t N> void copy_text(std::array<char, N> &to, std::string_view from) {
    std::size_t length = std::min(from.size(), N - 1);
    std::memcpy(to.data(), from.data(), length);
    to[length] = '\0';
}

RegisterFacts registers_of(const CONTEXT &context) {
    return {context.Rip, context.Rsp, context.Rax, context.Rcx, context.Rdx, context.Rbx,
            context.Rbp, context.Rsi, context.Rdi, context.R8,  context.R9,  context.R10,
            context.R11, context.R12, context.R13, context.R14, context.R15, context.EFlags};
}

} // namespace

BugCheck::BugCheck(Kernel &kernel) : kernel_(kernel) {
    auto stack = kernel.memory().commit(mm::Region::stacks, emergency_stack_bytes, 2);
    KS_ASSERT(stack.has_value());
    kernel.memory().label(*stack, "emergency stack");
    emergency_stack_limit_ = *stack + emergency_stack_bytes;
}

BugCheck::~BugCheck() = default;

void BugCheck::capture(std::uint32_t code, const std::array<std::uint64_t, 4> &parameters,
                       std::string_view reason, const void *raw_context) noexcept {
    Thread &thread = current_thread();
    facts_.code = code;
    facts_.parameters = parameters;
    facts_.irql = thread.irql;
    facts_.time_100ns = kernel_.scheduler().peek_time();
    facts_.irp = reinterpret_cast<std::uint64_t>(thread.current_irp);
    copy_text(facts_.reason, reason);
    copy_text(facts_.thread, thread.name);
    if (thread.calls != nullptr) {
        copy_text(facts_.callback, thread.calls->callback);
        facts_.callback_target = reinterpret_cast<std::uint64_t>(thread.calls->target);
    }
    CONTEXT here{};
    const auto *context = static_cast<const CONTEXT *>(raw_context);
    if (context != nullptr) {
        facts_.has_registers = true;
        facts_.registers = registers_of(*context);
    } else {
        // Called by healthy code: walk from the frame that called stop().
        auto *frame = static_cast<std::uint64_t *>(__builtin_frame_address(0));
        here.Rip = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
        here.Rbp = frame[0];
        here.Rsp = reinterpret_cast<std::uint64_t>(frame + 2);
        context = &here;
    }
    if (kernel_.hooks.walk_stack) {
        std::array<std::uint64_t, 48> frames{};
        facts_.stack_frames = static_cast<std::uint32_t>(
            kernel_.hooks.walk_stack(*context, frames.data(), frames.size()));
        for (std::uint32_t i = 0; i < facts_.stack_frames; ++i)
            facts_.stack[i].address = frames[i];
    } else {
        facts_.stack[0].address = context->Rip;
        facts_.stack_frames = 1;
    }
}

void BugCheck::stop(std::uint32_t code, std::array<std::uint64_t, 4> parameters,
                    std::string_view reason, const void *context, Origin origin) noexcept {
    // The first to come reports; a second one on another processor just leaves.
    std::uint32_t expected = 0;
    if (!__atomic_compare_exchange_n(&stopped_, &expected, 1, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        kernel_.scheduler().leave();
    facts_.origin = context == nullptr ? Origin::call : origin;
    capture(code, parameters, reason, context);
    if (shared_ != nullptr)
        *shared_ = facts_;
    kernel_.memory().abandon();
    kernel_.scheduler().freeze();
}

void BugCheck::honour_stop_request(const void *context) noexcept {
    auto code = __atomic_load_n(&requested_, __ATOMIC_ACQUIRE);
    std::string waits;
    {
        DispatcherLock guard(kernel_.scheduler());
        waits = kernel_.scheduler().describe_waits();
    }
    stop(code, {0, 0, 0, 0},
         fmt::format("{}\n{}",
                     code == bug_check_timeout ? "stopped from outside" : "stopped on request",
                     waits),
         context);
}

} // namespace ksbox::ke

namespace ksbox {
void bug_check(std::uint32_t code, std::uint64_t p1, std::uint64_t p2, std::uint64_t p3,
               std::uint64_t p4, std::string_view reason) noexcept {
    current_kernel().bug_check().stop(code, {p1, p2, p3, p4}, reason);
}
} // namespace ksbox
