// Spin locks and wait locks. @doc wdf/using-framework-locks
#include <atomic>

#include <fmt/format.h>

#include "kmdf/create.h"
#include "kmdf/exports.h"
#include "nt/irql_check.h"

namespace ksbox::kmdf {
namespace {

[[noreturn]] void held_already(const Object &lock, const char *function) {
    violation(Violation::lock_held, lock.handle(),
              fmt::format("{} was called by the thread that holds the {}: it would wait for itself",
                          function, name_of(lock.type())));
}

class SpinLock final : public Object {
  public:
    static constexpr Type handle_type = Type::spin_lock;
    explicit SpinLock(Client &client) : Object(client, handle_type) {
        KeInitializeSpinLock(&lock_);
    }

    void acquire(const char *function) {
        if (owner_ == KeGetCurrentThread())
            held_already(*this, function);
        const KIRQL before = KeAcquireSpinLockRaiseToDpc(&lock_);
        owner_ = KeGetCurrentThread();
        before_ = before;
    }
    void release(const char *function) {
        if (owner_ != KeGetCurrentThread())
            violation(Violation::lock_operation, reinterpret_cast<std::uint64_t>(handle()), 1,
                      fmt::format("{}: this thread does not hold the spin lock", function));
        owner_ = nullptr;
        KeReleaseSpinLock(&lock_, before_);
    }

  private:
    KSPIN_LOCK lock_ = 0;
    KIRQL before_ = PASSIVE_LEVEL; ///< of the owner
    std::atomic<PKTHREAD> owner_ = nullptr;
};

class WaitLock final : public Object {
  public:
    static constexpr Type handle_type = Type::wait_lock;
    explicit WaitLock(Client &client) : Object(client, handle_type) {
        KeInitializeEvent(&free_, SynchronizationEvent, TRUE);
    }

    NTSTATUS acquire(PLONGLONG timeout, const char *function) {
        if (timeout == nullptr && owner_ == KeGetCurrentThread())
            held_already(*this, function);
        LARGE_INTEGER until;
        until.QuadPart = timeout ? *timeout : 0;
        KeEnterCriticalRegion();
        const NTSTATUS status =
            KeWaitForSingleObject(&free_, Executive, KernelMode, FALSE, timeout ? &until : nullptr);
        if (status == STATUS_SUCCESS)
            owner_ = KeGetCurrentThread();
        else
            KeLeaveCriticalRegion();
        return status;
    }
    void release(const char *function) {
        if (owner_.exchange(nullptr) == nullptr)
            violation(Violation::lock_operation, handle(),
                      fmt::format("{}: nobody holds the wait lock", function));
        KeSetEvent(&free_, IO_NO_INCREMENT, FALSE);
        KeLeaveCriticalRegion();
    }

  private:
    KEVENT free_{};
    std::atomic<PKTHREAD> owner_ = nullptr;
};

NTSTATUS NTAPI WdfSpinLockCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
                                 WDFSPINLOCK *SpinLock) {
    constexpr const char *function = "WdfSpinLockCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation = begin_creation(Globals, function, __builtin_return_address(0),
                                       SpinLockAttributes, SpinLock);
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    return finish_creation<kmdf::SpinLock>(creation, SpinLock);
}

VOID NTAPI WdfSpinLockAcquire(Globals, WDFSPINLOCK SpinLock) {
    constexpr const char *function = "WdfSpinLockAcquire";
    require_irql(DISPATCH_LEVEL, function);
    object_of<kmdf::SpinLock>(SpinLock, function).acquire(function);
}

VOID NTAPI WdfSpinLockRelease(Globals, WDFSPINLOCK SpinLock) {
    constexpr const char *function = "WdfSpinLockRelease";
    require_irql(DISPATCH_LEVEL, function);
    object_of<kmdf::SpinLock>(SpinLock, function).release(function);
}

NTSTATUS NTAPI WdfWaitLockCreate(Globals Globals, PWDF_OBJECT_ATTRIBUTES LockAttributes,
                                 WDFWAITLOCK *Lock) {
    constexpr const char *function = "WdfWaitLockCreate";
    require_irql(DISPATCH_LEVEL, function);
    Creation creation =
        begin_creation(Globals, function, __builtin_return_address(0), LockAttributes, Lock);
    if (const NTSTATUS status = check(creation, {}); !NT_SUCCESS(status))
        return status;
    return finish_creation<WaitLock>(creation, Lock);
}

NTSTATUS NTAPI WdfWaitLockAcquire(Globals, WDFWAITLOCK Lock, PLONGLONG Timeout) {
    constexpr const char *function = "WdfWaitLockAcquire";
    require_irql(Timeout && *Timeout == 0 ? APC_LEVEL : PASSIVE_LEVEL, function);
    return object_of<WaitLock>(Lock, function).acquire(Timeout, function);
}

VOID NTAPI WdfWaitLockRelease(Globals, WDFWAITLOCK Lock) {
    constexpr const char *function = "WdfWaitLockRelease";
    require_irql(DISPATCH_LEVEL, function);
    object_of<WaitLock>(Lock, function).release(function);
}

} // namespace

std::span<const Export> lock_exports() {
    static const Export table[] = {
        WDF_EXPORT(done, wdfsync, WdfSpinLockCreate),
        WDF_EXPORT(done, wdfsync, WdfSpinLockAcquire),
        WDF_EXPORT(done, wdfsync, WdfSpinLockRelease),
        WDF_EXPORT(done, wdfsync, WdfWaitLockCreate),
        WDF_EXPORT(done, wdfsync, WdfWaitLockAcquire),
        WDF_EXPORT(done, wdfsync, WdfWaitLockRelease),
    };
    return table;
}

} // namespace ksbox::kmdf
