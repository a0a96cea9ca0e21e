// Names of the bug check codes that a streaming driver can meet.
// @doc debuggercmds/bug-check-code-reference2
#include <algorithm>
#include <array>

#include "nt/ke/bug_check.h"

namespace ksbox::ke {

namespace {
struct Name {
    std::uint32_t code;
    std::string_view name;
};
constexpr std::array names = {
    Name{0x01, "APC_INDEX_MISMATCH"},
    Name{0x02, "DEVICE_QUEUE_NOT_BUSY"},
    Name{0x09, "IRQL_NOT_GREATER_OR_EQUAL"},
    Name{0x0A, "IRQL_NOT_LESS_OR_EQUAL"},
    Name{0x0C, "MAXIMUM_WAIT_OBJECTS_EXCEEDED"},
    Name{0x0F, "SPIN_LOCK_ALREADY_OWNED"},
    Name{0x10, "SPIN_LOCK_NOT_OWNED"},
    Name{0x18, "REFERENCE_BY_POINTER"},
    Name{0x19, "BAD_POOL_HEADER"},
    Name{0x1E, "KMODE_EXCEPTION_NOT_HANDLED"},
    Name{0x35, "NO_MORE_IRP_STACK_LOCATIONS"},
    Name{0x36, "DEVICE_REFERENCE_COUNT_NOT_ZERO"},
    Name{0x3B, "SYSTEM_SERVICE_EXCEPTION"},
    Name{0x41, "MUST_SUCCEED_POOL_EMPTY"},
    Name{0x44, "MULTIPLE_IRP_COMPLETE_REQUESTS"},
    Name{0x48, "CANCEL_STATE_IN_COMPLETED_IRP"},
    Name{0x4A, "IRQL_GT_ZERO_AT_SYSTEM_SERVICE"},
    Name{0x4D, "NO_PAGES_AVAILABLE"},
    Name{0x4E, "PFN_LIST_CORRUPT"},
    Name{0x50, "PAGE_FAULT_IN_NONPAGED_AREA"},
    Name{0x76, "PROCESS_HAS_LOCKED_PAGES"},
    Name{0x7E, "SYSTEM_THREAD_EXCEPTION_NOT_HANDLED"},
    Name{0x7F, "UNEXPECTED_KERNEL_MODE_TRAP"},
    Name{0x80, "NMI_HARDWARE_FAILURE"},
    Name{0x8E, "KERNEL_MODE_EXCEPTION_NOT_HANDLED"},
    Name{0x93, "INVALID_KERNEL_HANDLE"},
    Name{0x9F, "DRIVER_POWER_STATE_FAILURE"},
    Name{0xB8, "ATTEMPTED_SWITCH_FROM_DPC"},
    Name{0xBE, "ATTEMPTED_WRITE_TO_READONLY_MEMORY"},
    Name{0xC1, "SPECIAL_POOL_DETECTED_MEMORY_CORRUPTION"},
    Name{0xC2, "BAD_POOL_CALLER"},
    Name{0xC4, "DRIVER_VERIFIER_DETECTED_VIOLATION"},
    Name{0xC5, "DRIVER_CORRUPTED_EXPOOL"},
    Name{0xC8, "IRQL_UNEXPECTED_VALUE"},
    Name{0xC9, "DRIVER_VERIFIER_IOMANAGER_VIOLATION"},
    Name{0xCA, "PNP_DETECTED_FATAL_ERROR"},
    Name{0xCB, "DRIVER_LEFT_LOCKED_PAGES_IN_PROCESS"},
    Name{0xCC, "PAGE_FAULT_IN_FREED_SPECIAL_POOL"},
    Name{0xCD, "PAGE_FAULT_BEYOND_END_OF_ALLOCATION"},
    Name{0xCE, "DRIVER_UNLOADED_WITHOUT_CANCELLING_PENDING_OPERATIONS"},
    Name{0xD1, "DRIVER_IRQL_NOT_LESS_OR_EQUAL"},
    Name{0xD5, "DRIVER_PAGE_FAULT_IN_FREED_SPECIAL_POOL"},
    Name{0xD6, "DRIVER_PAGE_FAULT_BEYOND_END_OF_ALLOCATION"},
    Name{0xE2, "MANUALLY_INITIATED_CRASH"},
    Name{0xE3, "RESOURCE_NOT_OWNED"},
    Name{0xE4, "WORKER_INVALID"},
    Name{0xEA, "THREAD_STUCK_IN_DEVICE_DRIVER"},
    Name{0xF7, "DRIVER_OVERRAN_STACK_BUFFER"},
    Name{0xFC, "ATTEMPTED_EXECUTE_OF_NOEXECUTE_MEMORY"},
    Name{0xFD, "DIRTY_NOWRITE_PAGES_CONGESTION"},
    Name{0x101, "CLOCK_WATCHDOG_TIMEOUT"},
    Name{0x109, "CRITICAL_STRUCTURE_CORRUPTION"},
    Name{0x10D, "WDF_VIOLATION"},
    Name{0x121, "DRIVER_VIOLATION"},
    Name{0x133, "DPC_WATCHDOG_VIOLATION"},
    Name{0x139, "KERNEL_SECURITY_CHECK_FAILURE"},
    Name{0x13A, "KERNEL_MODE_HEAP_CORRUPTION"},
    Name{bug_check_missing_export, "KSBOX_MISSING_EXPORT"},
    Name{bug_check_deadlock, "KSBOX_DEADLOCK"},
    Name{bug_check_timeout, "KSBOX_TIME_LIMIT"},
};
} // namespace

std::string_view bug_check_name(std::uint32_t code) {
    auto found = std::ranges::find(names, code, &Name::code);
    return found == names.end() ? std::string_view() : found->name;
}

} // namespace ksbox::ke
