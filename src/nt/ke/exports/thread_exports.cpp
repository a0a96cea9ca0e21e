// Threads and processors, as drivers ask about them.
#include <bit>

#include "abi/windows.h"

#include "abi/export.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/dispatcher.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

ke::Thread *host_of(PKTHREAD thread) {
    return reinterpret_cast<ThreadBody *>(thread)->thread;
}

unsigned processor_count() {
    return static_cast<unsigned>(current_kernel().scheduler().processors().size());
}

KAFFINITY all_processors() {
    unsigned count = processor_count();
    return count == 64 ? ~KAFFINITY(0) : (KAFFINITY(1) << count) - 1;
}

// Threads float between processors below DISPATCH_LEVEL; an affinity says which one they try first.
KAFFINITY set_affinity(KAFFINITY affinity) {
    Thread &thread = current_thread();
    if ((affinity & all_processors()) == 0)
        return 0;
    KAFFINITY before = thread.affinity == 0 ? all_processors() : thread.affinity;
    thread.affinity = affinity & all_processors();
    thread.control_region->number = static_cast<std::uint32_t>(std::countr_zero(thread.affinity));
    thread.control_region->legacy_number = static_cast<std::uint8_t>(thread.control_region->number);
    return before;
}

// Thread::critical_region counts down, by one for a critical region and by this for a guarded one.
constexpr std::int32_t guarded_region = 0x10000;

} // namespace

extern "C" {

PKTHREAD NTAPI KeGetCurrentThread(void) {
    return reinterpret_cast<PKTHREAD>(current_thread().body);
}
PETHREAD NTAPI PsGetCurrentThread(void) {
    return reinterpret_cast<PETHREAD>(current_thread().body);
}
ULONG NTAPI KeGetCurrentProcessorNumber(void) {
    return current_thread().control_region->number;
}

ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber) {
    ULONG number = KeGetCurrentProcessorNumber();
    if (ProcNumber != nullptr)
        *ProcNumber = {.Group = 0, .Number = static_cast<UCHAR>(number), .Reserved = 0};
    return number;
}

KAFFINITY NTAPI KeQueryActiveProcessors(void) {
    return all_processors();
}

ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors) {
    if (ActiveProcessors != nullptr)
        *ActiveProcessors = all_processors();
    return processor_count();
}
/// Zero for a group that is not there.
ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber) {
    return GroupNumber == 0 || GroupNumber == ALL_PROCESSOR_GROUPS ? processor_count() : 0;
}
ULONG NTAPI KeQueryMaximumProcessorCount(void) {
    return processor_count();
}
ULONG NTAPI KeQueryMaximumProcessorCountEx(USHORT GroupNumber) {
    return KeQueryActiveProcessorCountEx(GroupNumber);
}
USHORT NTAPI KeQueryActiveGroupCount(void) {
    return 1;
}

void NTAPI KeSetSystemAffinityThread(KAFFINITY Affinity) {
    set_affinity(Affinity);
}
KAFFINITY NTAPI KeSetSystemAffinityThreadEx(KAFFINITY Affinity) {
    return set_affinity(Affinity);
}
void NTAPI KeRevertToUserAffinityThread(void) {
    current_thread().affinity = 0;
}
void NTAPI KeRevertToUserAffinityThreadEx(KAFFINITY Affinity) {
    current_thread().affinity = Affinity;
}

KPRIORITY NTAPI KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority) {
    ke::Thread *thread = host_of(Thread);
    if (thread == nullptr)
        return 0;
    return std::exchange(thread->priority, Priority);
}
KPRIORITY NTAPI KeQueryPriorityThread(PKTHREAD Thread) {
    ke::Thread *thread = host_of(Thread);
    return thread == nullptr ? 0 : thread->priority;
}
LONG NTAPI KeSetBasePriorityThread(PKTHREAD Thread, LONG Increment) {
    ke::Thread *thread = host_of(Thread);
    if (thread == nullptr)
        return 0;
    LONG before = thread->base_increment;
    thread->priority += Increment - before;
    thread->base_increment = Increment;
    return before;
}

void NTAPI KeEnterCriticalRegion(void) {
    --current_thread().critical_region;
}
void NTAPI KeLeaveCriticalRegion(void) {
    ++current_thread().critical_region;
}
void NTAPI KeEnterGuardedRegion(void) {
    current_thread().critical_region -= guarded_region;
}
void NTAPI KeLeaveGuardedRegion(void) {
    current_thread().critical_region += guarded_region;
}
/// Normal kernel APCs: kept away by critical and by guarded regions.
BOOLEAN NTAPI KeAreApcsDisabled(void) {
    return current_thread().critical_region != 0 || current_thread().irql >= APC_LEVEL;
}
/// Special ones too. A critical region does not keep those away.
BOOLEAN NTAPI KeAreAllApcsDisabled(void) {
    return current_thread().critical_region <= -guarded_region ||
           current_thread().irql >= APC_LEVEL;
}

