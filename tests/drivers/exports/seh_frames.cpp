// Frames: captured, looked up, unwound, left.
#include "support/case.h"

struct FUNCTION_ENTRY { // RUNTIME_FUNCTION
    ULONG BeginAddress, EndAddress, UnwindData;
};

extern "C" {
__declspec(dllimport) VOID NTAPI RtlCaptureContext(PCONTEXT Context);
__declspec(dllimport) VOID NTAPI RtlRestoreContext(PCONTEXT Context, PEXCEPTION_RECORD Record);
__declspec(dllimport) const FUNCTION_ENTRY *NTAPI RtlLookupFunctionEntry(ULONG64 Pc, PULONG64 Base,
                                                                         PVOID History);
__declspec(dllimport) PVOID NTAPI RtlVirtualUnwind(ULONG Type, ULONG64 Base, ULONG64 Pc,
                                                   const FUNCTION_ENTRY *Entry, PCONTEXT Context,
                                                   PVOID *Data, PULONG64 Frame, PVOID Pointers);
__declspec(dllimport) PVOID NTAPI RtlPcToFileHeader(PVOID Pc, PVOID *Base);
__declspec(dllimport) USHORT NTAPI RtlCaptureStackBackTrace(ULONG Skip, ULONG Count, PVOID *Trace,
                                                            PULONG Hash);
__declspec(dllimport) int _setjmpex(PVOID Buffer, PVOID Frame) __attribute__((returns_twice));
__declspec(dllimport) DECLSPEC_NORETURN VOID longjmp(PVOID Buffer, int Value);

// int SehCaseUnwind(ULONG How): leaves its own __try by _local_unwind (0), RtlUnwind (1) or
// RtlUnwindEx (2), and returns 100 times what it finds in rax there (not for 0) plus the runs of
// its __finally.
int SehCaseUnwind(ULONG How);
// Calls __chkstk with a frame of so many bytes; whether the registers are as before.
BOOLEAN SehCaseCheckStack(SIZE_T Bytes);
LONG SehCaseFinallyRuns;
}

__asm__(".text\n .globl SehCaseUnwind\n .def SehCaseUnwind; .scl 2; .type 32; .endef\n"
        ".seh_proc SehCaseUnwind\n"
        "SehCaseUnwind:\n subq $56, %rsp\n .seh_stackalloc 56\n .seh_endprologue\n"
        "movl $0, SehCaseFinallyRuns(%rip)\n"
        ".Lseh_case_begin:\n"
        "movl %ecx, %eax\n movq %rsp, %rcx\n leaq .Lseh_case_target(%rip), %rdx\n"
        "xorl %r8d, %r8d\n movl $7, %r9d\n"
        "cmpl $1, %eax\n je .Lseh_case_unwind\n ja .Lseh_case_unwind_ex\n"
        "callq *__imp__local_unwind(%rip)\n ud2\n"
        ".Lseh_case_unwind:\n callq *__imp_RtlUnwind(%rip)\n ud2\n"
        ".Lseh_case_unwind_ex:\n movq %r8, 32(%rsp)\n movq %r8, 40(%rsp)\n"
        "callq *__imp_RtlUnwindEx(%rip)\n ud2\n"
        ".Lseh_case_end:\n"
        ".Lseh_case_target:\n imull $100, %eax, %eax\n addl SehCaseFinallyRuns(%rip), %eax\n"
        "addq $56, %rsp\n retq\n"
        ".seh_handler __C_specific_handler, @except, @unwind\n .seh_handlerdata\n"
        ".long 1\n .long .Lseh_case_begin@IMGREL, .Lseh_case_end@IMGREL\n"
        ".long .Lseh_case_finally@IMGREL, 0\n"
        ".text\n .seh_endproc\n"
        ".Lseh_case_finally:\n incl SehCaseFinallyRuns(%rip)\n retq\n"
        ".globl SehCaseCheckStack\n .def SehCaseCheckStack; .scl 2; .type 32; .endef\n"
        ".seh_proc SehCaseCheckStack\n"
        "SehCaseCheckStack:\n subq $40, %rsp\n .seh_stackalloc 40\n .seh_endprologue\n"
        "movq %rcx, %rax\n movl $10, %r10d\n movl $11, %r11d\n"
        "callq *__imp___chkstk(%rip)\n"
        "cmpq %rcx, %rax\n sete %al\n"
        "addq $40, %rsp\n retq\n .seh_endproc\n");

EXPORT_CASE(_local_unwind) {
    EXPECT_EQ(SehCaseUnwind(0) % 100, 1);
}

EXPORT_CASE(RtlUnwind) {
    EXPECT_EQ(SehCaseUnwind(1), 701);
}

EXPORT_CASE(RtlUnwindEx) {
    EXPECT_EQ(SehCaseUnwind(2), 701);
}

