// The C library's functions that call the driver back or keep state: qsort, bsearch, rand; and
// _purecall.
#include <array>

#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/sort.h"

namespace ksbox::rtl {
namespace {

using Compare = int(NTAPI *)(const void *, const void *);
KS_ASSERT_MS_ABI(Compare);

/// ntoskrnl keeps one sequence for all drivers; each box has its own.
struct BoxRand : KernelExtension, Rand {
    explicit BoxRand(Kernel &) {}
};

void NTAPI sort(void *base, SIZE_T count, SIZE_T width, Compare compare) {
    sort_elements(static_cast<char *>(base), count, width, [&](const char *a, const char *b) {
        return call_driver("qsort compare", base, compare, a, b) < 0;
    });
}

void *NTAPI search(const void *key, const void *base, SIZE_T count, SIZE_T width, Compare compare) {
    auto *start = const_cast<char *>(static_cast<const char *>(base));
    return search_elements(start, count, width, [&](const char *element) {
        return call_driver("bsearch compare", base, compare, key, element);
    });
}

int NTAPI next_random() {
    return current_kernel().extension<BoxRand>().next();
}
void NTAPI seed_random(unsigned value) {
    current_kernel().extension<BoxRand>().seed(value);
}

/// A pure virtual function was called. Windows has no page on it; here it is the bug check of an
/// unhandled exception, with the caller's address (inferred).
void NTAPI pure_call() {
    bug_check(KMODE_EXCEPTION_NOT_HANDLED, static_cast<ULONG>(STATUS_NOT_IMPLEMENTED),
              reinterpret_cast<std::uint64_t>(__builtin_return_address(0)), 0, 0,
              "the driver called a pure virtual function (_purecall)");
}

} // namespace

std::span<const Export> crt_sort_exports() {
    static const std::array table{
        done<&sort>("qsort", ""),          done<&search>("bsearch", ""),
        done<&next_random>("rand", ""),    done<&seed_random>("srand", ""),
        done<&pure_call>("_purecall", ""),
    };
    return table;
}

} // namespace ksbox::rtl
