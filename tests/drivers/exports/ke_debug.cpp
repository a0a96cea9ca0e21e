// Printing, breaking and stopping. What is printed goes to the box's trace (etw_test.cpp looks).
#include "support/case.h"

#include <stdarg.h>

EXPORT_CASE(DbgPrint, DbgPrintEx) {
    UNICODE_STRING Text;
    RtlInitUnicodeString(&Text, L"wide");
    EXPECT_SUCCESS(DbgPrint("case: %d %s %ws %wZ\n", 42, "narrow", L"zero", &Text));
    EXPECT_SUCCESS(DbgPrintEx(DPFLTR_IHVAUDIO_ID, DPFLTR_ERROR_LEVEL, "case: %I64x\n", 1ull << 40));
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    EXPECT_SUCCESS(DbgPrint("case: at DISPATCH_LEVEL\n"));
    KeLowerIrql(Before);
}

static ULONG Print(ULONG (*How)(PCCH Format, va_list Arguments), PCCH Format, ...) {
    va_list Arguments;
    va_start(Arguments, Format);
    const ULONG Status = How(Format, Arguments);
    va_end(Arguments);
    return Status;
}

EXPORT_CASE(vDbgPrintEx, vDbgPrintExWithPrefix) {
    EXPECT_SUCCESS(Print(
        [](PCCH Format, va_list Arguments) {
            return vDbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, Format, Arguments);
        },
        "case: %u\n", 7));
    EXPECT_SUCCESS(Print(
        [](PCCH Format, va_list Arguments) {
            return vDbgPrintExWithPrefix("prefix ", DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, Format,
                                         Arguments);
        },
        "case: %u\n", 8));
}

EXPORT_CASE(DbgQueryDebugFilterState) {
    // Everything prints: TRUE, not a status.
    EXPECT_EQ(DbgQueryDebugFilterState(DPFLTR_IHVAUDIO_ID, DPFLTR_TRACE_LEVEL), TRUE);
}

EXPORT_CASE(KdDebuggerEnabled, KdDebuggerNotPresent) {
    EXPECT_FALSE(KD_DEBUGGER_ENABLED);
    EXPECT_TRUE(KD_DEBUGGER_NOT_PRESENT);
}

extern "C" VOID(NTAPI *ImportedBreakPoint)(VOID) IMPORT_SLOT_OF(DbgBreakPoint); // inline: int 3

EXPORT_CASE_STOPS(DbgBreakPoint, 0x1E) {
    ImportedBreakPoint();
}
EXPORT_CASE_STOPS(DbgBreakPointWithStatus, 0x1E) {
    DbgBreakPointWithStatus(DBG_STATUS_CONTROL_C);
}
EXPORT_CASE_STOPS(RtlAssert, 0x1E) {
    RtlAssert((PVOID) "1 == 2", (PVOID) "file.c", 12, (PCHAR) "a message");
}
EXPORT_CASE_STOPS(KeBugCheckEx, 0xE2) { // MANUALLY_INITIATED_CRASH
    KeBugCheckEx(0xE2, 1, 2, 3, 4);
}
EXPORT_CASE_STOPS(KeBugCheck, 0x10E) { // VIDEO_MEMORY_MANAGEMENT_INTERNAL
    KeBugCheck(0x10E);
}
