// Exceptions that the runtime itself raises on a driver's behalf, inside an export. SEH never
// unwinds through host frames, so nobody can take them here: they stop the box. Exports whose
// documented way of failing is an exception enter through the loader's thunks instead, which
// offer it to the driver (loader/raise_exports.h).
#include "abi/windows.h"

#include "nt/ke/trap.h"

extern "C" void NTAPI ExRaiseStatus(NTSTATUS Status) {
    EXCEPTION_RECORD record{};
    record.ExceptionCode = Status;
    record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
    record.ExceptionAddress = __builtin_return_address(0);
    ksbox::ke::unhandled_exception(record, nullptr, ksbox::ke::Origin::call, "raised by an export");
}
