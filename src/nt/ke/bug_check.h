// Bug checks: how a box stops. The facts are captured into memory set aside beforehand, the box
// freezes, and the host side renders the report afterwards on a healthy stack.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ksbox {
class Kernel;
struct DriverCall;
} // namespace ksbox

namespace ksbox::ke {

/// Codes of our own, in the range that Microsoft leaves to customers (bit 29 set).
inline constexpr std::uint32_t bug_check_missing_export = 0xE000'0001;
inline constexpr std::uint32_t bug_check_deadlock = 0xE000'0002;
inline constexpr std::uint32_t bug_check_timeout = 0xE000'0003;

struct StackFrame {
    std::uint64_t address;
};

/// What the context of a bug check is: that of an instruction that faulted, or of a call's caller,
/// whose instruction pointer is already behind the call.
enum class Origin : std::uint8_t { fault, call };

/// Registers at the moment of the bug check: x64 order of CONTEXT's integer registers.
struct RegisterFacts {
    std::uint64_t rip, rsp, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15,
        eflags;
};

/// What was true when the box stopped. Plain data: filled without allocating.
struct BugCheckFacts {
    std::uint32_t code = 0;
    std::array<std::uint64_t, 4> parameters{};
    std::uint8_t irql = 0;
    std::uint64_t time_100ns = 0;
    std::array<char, 2048> reason{}; ///< one sentence, for codes of our own and for context
    std::array<char, 64> thread{};
    std::array<char, 64> callback{}; ///< innermost driver callback in flight
    std::uint64_t callback_target = 0;
    std::uint64_t irp = 0; ///< the IRP in flight on this thread, if any
    bool has_registers = false;
    RegisterFacts registers{};
    Origin origin = Origin::fault; ///< of stack[0]
    std::array<StackFrame, 48> stack{};
    std::uint32_t stack_frames = 0;
};

class BugCheck {
  public:
    explicit BugCheck(Kernel &kernel);
    ~BugCheck();

    /// Stops the current box: never returns. Callable from any box thread at any IRQL, from
    /// healthy host code (exports) and from the trap trampoline. `context` is a CONTEXT* of the
    /// fault or null (then the caller's own stack is walked).
    [[noreturn]] void stop(std::uint32_t code, std::array<std::uint64_t, 4> parameters,
                           std::string_view reason, const void *context = nullptr,
                           Origin origin = Origin::fault) noexcept;

    bool stopped() const { return __atomic_load_n(&stopped_, __ATOMIC_ACQUIRE); }
    /// Meaningful once stopped.
    const BugCheckFacts &facts() const { return facts_; }
    /// Copies the facts to `shared` when the box stops: the CLI's parent reads them there, whatever
    /// becomes of the child.
    void publish_to(BugCheckFacts *shared) { shared_ = shared; }

    /// Asks the box to stop at its next scheduling point, with this code: from any host thread or
    /// signal handler (time limits).
    void request_stop(std::uint32_t code) { __atomic_store_n(&requested_, code, __ATOMIC_RELEASE); }
    bool stop_requested() const { return __atomic_load_n(&requested_, __ATOMIC_ACQUIRE) != 0; }
    /// The report says who waits for what. `context`: of the driver code that was interrupted.
    [[noreturn]] void honour_stop_request(const void *context = nullptr) noexcept;

    /// Top of the stack on which a thread without one of its own comes to its bug check.
    std::byte *emergency_stack_limit() const { return emergency_stack_limit_; }

  private:
    void capture(std::uint32_t code, const std::array<std::uint64_t, 4> &parameters,
                 std::string_view reason, const void *context) noexcept;

    Kernel &kernel_;
    std::byte *emergency_stack_limit_ = nullptr;
    std::uint32_t stopped_ = 0;
    std::uint32_t requested_ = 0;
    BugCheckFacts facts_;
    BugCheckFacts *shared_ = nullptr;
};

/// "DRIVER_IRQL_NOT_LESS_OR_EQUAL" for 0xD1, "" for an unknown code.
std::string_view bug_check_name(std::uint32_t code);

} // namespace ksbox::ke

namespace ksbox {
/// Stops the current thread's box: KeBugCheckEx for the runtime's own use.
[[noreturn]] void bug_check(std::uint32_t code, std::uint64_t p1, std::uint64_t p2,
                            std::uint64_t p3, std::uint64_t p4, std::string_view reason) noexcept;
} // namespace ksbox