EXPORT_CASE(__chkstk) {
    EXPECT_TRUE(SehCaseCheckStack(0));
    EXPECT_TRUE(SehCaseCheckStack(5000));
}

namespace {

DECLSPEC_NOINLINE PVOID Caller() {
    return _ReturnAddress();
}

} // namespace

EXPORT_CASE(RtlPcToFileHeader) {
    PVOID Base = nullptr;
    const PVOID Header = RtlPcToFileHeader((PVOID)&SehCaseUnwind, &Base);
    EXPECT_EQ(Header, Base);
    REQUIRE(Base != nullptr);
    EXPECT_EQ(*(PUSHORT)Base, 0x5a4d); // MZ
    EXPECT_EQ(Base, Case.Driver->DriverStart);
    EXPECT_EQ(RtlPcToFileHeader(&Base, &Base), nullptr);
    EXPECT_EQ(Base, nullptr);
}

EXPORT_CASE(RtlCaptureContext, RtlLookupFunctionEntry, RtlVirtualUnwind) {
    // From here to whoever called this case, as a stack walk of a driver's own does it.
    static CONTEXT Context;
    RtlCaptureContext(&Context);
    EXPECT_EQ(Context.ContextFlags & CONTEXT_FULL, CONTEXT_FULL);
    EXPECT_NE(Context.Rsp, 0);
    ULONG64 Base = 0, Frame = 0;
    PVOID Data = nullptr;
    const FUNCTION_ENTRY *Entry = RtlLookupFunctionEntry(Context.Rip, &Base, nullptr);
    EXPECT_EQ(Base, (ULONG64)Case.Driver->DriverStart);
    REQUIRE(Entry != nullptr);
    EXPECT_TRUE(Entry->BeginAddress <= Context.Rip - Base &&
                Context.Rip - Base < Entry->EndAddress);
    const ULONG64 Before = Context.Rsp;
    RtlVirtualUnwind(0, Base, Context.Rip, Entry, &Context, &Data, &Frame, nullptr);
    EXPECT_EQ(Context.Rip, (ULONG64)_ReturnAddress());
    EXPECT_TRUE(Context.Rsp > Before);
    const UCHAR FrameRegister = ((const UCHAR *)Base)[Entry->UnwindData + 3] & 15;
    if (FrameRegister == 0) {
        EXPECT_EQ(Frame, Before);
    } else { // a sanitizer's: what the function allocated as it went on lies below the frame
        EXPECT_TRUE(Frame >= Before && Frame < Context.Rsp);
    }
    EXPECT_EQ(RtlLookupFunctionEntry((ULONG64)&Base, &Base, nullptr), nullptr);
    EXPECT_EQ(Base, 0);
}

EXPORT_CASE(RtlRestoreContext) {
    static CONTEXT Context;
    static volatile LONG Rounds;
    Rounds = 0;
    RtlCaptureContext(&Context);
    Rounds = Rounds + 1;
    if (Rounds < 3) {
        RtlRestoreContext(&Context, nullptr);
    }
    EXPECT_EQ(Rounds, 3);
}

EXPORT_CASE(RtlCaptureStackBackTrace) {
    PVOID Trace[8] = {};
    ULONG Hash = 0;
    const USHORT Count = RtlCaptureStackBackTrace(0, 8, Trace, &Hash);
    REQUIRE(Count >= 2);
    const ULONG_PTR Start = (ULONG_PTR)Case.Driver->DriverStart;
    EXPECT_TRUE((ULONG_PTR)Trace[0] - Start < Case.Driver->DriverSize);
    EXPECT_EQ(Trace[1], _ReturnAddress());
    EXPECT_NE(Hash, 0);
    PVOID Skipped = nullptr;
    EXPECT_EQ(RtlCaptureStackBackTrace(1, 1, &Skipped, nullptr), 1);
    EXPECT_EQ(Skipped, Trace[1]);
    EXPECT_NE(Caller(), nullptr);
}

// By its symbol: under its name the compiler takes it for a function of one argument, and leaves
// the frame to chance.
extern "C" int SetJump(void *Buffer, void *Frame) __asm__("_setjmp") __attribute__((returns_twice));

EXPORT_CASE(_setjmp, longjmp) {
    alignas(16) static jmp_buf Buffer;
    static volatile LONG Calls;
    Calls = 0;
    const int Value = SetJump(Buffer, nullptr); // no frame: nothing is unwound on the way back
    Calls = Calls + 1;
    if (Value == 0) {
        longjmp(Buffer, 5);
    }
    EXPECT_EQ(Value, 5);
    EXPECT_EQ(Calls, 2);
}

EXPORT_CASE(_setjmpex) {
    alignas(16) static ULONG64 Buffer[32];
    const int Value = _setjmpex(Buffer, nullptr);
    if (Value == 0) {
        longjmp(Buffer, 0); // which would look like no jump
    }
    EXPECT_EQ(Value, 1);
}
