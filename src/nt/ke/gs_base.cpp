#include "nt/ke/gs_base.h"

#include <asm/prctl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nt/ke/thread.h"

namespace ksbox::ke {

namespace {
// AT_HWCAP2 bit 1: the kernel lets user mode execute rdgsbase and wrgsbase. Known before main():
// signal handlers ask, and must not wait for another thread's first question.
const bool has_fsgsbase = (getauxval(AT_HWCAP2) & 2) != 0;
} // namespace

std::uint64_t gs_base() {
    std::uint64_t base = 0;
    if (has_fsgsbase)
        asm volatile("rdgsbase %0" : "=r"(base));
    else
        syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
    return base;
}

void set_gs_base(std::uint64_t base) {
    if (has_fsgsbase)
        asm volatile("wrgsbase %0" : : "r"(base) : "memory");
    else
        syscall(SYS_arch_prctl, ARCH_SET_GS, base);
}

Thread *current_thread_or_null() {
    return gs_base() == 0 ? nullptr : &current_thread();
}

} // namespace ksbox::ke
