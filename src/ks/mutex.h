// AVStream's mutexes: the device mutex, a filter's control mutex and the processing mutexes. Not
// recursive; held across the minidriver's callbacks (stream/mutexes-in-avstream).
#pragma once

#include <atomic>

#include "abi/windows.h"

namespace ksbox::ke {
class Thread;
}

namespace ksbox::ks {

/// Order of taking: a thread that holds one of a higher rank must not take a lower one. Only
/// control under processing is a violation of its own; device under control is as a rule a
/// deadlock.
enum class MutexRank : std::uint8_t { device, control, processing };

/// IRQL of every function: PASSIVE; acquire() blocks. Breaking a rule of stream/mutexes-in-avstream
/// (recursion, control under processing, release by a stranger) is a bug check 0xC4 with the
/// verifier's own number: 0x81001 device, 0x8100A control, 0x8100B processing.
class Mutex {
  public:
    Mutex(MutexRank rank, const void *object);
    Mutex(const Mutex &) = delete;
    Mutex &operator=(const Mutex &) = delete;

    void acquire();
    /// Does not wait; false when another thread has it.
    bool try_acquire();
    void release();
    bool held() const; ///< by the current thread

  private:
    void note_taken();
    [[noreturn]] void violation(MutexRank rule, const char *what) const;

    const MutexRank rank_;
    const void *const object_; ///< the KSDEVICE, KSFILTER or KSPIN, for reports
    KMUTEX mutex_;
    std::atomic<ke::Thread *> owner_ = nullptr; ///< asked by threads that do not hold it
};

class MutexGuard {
  public:
    explicit MutexGuard(Mutex &mutex) : mutex_(mutex) { mutex_.acquire(); }
    ~MutexGuard() { mutex_.release(); }
    MutexGuard(const MutexGuard &) = delete;
    MutexGuard &operator=(const MutexGuard &) = delete;

  private:
    Mutex &mutex_;
};

/// The same, unless the current thread has the mutex already: for what drivers may ask for from
/// callbacks in which it is held as from anywhere else.
class MutexGuardUnlessHeld {
  public:
    explicit MutexGuardUnlessHeld(Mutex &mutex) : mutex_(mutex), taken_(!mutex.held()) {
        if (taken_)
            mutex_.acquire();
    }
    ~MutexGuardUnlessHeld() {
        if (taken_)
            mutex_.release();
    }
    MutexGuardUnlessHeld(const MutexGuardUnlessHeld &) = delete;
    MutexGuardUnlessHeld &operator=(const MutexGuardUnlessHeld &) = delete;

  private:
    Mutex &mutex_;
    const bool taken_;
};

} // namespace ksbox::ks
