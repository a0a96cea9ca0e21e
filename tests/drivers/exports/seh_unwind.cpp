// Unwinding to a frame of one's own choice, as longjmp and compilers' helpers do.
#include "support/case.h"

extern "C" {
VOID NTAPI ImportedCapture(PCONTEXT Context) IMPORT_OF(RtlCaptureContext);
VOID NTAPI ImportedUnwind(PVOID Frame, PVOID Target, PEXCEPTION_RECORD Record, PVOID Value)
    IMPORT_OF(RtlUnwind);
VOID NTAPI ImportedUnwindEx(PVOID Frame, PVOID Target, PEXCEPTION_RECORD Record, PVOID Value,
                            PCONTEXT Context, PVOID HistoryTable) IMPORT_OF(RtlUnwindEx);
VOID NTAPI ImportedLocalUnwind(PVOID Frame, PVOID Target) IMPORT_OF(_local_unwind);
}

typedef VOID (*UNWIND_TO)(PVOID Frame, PVOID Target);

#define PLAIN_FRAME                                                                                \
    __attribute__((noinline, no_sanitize("address"), no_sanitize("undefined"),                     \
                   no_sanitize("thread"), no_stack_protector))

PLAIN_FRAME static VOID Leave(UNWIND_TO Unwind, const CONTEXT *To, volatile ULONG *Handlers) {
    __try {
        __try {
            Unwind(reinterpret_cast<PVOID>(To->Rsp), reinterpret_cast<PVOID>(To->Rip));
            *Handlers += 100; // it does not come back
        } __finally {
            *Handlers += AbnormalTermination() ? 1 : 1000;
        }
    } __finally {
        *Handlers += AbnormalTermination() ? 10 : 1000;
    }
}

// Goes through the point after RtlCaptureContext twice; what the termination handlers counted.
PLAIN_FRAME static ULONG GoAndComeBack(UNWIND_TO Unwind) {
    volatile ULONG Times = 0;
    volatile ULONG Handlers = 0;
    CONTEXT Here;
    ImportedCapture(&Here);
    if (++Times == 1)
        Leave(Unwind, &Here, &Handlers);
    return Times == 2 ? Handlers : 9999;
}

EXPORT_CASE(RtlUnwind) {
    EXPECT_EQ(GoAndComeBack([](PVOID Frame, PVOID Target) {
                  ImportedUnwind(Frame, Target, nullptr, nullptr);
              }),
              11);
}

EXPORT_CASE(RtlUnwindEx) {
    EXPECT_EQ(GoAndComeBack([](PVOID Frame, PVOID Target) {
                  CONTEXT Context;
                  ImportedUnwindEx(Frame, Target, nullptr, nullptr, &Context, nullptr);
              }),
              11);
}

EXPORT_CASE(_local_unwind) {
    EXPECT_EQ(GoAndComeBack([](PVOID Frame, PVOID Target) { ImportedLocalUnwind(Frame, Target); }),
              11);
}
