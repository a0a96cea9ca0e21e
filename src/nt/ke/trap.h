// Traps: what the hardware refuses driver code, sorted out. A signal handler only classifies and
// rewrites the interrupted context; cr8, faults, `int` and privileged instructions go on in a
// trampoline on the interrupted stack, where switching, locking and exceptions are legal.
#pragma once

#include <cstdint>

#include "abi/windows.h"

#include "nt/ke/bug_check.h"

namespace ksbox {
class Kernel;
}

namespace ksbox::ke {

enum class TrapKind : std::uint8_t {
    exception,      ///< offered to the driver's handlers, then a bug check
    stack_overflow, ///< a guard page was hit: bug check
    fast_fail,      ///< int 29h: bug check without handlers
    spin,           ///< the watchdog saw no progress: bug check
    freeze,         ///< the box has stopped: leave
};

/// What a trampoline finds on the interrupted (or emergency) stack.
struct TrapFrame {
    CONTEXT context;
    EXCEPTION_RECORD record;
    TrapKind kind;
    char what[48]; ///< the refused instruction, in words; "" for others
};

/// Installs the process's handlers for SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP and ksbox's own
/// two signals; once. Faults outside box threads go to whoever handled them before.
void install_trap_handlers();

/// Sent to a realtime host thread whose box has stopped.
int freeze_signal();
/// Sent by the watchdog's timer for every slice of CPU time.
int watchdog_signal();
constexpr std::uint32_t watchdog_slice_ms = 50;

/// KUSER_SHARED_DATA of one box: an inaccessible page, whose reads trap, and the page behind it
/// with the values of the moment.
class SharedData {
  public:
    explicit SharedData(Kernel &kernel);
    /// What the loader redirects 0xFFFFF78000000000 to.
    std::byte *trapping_page() const { return trapping_page_; }
    /// Where to read instead of `address`, values refreshed; null if it is not of the page.
    std::byte *shadow_of(std::uint64_t address) const;
    void refresh(std::uint64_t now_100ns);

  private:
    Kernel &kernel_;
    std::byte *trapping_page_ = nullptr;
    std::byte *shadow_page_ = nullptr;
};

/// Stops the box for an exception that no handler took: the bug check that Windows would raise on
/// this thread, at this IRQL.
[[noreturn]] void unhandled_exception(const EXCEPTION_RECORD &record, const CONTEXT *context,
                                      Origin origin, const char *what = "") noexcept;

} // namespace ksbox::ke
