// Declares short cases in driver code, each testing one export or a few that belong together:
//
//     EXPORT_CASE(KeSetEvent, KeReadStateEvent) {
//         KEVENT Event;
//         KeInitializeEvent(&Event, NotificationEvent, FALSE);
//         EXPECT_EQ(KeSetEvent(&Event, 0, FALSE), 0);
//         EXPECT_EQ(KeReadStateEvent(&Event), 1);
//     }
//
// The names are those of the imports (IofCallDriver, not IoCallDriver). Each must really be called
// by the case; see README.md. A case runs at PASSIVE_LEVEL on a client's thread, in a box of its
// own, and leaves nothing behind.
#pragma once

extern "C" {
#include <ntifs.h>
}
#include "protocol.h"

// What a case can use. Valid until it returns.
struct CASE_CONTEXT {
    PDRIVER_OBJECT Driver;
    PUNICODE_STRING RegistryPath;
    PDEVICE_OBJECT Device;         // this driver's (an FDO), started
    PDEVICE_OBJECT LowerDevice;    // what it is attached to; IRPs go there
    PDEVICE_OBJECT PhysicalDevice; // the bottom of its stack
    PIRP Irp;                      // the request that runs the case
    PVOID ClientBuffer;            // memory of the client (WDM cases only), zeroed
    ULONG ClientBytes;
    struct _KSFILTER *Filter; // AVStream cases; null in others
    struct _KSPIN *Pin;       // EXPORT_PIN_CASE
};

// As the test program finds it in the image; tests/exports/case_table.cpp reads this layout.
struct EXPORT_CASE_RECORD {
    const char *Exports; // "KeSetEvent, KeReadStateEvent"
    const char *File;
    void (*Run)(CASE_CONTEXT &Case);
    ULONG Line;
    ULONG StopCode; // the bug check it ends in; 0: none
    ULONG Target;   // EXPORT_CASE_ON_…
    ULONG Reserved;
    const char *Says; // a piece of the bug check's report; empty: any
};

#define EXPORT_CASE_JOIN_(A, B) A##B
#define EXPORT_CASE_JOIN(A, B) EXPORT_CASE_JOIN_(A, B)
#define EXPORT_CASE_RECORD_(Names, Stop, Says, Target, Function, Record, Pointer)                  \
    static void Function(CASE_CONTEXT &Case);                                                      \
    static const EXPORT_CASE_RECORD Record = {Names, __FILE_NAME__, Function, __LINE__,            \
                                              Stop,  Target,        0,        Says};               \
    __attribute__((section(".xcase$m"), used)) static const EXPORT_CASE_RECORD *const Pointer =    \
        &Record;                                                                                   \
    static void Function(CASE_CONTEXT &Case)
#define EXPORT_CASE_AT_LINE(Names, Stop, Says, Target)                                             \
    EXPORT_CASE_RECORD_(Names, Stop, Says, Target, EXPORT_CASE_JOIN(RunCase, __LINE__),            \
                        EXPORT_CASE_JOIN(CaseRecord, __LINE__),                                    \
                        EXPORT_CASE_JOIN(CasePointer, __LINE__))

// A case of these exports. The body follows; it has `CASE_CONTEXT &Case`.
#define EXPORT_CASE(...) EXPORT_CASE_AT_LINE(#__VA_ARGS__, 0, "", EXPORT_CASE_ON_DEVICE)
// A case that ends in this bug check, as documented for what it does; a string may follow that its
// report has. What it expects before that and does not get is bug check EXPORT_CASE_NOT_MET.
#define EXPORT_CASE_STOPS(Name, Code, ...)                                                         \
    EXPORT_CASE_AT_LINE(#Name, Code, "" __VA_ARGS__, EXPORT_CASE_ON_DEVICE)
// An AVStream case that has a pin (Case.Pin) in the run state.
#define EXPORT_PIN_CASE(...) EXPORT_CASE_AT_LINE(#__VA_ARGS__, 0, "", EXPORT_CASE_ON_PIN)

// Behind the declaration of a name of your own for an export that headers do not declare or turn
// into a macro: `extern "C" ULONG NTAPI ImportedSize(VOID) IMPORT_OF(IoSizeofWorkItem);`
#define IMPORT_OF(Export) __asm__(#Export)
// The same for one that a header defines inline, as a pointer; the import's slot itself:
// `extern "C" KIRQL(NTAPI *ImportedGetIrql)(VOID) IMPORT_SLOT_OF(KeGetCurrentIrql);`
#define IMPORT_SLOT_OF(Export) __asm__("__imp_" #Export)

// Expectations: any IRQL, any thread. They record and go on; their value is whether they held.
#define EXPECT_EQ(Actual, Expected)                                                                \
    CaseExpectEqual(__FILE_NAME__, __LINE__, #Actual " == " #Expected, (Actual), (Expected))
#define EXPECT_NE(Actual, Unexpected)                                                              \
    CaseExpectUnequal(__FILE_NAME__, __LINE__, #Actual " != " #Unexpected, (Actual), (Unexpected))
#define EXPECT_TRUE(Condition)                                                                     \
    CaseCheck(!!(Condition), __FILE_NAME__, __LINE__, #Condition, FALSE, 0, 0)
#define EXPECT_FALSE(Condition)                                                                    \
    CaseCheck(!(Condition), __FILE_NAME__, __LINE__, "!(" #Condition ")", FALSE, 0, 0)
#define EXPECT_SUCCESS(Status) EXPECT_EQ(Status, STATUS_SUCCESS)
// The same, leaving a case that cannot go on without it.
#define REQUIRE(Condition)                                                                         \
    do {                                                                                           \
        if (!EXPECT_TRUE(Condition))                                                               \
            return;                                                                                \
    } while (0)
#define REQUIRE_SUCCESS(Status)                                                                    \
    do {                                                                                           \
        if (!EXPECT_EQ(Status, STATUS_SUCCESS))                                                    \
            return;                                                                                \
    } while (0)

// What was wrong with the driver's last call is a finding (inspect): the test program looks for it,
// word for word, when the case has ended. PASSIVE_LEVEL.
void CaseExpectFinding(const char *Sentence);
#define EXPECT_FINDING(Sentence) CaseExpectFinding(Sentence)

bool CaseCheck(bool Holds, const char *File, ULONG Line, const char *Text, bool HasValues,
               ULONGLONG Actual, ULONGLONG Expected);

// Compares integers, enumerations and pointers of any kind by value.
template <typename A, typename B> bool CaseSameValue(A Actual, B Expected) {
    const ULONGLONG Mask = sizeof(A) <= 4 && sizeof(B) <= 4 ? 0xffffffffull : 0xffffffffffffffffull;
    return ((ULONGLONG)Actual & Mask) == ((ULONGLONG)Expected & Mask);
}
template <typename A, typename B>
bool CaseExpectEqual(const char *File, ULONG Line, const char *Text, A Actual, B Expected) {
    return CaseCheck(CaseSameValue(Actual, Expected), File, Line, Text, true, (ULONGLONG)Actual,
                     (ULONGLONG)Expected);
}
template <typename A, typename B>
bool CaseExpectUnequal(const char *File, ULONG Line, const char *Text, A Actual, B Unexpected) {
    return CaseCheck(!CaseSameValue(Actual, Unexpected), File, Line, Text, true, (ULONGLONG)Actual,
                     (ULONGLONG)Unexpected);
}

#include "case_helpers.h"
