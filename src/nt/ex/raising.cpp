// Where a raise goes when no loader is linked in: only tests of the runtime get here.
#include "nt/ex/raising.h"

#include "nt/ke/bug_check.h"

extern "C" [[noreturn]] void NTAPI ksbox_cannot_raise(NTSTATUS status) noexcept {
    constexpr std::uint32_t kmode_exception_not_handled = 0x1e;
    ksbox::bug_check(kmode_exception_not_handled, static_cast<std::uint32_t>(status), 0, 0, 0,
                     "an export raised, and there is nobody to dispatch exceptions");
}
