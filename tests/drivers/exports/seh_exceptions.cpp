// Exceptions that exports raise, or that a driver raises through them.
#include "support/case.h"

extern "C" {
__declspec(dllimport) VOID NTAPI ExRaiseDatatypeMisalignment(VOID);
__declspec(dllimport) VOID NTAPI ExRaiseAccessViolation(VOID);
__declspec(dllimport) VOID NTAPI RtlRaiseStatus(NTSTATUS Status);
__declspec(dllimport) VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD Record);
}

namespace {

// What `Action` raises; 0: nothing.
template <typename F> DECLSPEC_NOINLINE NTSTATUS Raised(const F &Action) {
    __try {
        Action();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}

LONG Finished;

DECLSPEC_NOINLINE void RaiseThroughFinally(NTSTATUS Status) {
    __try {
        ExRaiseStatus(Status);
    } __finally {
        Finished += AbnormalTermination() ? 1 : 100;
    }
}

} // namespace

EXPORT_CASE(ExRaiseStatus, __C_specific_handler) {
    EXPECT_EQ(Raised([] { ExRaiseStatus(STATUS_DEVICE_BUSY); }), STATUS_DEVICE_BUSY);
    Finished = 0;
    EXPECT_EQ(Raised([] { RaiseThroughFinally(STATUS_DEVICE_BUSY); }), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Finished, 1);
}

EXPORT_CASE(RtlRaiseStatus) {
    EXPECT_EQ(Raised([] { RtlRaiseStatus(STATUS_DEVICE_BUSY); }), STATUS_DEVICE_BUSY);
}

EXPORT_CASE(ExRaiseAccessViolation) {
    EXPECT_EQ(Raised([] { ExRaiseAccessViolation(); }), STATUS_ACCESS_VIOLATION);
}

EXPORT_CASE(ExRaiseDatatypeMisalignment) {
    EXPECT_EQ(Raised([] { ExRaiseDatatypeMisalignment(); }), STATUS_DATATYPE_MISALIGNMENT);
}

EXPORT_CASE(RtlRaiseException) {
    EXCEPTION_RECORD Record = {};
    Record.ExceptionCode = (NTSTATUS)0xE0001234;
    Record.NumberParameters = 1;
    Record.ExceptionInformation[0] = 42;
    volatile ULONG_PTR Seen = 0;
    // A filter that has the exception go on after the call.
    __try {
        RtlRaiseException(&Record);
        Seen = Seen + 1;
    } __except (
        Seen = ((PEXCEPTION_POINTERS)_exception_info())->ExceptionRecord->ExceptionInformation[0],
        EXCEPTION_CONTINUE_EXECUTION) {
        Seen = 0;
    }
    EXPECT_EQ(Seen, 43);
    EXPECT_NE(Record.ExceptionAddress, nullptr);
}

EXPORT_CASE(ProbeForRead) {
    const auto Probe = [&](PVOID Address, SIZE_T Length, ULONG Alignment) {
        return Raised([=] { ProbeForRead(Address, Length, Alignment); });
    };
    EXPECT_SUCCESS(Probe(Case.ClientBuffer, Case.ClientBytes, 4));
    EXPECT_SUCCESS(Probe((PUCHAR)Case.ClientBuffer + 1, 0, 4)); // nothing to probe
    EXPECT_EQ(Probe((PUCHAR)Case.ClientBuffer + 1, 4, 4), STATUS_DATATYPE_MISALIGNMENT);
    EXPECT_EQ(Probe(Case.Device, 8, 1), STATUS_ACCESS_VIOLATION); // the system's
    EXPECT_EQ(Probe(Case.ClientBuffer, ~(SIZE_T)0, 1), STATUS_ACCESS_VIOLATION);
}

EXPORT_CASE(ProbeForWrite) {
    const auto Probe = [&](PVOID Address, SIZE_T Length, ULONG Alignment) {
        return Raised([=] { ProbeForWrite(Address, Length, Alignment); });
    };
    *(PUCHAR)Case.ClientBuffer = 7;
    EXPECT_SUCCESS(Probe(Case.ClientBuffer, Case.ClientBytes, 1));
    EXPECT_EQ(*(PUCHAR)Case.ClientBuffer, 7);
    EXPECT_EQ(Probe((PUCHAR)Case.ClientBuffer + 2, 4, 4), STATUS_DATATYPE_MISALIGNMENT);
    EXPECT_EQ(Probe(Case.Device, 8, 1), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(Probe((PVOID)0x1000, 8, 1), STATUS_ACCESS_VIOLATION); // nothing is there
}