// x64 switches save the whole state, so that kernel code may use SSE at any time; the functions
// remain for the x87 and AVX state that they are documented for.
NTSTATUS NTAPI KeSaveExtendedProcessorState(ULONG64 Mask, PXSTATE_SAVE XStateSave) {
    XStateSave->Level = static_cast<LONG64>(Mask);
    return STATUS_SUCCESS;
}
void NTAPI KeRestoreExtendedProcessorState(PXSTATE_SAVE) {}
NTSTATUS NTAPI ksbox_KeSaveFloatingPointState(PVOID) {
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI ksbox_KeRestoreFloatingPointState(PVOID) {
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> ksbox::ke::thread_exports() {
    static const Export exports[] = {
        done<&KeGetCurrentThread>("KeGetCurrentThread", "NF:wdm.KeGetCurrentThread"),
        done<&PsGetCurrentThread>("PsGetCurrentThread", "NF:wdm.PsGetCurrentThread"),
        done<&KeGetCurrentProcessorNumber>("KeGetCurrentProcessorNumber",
                                           "NF:wdm.KeGetCurrentProcessorNumber"),
        done<&KeGetCurrentProcessorNumberEx>("KeGetCurrentProcessorNumberEx",
                                             "NF:wdm.KeGetCurrentProcessorNumberEx"),
        data("KeNumberProcessors", nullptr, "wdm"), // Kernel::box_data() has this box's
        done<&KeQueryActiveProcessors>("KeQueryActiveProcessors", "NF:wdm.KeQueryActiveProcessors"),
        done<&KeQueryActiveProcessorCount>("KeQueryActiveProcessorCount",
                                           "NF:wdm.KeQueryActiveProcessorCount"),
        done<&KeQueryActiveProcessorCountEx>("KeQueryActiveProcessorCountEx",
                                             "NF:wdm.KeQueryActiveProcessorCountEx"),
        done<&KeQueryMaximumProcessorCount>("KeQueryMaximumProcessorCount",
                                            "NF:wdm.KeQueryMaximumProcessorCount"),
        done<&KeQueryMaximumProcessorCountEx>("KeQueryMaximumProcessorCountEx",
                                              "NF:wdm.KeQueryMaximumProcessorCountEx"),
        done<&KeQueryActiveGroupCount>("KeQueryActiveGroupCount", "NF:wdm.KeQueryActiveGroupCount"),
        done<&KeSetSystemAffinityThread>("KeSetSystemAffinityThread",
                                         "NF:wdm.KeSetSystemAffinityThread"),
        done<&KeSetSystemAffinityThreadEx>("KeSetSystemAffinityThreadEx",
                                           "NF:wdm.KeSetSystemAffinityThreadEx"),
        done<&KeRevertToUserAffinityThread>("KeRevertToUserAffinityThread",
                                            "NF:wdm.KeRevertToUserAffinityThread"),
        done<&KeRevertToUserAffinityThreadEx>("KeRevertToUserAffinityThreadEx",
                                              "NF:wdm.KeRevertToUserAffinityThreadEx"),
        done<&KeSetPriorityThread>("KeSetPriorityThread", "NF:wdm.KeSetPriorityThread"),
        done<&KeQueryPriorityThread>("KeQueryPriorityThread", "NF:wdm.KeQueryPriorityThread"),
        done<&KeSetBasePriorityThread>("KeSetBasePriorityThread",
                                       "NF:ntddk.KeSetBasePriorityThread"),
        done<&KeEnterCriticalRegion>("KeEnterCriticalRegion", "NF:ntddk.KeEnterCriticalRegion"),
        done<&KeLeaveCriticalRegion>("KeLeaveCriticalRegion", "NF:ntddk.KeLeaveCriticalRegion"),
        done<&KeEnterGuardedRegion>("KeEnterGuardedRegion", "NF:wdm.KeEnterGuardedRegion"),
        done<&KeLeaveGuardedRegion>("KeLeaveGuardedRegion", "NF:wdm.KeLeaveGuardedRegion"),
        done<&KeAreApcsDisabled>("KeAreApcsDisabled", "NF:wdm.KeAreApcsDisabled"),
        done<&KeAreAllApcsDisabled>("KeAreAllApcsDisabled", "NF:wdm.KeAreAllApcsDisabled"),
        partial<&KeSaveExtendedProcessorState>("KeSaveExtendedProcessorState",
                                               "NF:wdm.KeSaveExtendedProcessorState"),
        partial<&KeRestoreExtendedProcessorState>("KeRestoreExtendedProcessorState",
                                                  "NF:wdm.KeRestoreExtendedProcessorState"),
        done<&ksbox_KeSaveFloatingPointState>("KeSaveFloatingPointState",
                                              "NF:wdm.KeSaveFloatingPointState"),
        done<&ksbox_KeRestoreFloatingPointState>("KeRestoreFloatingPointState",
                                                 "NF:wdm.KeRestoreFloatingPointState"),
    };
    return exports;
}
