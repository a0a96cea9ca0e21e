// AVStream's mutexes over the kernel's own.
#include "ks/mutex.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {

namespace {

constexpr std::uint64_t verifier_code[] = {0x81001, 0x8100A, 0x8100B};

/// The threads that hold a processing mutex, each as often as it does.
class ProcessingHolders final : public KernelExtension {
  public:
    explicit ProcessingHolders(Kernel &) {}
    static ProcessingHolders &current() { return current_kernel().extension<ProcessingHolders>(); }

    void add() {
        SpinGuard guard(lock_);
        threads_.push_back(&ke::current_thread());
        count_.store(threads_.size(), std::memory_order_relaxed);
    }
    void remove() {
        SpinGuard guard(lock_);
        threads_.erase(std::ranges::find(threads_, &ke::current_thread()));
        count_.store(threads_.size(), std::memory_order_relaxed);
    }
    /// Whether this thread is among them; its own entries cannot change meanwhile.
    bool contains_current() {
        if (count_.load(std::memory_order_relaxed) == 0)
            return false;
        SpinGuard guard(lock_);
        return std::ranges::find(threads_, &ke::current_thread()) != threads_.end();
    }

  private:
    KSPIN_LOCK lock_ = 0;
    std::vector<ke::Thread *> threads_;
    std::atomic<std::size_t> count_ = 0;
};

} // namespace

Mutex::Mutex(MutexRank rank, const void *object) : rank_(rank), object_(object) {
    KeInitializeMutex(&mutex_, 0);
}

void Mutex::acquire() {
    if (held())
        violation(rank_, "a thread took an AVStream mutex that it already holds");
    if (rank_ == MutexRank::control && ProcessingHolders::current().contains_current())
        violation(MutexRank::processing,
                  "a thread that holds a processing mutex took a filter control mutex");
    KeWaitForSingleObject(&mutex_, Executive, KernelMode, FALSE, nullptr);
    note_taken();
}

void Mutex::note_taken() {
    owner_.store(&ke::current_thread(), std::memory_order_relaxed);
    if (rank_ == MutexRank::processing)
        ProcessingHolders::current().add();
}

bool Mutex::try_acquire() {
    LARGE_INTEGER now{};
    if (KeWaitForSingleObject(&mutex_, Executive, KernelMode, FALSE, &now) != STATUS_SUCCESS)
        return false;
    note_taken();
    return true;
}

void Mutex::release() {
    if (!held())
        violation(rank_, "a thread released an AVStream mutex that it does not hold");
    if (rank_ == MutexRank::processing)
        ProcessingHolders::current().remove();
    owner_.store(nullptr, std::memory_order_relaxed);
    KeReleaseMutex(&mutex_, FALSE);
}

bool Mutex::held() const {
    return owner_.load(std::memory_order_relaxed) == &ke::current_thread();
}

void Mutex::violation(MutexRank rule, const char *what) const {
    bug_check(0xC4, verifier_code[static_cast<int>(rule)], reinterpret_cast<std::uint64_t>(object_),
              0, 0, what);
}

} // namespace ksbox::ks
