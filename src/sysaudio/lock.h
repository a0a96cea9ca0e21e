// A lock that may be held while other drivers are called: PASSIVE_LEVEL, recursive.
#pragma once

#include "abi/windows.h"

namespace ksbox::sysaudio {

class Lock {
  public:
    Lock() { KeInitializeMutex(&mutex_, 0); }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

    void acquire() { KeWaitForSingleObject(&mutex_, Executive, KernelMode, FALSE, nullptr); }
    void release() { KeReleaseMutex(&mutex_, FALSE); }

  private:
    KMUTEX mutex_;
};

class LockGuard {
  public:
    explicit LockGuard(Lock &lock) : lock_(lock) { lock_.acquire(); }
    ~LockGuard() { lock_.release(); }
    LockGuard(const LockGuard &) = delete;
    LockGuard &operator=(const LockGuard &) = delete;

  private:
    Lock &lock_;
};

} // namespace ksbox::sysaudio
