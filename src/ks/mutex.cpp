// AVStream's mutexes over the kernel's own.
#include "ks/mutex.h"

#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"

namespace ksbox::ks {

Mutex::Mutex(MutexRank rank, const void *object) : rank_(rank), object_(object) {
    KeInitializeMutex(&mutex_, 0);
}

void Mutex::acquire() {
    if (held())
        violation("a thread took an AVStream mutex that it already holds");
    KeWaitForSingleObject(&mutex_, Executive, KernelMode, FALSE, nullptr);
    owner_.store(&ke::current_thread(), std::memory_order_relaxed);
}

bool Mutex::try_acquire() {
    if (held())
        violation("a thread took an AVStream mutex that it already holds");
    LARGE_INTEGER now{};
    if (KeWaitForSingleObject(&mutex_, Executive, KernelMode, FALSE, &now) != STATUS_SUCCESS)
        return false;
    owner_.store(&ke::current_thread(), std::memory_order_relaxed);
    return true;
}

void Mutex::release() {
    if (!held())
        violation("a thread released an AVStream mutex that it does not hold");
    owner_.store(nullptr, std::memory_order_relaxed);
    KeReleaseMutex(&mutex_, FALSE);
}

bool Mutex::held() const {
    return owner_.load(std::memory_order_relaxed) == &ke::current_thread();
}

void Mutex::violation(const char *what) const {
    constexpr std::uint64_t verifier_code[] = {0x81001, 0x8100A, 0x8100B};
    bug_check(0xC4, verifier_code[static_cast<int>(rank_)],
              reinterpret_cast<std::uint64_t>(object_), 0, 0, what);
}

} // namespace ksbox::ks
