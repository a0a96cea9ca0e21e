// Lists and counters under a spin lock of the driver's. Callable at any IRQL: the lock is held at
// HIGH_LEVEL, so that an interrupt on the same processor cannot spin on it.
#include <array>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/kernel.h"

namespace ksbox::ex {
namespace {

class HighLock {
  public:
    explicit HighLock(KSPIN_LOCK *lock) : lock_(lock), irql_(KfRaiseIrql(HIGH_LEVEL)) {
        KeAcquireSpinLockAtDpcLevel(lock_);
    }
    ~HighLock() {
        KeReleaseSpinLockFromDpcLevel(lock_);
        KeLowerIrql(irql_);
    }
    HighLock(const HighLock &) = delete;
    HighLock &operator=(const HighLock &) = delete;

  private:
    KSPIN_LOCK *lock_;
    KIRQL irql_;
};

} // namespace

extern "C" {

/// @doc NF:wdm.ExInterlockedInsertHeadList
PLIST_ENTRY NTAPI ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                              PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    PLIST_ENTRY first = IsListEmpty(ListHead) ? nullptr : ListHead->Flink;
    InsertHeadList(ListHead, ListEntry);
    return first;
}

/// @doc NF:wdm.ExInterlockedInsertTailList
PLIST_ENTRY NTAPI ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
                                              PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    PLIST_ENTRY last = IsListEmpty(ListHead) ? nullptr : ListHead->Blink;
    InsertTailList(ListHead, ListEntry);
    return last;
}

/// @doc NF:wdm.ExInterlockedRemoveHeadList
PLIST_ENTRY NTAPI ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    return IsListEmpty(ListHead) ? nullptr : RemoveHeadList(ListHead);
}

/// @doc NF:wdm.ExInterlockedPushEntryList
PSINGLE_LIST_ENTRY NTAPI ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
                                                    PSINGLE_LIST_ENTRY ListEntry,
                                                    PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    PSINGLE_LIST_ENTRY first = ListHead->Next;
    ListEntry->Next = first;
    ListHead->Next = ListEntry;
    return first;
}

/// @doc NF:wdm.ExInterlockedPopEntryList
PSINGLE_LIST_ENTRY NTAPI ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    PSINGLE_LIST_ENTRY first = ListHead->Next;
    if (first != nullptr)
        ListHead->Next = first->Next;
    return first;
}

/// Returns the value before. @doc NF:wdm.ExInterlockedAddUlong
ULONG NTAPI ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    const ULONG before = *Addend;
    *Addend = before + Increment;
    return before;
}

/// Returns the value before. @doc NF:wdm.ExInterlockedAddLargeInteger
LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
                                                 PKSPIN_LOCK Lock) {
    HighLock guard(Lock);
    const LARGE_INTEGER before = *Addend;
    Addend->QuadPart = static_cast<LONGLONG>(static_cast<ULONGLONG>(before.QuadPart) +
                                             static_cast<ULONGLONG>(Increment.QuadPart));
    return before;
}

/// The lock is not needed on x64. @doc NF:wdm.ExInterlockedCompareExchange64
LONGLONG NTAPI ksbox_ExInterlockedCompareExchange64(LONGLONG volatile *Destination,
                                                    PLONGLONG Exchange, PLONGLONG Comperand,
                                                    PKSPIN_LOCK) {
    LONGLONG seen = *Comperand;
    __atomic_compare_exchange_n(Destination, &seen, *Exchange, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return seen;
}

} // extern "C"
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> interlocked_exports() {
    static const std::array table{
        done<&ExInterlockedInsertHeadList>("ExInterlockedInsertHeadList",
                                           "NF:wdm.ExInterlockedInsertHeadList"),
        done<&ExInterlockedInsertTailList>("ExInterlockedInsertTailList",
                                           "NF:wdm.ExInterlockedInsertTailList"),
        done<&ExInterlockedRemoveHeadList>("ExInterlockedRemoveHeadList",
                                           "NF:wdm.ExInterlockedRemoveHeadList"),
        done<&ExInterlockedPushEntryList>("ExInterlockedPushEntryList",
                                          "NF:wdm.ExInterlockedPushEntryList"),
        done<&ExInterlockedPopEntryList>("ExInterlockedPopEntryList",
                                         "NF:wdm.ExInterlockedPopEntryList"),
        done<&ExInterlockedAddUlong>("ExInterlockedAddUlong", "NF:wdm.ExInterlockedAddUlong"),
        done<&ExInterlockedAddLargeInteger>("ExInterlockedAddLargeInteger",
                                            "NF:wdm.ExInterlockedAddLargeInteger"),
        done<&ex::ksbox_ExInterlockedCompareExchange64>("ExInterlockedCompareExchange64",
                                                        "NF:wdm.ExInterlockedCompareExchange64"),
    };
    return table;
}

} // namespace ksbox
