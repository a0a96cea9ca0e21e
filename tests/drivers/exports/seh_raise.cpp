// Structured exceptions: raising, probing, unwinding.
#include "support/case.h"

extern "C" {
DECLSPEC_NORETURN VOID NTAPI ImportedRaiseStatus(NTSTATUS Status) IMPORT_OF(RtlRaiseStatus);
VOID NTAPI ImportedCaptureContext(PCONTEXT Context) IMPORT_OF(RtlCaptureContext);
USHORT NTAPI ImportedBackTrace(ULONG Skip, ULONG Count, PVOID *Frames, PULONG Hash)
    IMPORT_OF(RtlCaptureStackBackTrace);
PVOID NTAPI ImportedPcToFileHeader(PVOID Address, PVOID *Base) IMPORT_OF(RtlPcToFileHeader);
VOID NTAPI ImportedRaiseException(PEXCEPTION_RECORD Record) IMPORT_OF(RtlRaiseException);
}

// The status that Body raises; STATUS_SUCCESS if it returns.
template <typename BODY> static NTSTATUS Raised(BODY Body) {
    __try {
        Body();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}

EXPORT_CASE(ExRaiseStatus, RtlRaiseStatus, ExRaiseAccessViolation, ExRaiseDatatypeMisalignment,
            __C_specific_handler) {
    EXPECT_EQ(Raised([] { ExRaiseStatus(STATUS_DEVICE_BUSY); }), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Raised([] { ImportedRaiseStatus(STATUS_NO_MEMORY); }), STATUS_NO_MEMORY);
    EXPECT_EQ(Raised([] { ExRaiseAccessViolation(); }), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(Raised([] { ExRaiseDatatypeMisalignment(); }), STATUS_DATATYPE_MISALIGNMENT);
}

EXPORT_CASE_STOPS(ExRaiseStatus, 0x7E) { // SYSTEM_THREAD_EXCEPTION_NOT_HANDLED
    CaseThread Helper([] { ExRaiseStatus(STATUS_DEVICE_BUSY); });
}

static LONG RunFinally(volatile LONG *Order) {
    __try {
        __try {
            *Order = *Order * 10 + 1;
            ExRaiseStatus(STATUS_DEVICE_BUSY);
        } __finally {
            *Order = *Order * 10 + (AbnormalTermination() ? 3 : 9);
        }
    } __except (*Order = *Order * 10 + 2, EXCEPTION_EXECUTE_HANDLER) {
        *Order = *Order * 10 + 4;
    }
    return *Order;
}

// Filters run before the unwind, termination handlers during it.
EXPORT_CASE(__C_specific_handler, ExRaiseStatus) {
    volatile LONG Order = 0;
    EXPECT_EQ(RunFinally(&Order), 1234);
}

EXPORT_CASE(RtlRaiseException) {
    EXCEPTION_RECORD Record = {};
    Record.ExceptionCode = STATUS_INTEGER_OVERFLOW;
    Record.NumberParameters = 1;
    Record.ExceptionInformation[0] = 77;
    volatile ULONG_PTR Parameter = 0;
    __try {
        ImportedRaiseException(&Record);
    } __except (Parameter = static_cast<PEXCEPTION_POINTERS>(GetExceptionInformation())
                                ->ExceptionRecord->ExceptionInformation[0],
                GetExceptionCode() == STATUS_INTEGER_OVERFLOW ? EXCEPTION_EXECUTE_HANDLER
                                                              : EXCEPTION_CONTINUE_SEARCH) {
        Parameter = Parameter + 1;
    }
    EXPECT_EQ(Parameter, 78);
}

EXPORT_CASE(ProbeForRead, ProbeForWrite) {
    PVOID Client = Case.ClientBuffer;
    const ULONG Bytes = Case.ClientBytes;
    EXPECT_SUCCESS(Raised([&] { ProbeForRead(Client, Bytes, 1); }));
    EXPECT_SUCCESS(Raised([&] { ProbeForWrite(Client, Bytes, 8); }));
    ULONG Kernel = 0;
    EXPECT_EQ(Raised([&] { ProbeForRead(&Kernel, sizeof Kernel, 4); }), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(Raised([&] { ProbeForWrite(&Kernel, sizeof Kernel, 4); }), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(Raised([&] { ProbeForRead(static_cast<UCHAR *>(Client) + 1, 4, 4); }),
              STATUS_DATATYPE_MISALIGNMENT);
    EXPECT_EQ(Raised([&] { ProbeForRead(Client, ~SIZE_T(0) - 16, 1); }), STATUS_ACCESS_VIOLATION);
    EXPECT_SUCCESS(Raised([] { ProbeForRead(nullptr, 0, 1); })); // nothing to probe
    // ProbeForWrite touches the pages: an address that nobody has is refused.
    EXPECT_EQ(Raised([] { ProbeForWrite(reinterpret_cast<PVOID>(0x10000), 4, 4); }),
              STATUS_ACCESS_VIOLATION);
}

EXPORT_CASE(RtlCaptureContext, RtlPcToFileHeader, RtlCaptureStackBackTrace) {
    CONTEXT Context;
    ImportedCaptureContext(&Context);
    PVOID Base = nullptr;
    PVOID Header = ImportedPcToFileHeader(reinterpret_cast<PVOID>(Context.Rip), &Base);
    EXPECT_EQ(Header, Base);
    EXPECT_EQ(Base, Case.Driver->DriverStart);
    EXPECT_EQ(ImportedPcToFileHeader(&Context, &Base), nullptr); // no image
    EXPECT_TRUE(Context.Rsp <= reinterpret_cast<ULONG_PTR>(&Context) + sizeof Context);
    PVOID Frames[8] = {};
    const USHORT Count = ImportedBackTrace(0, 8, Frames, nullptr);
    EXPECT_TRUE(Count >= 3); // this case, the runner, the dispatch routine
    EXPECT_EQ(ImportedPcToFileHeader(Frames[0], &Base), Case.Driver->DriverStart);
    PVOID Skipped[8] = {};
    const USHORT Fewer = ImportedBackTrace(1, 8, Skipped, nullptr);
    EXPECT_EQ(Fewer, Count - (Count < 8 ? 1 : 0));
    EXPECT_EQ(Skipped[0], Frames[1]);
}

// The linker takes the driver kit's own; the kernel exports one for drivers of other compilers. The
// size is in rax, and stays there.
EXPORT_CASE(__chkstk) {
    ULONGLONG Bytes = 0x5000;
    __asm__ volatile("call *__imp___chkstk(%%rip)" : "+a"(Bytes) : : "r10", "r11", "cc", "memory");
    EXPECT_EQ(Bytes, 0x5000ull);
}
