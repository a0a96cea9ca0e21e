#include "nt/ke/gs_base.h"

#include <asm/prctl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ksbox::ke {

namespace {
// AT_HWCAP2 bit 1: the kernel lets user mode execute rdgsbase and wrgsbase.
bool has_fsgsbase() {
    static const bool value = (getauxval(AT_HWCAP2) & 2) != 0;
    return value;
}
} // namespace

std::uint64_t gs_base() {
    std::uint64_t base = 0;
    if (has_fsgsbase())
        asm volatile("rdgsbase %0" : "=r"(base));
    else
        syscall(SYS_arch_prctl, ARCH_GET_GS, &base);
    return base;
}

void set_gs_base(std::uint64_t base) {
    if (has_fsgsbase())
        asm volatile("wrgsbase %0" : : "r"(base) : "memory");
    else
        syscall(SYS_arch_prctl, ARCH_SET_GS, base);
}

} // namespace ksbox::ke
