// Debug output and bug checks, as drivers call them.
#include <string>

#include "abi/windows.h"

#include "abi/export.h"
#include "nt/call_driver.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/exports/exports.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/rtl/format.h"
#include "nt/trace.h"

using namespace ksbox;
using namespace ksbox::ke;

namespace {

// DbgPrint's own limit on one message.
constexpr std::size_t maximum_print_bytes = 512;

ULONG print(ULONG component, ULONG level, const char *format, __builtin_ms_va_list arguments,
            const void *caller) {
    std::string text = rtl::format_to_utf8(format, arguments);
    if (text.size() > maximum_print_bytes)
        text.resize(maximum_print_bytes);
    Kernel &kernel = current_kernel();
    std::string_view driver = kernel.hooks.driver_of ? kernel.hooks.driver_of(caller) : "";
    kernel.trace().event("print", {{"driver", driver},
                                   {"component", std::uint64_t(component)},
                                   {"level", std::uint64_t(level)},
                                   {"text", std::string_view(text)}});
    if (kernel.options().debug_print)
        kernel.options().debug_print(driver, component, level, text);
    kernel.scheduler().point(Point::call);
    return STATUS_SUCCESS;
}

} // namespace

extern "C" {

ULONG __attribute__((ms_abi)) ksbox_DbgPrint(const char *Format, ...) {
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    ULONG result =
        print(DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, Format, arguments, __builtin_return_address(0));
    __builtin_ms_va_end(arguments);
    return result;
}

ULONG __attribute__((ms_abi)) ksbox_DbgPrintEx(ULONG Component, ULONG Level, const char *Format,
                                               ...) {
    __builtin_ms_va_list arguments;
    __builtin_ms_va_start(arguments, Format);
    ULONG result = print(Component, Level, Format, arguments, __builtin_return_address(0));
    __builtin_ms_va_end(arguments);
    return result;
}

ULONG NTAPI ksbox_vDbgPrintEx(ULONG Component, ULONG Level, const char *Format,
                              __builtin_ms_va_list Arguments) {
    return print(Component, Level, Format, Arguments, __builtin_return_address(0));
}

ULONG NTAPI ksbox_vDbgPrintExWithPrefix(const char *Prefix, ULONG Component, ULONG Level,
                                        const char *Format, __builtin_ms_va_list Arguments) {
    std::string format = std::string(Prefix) + Format;
    return print(Component, Level, format.c_str(), Arguments, __builtin_return_address(0));
}

void NTAPI ksbox_DbgBreakPoint(void) {
    ::ksbox::bug_check(0x1E /* KMODE_EXCEPTION_NOT_HANDLED */, std::uint32_t(STATUS_BREAKPOINT),
                       reinterpret_cast<std::uint64_t>(__builtin_return_address(0)), 0, 0,
                       "DbgBreakPoint with no debugger attached");
}

void NTAPI ksbox_DbgBreakPointWithStatus(ULONG) {
    ksbox_DbgBreakPoint();
}

void NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3, ULONG_PTR P4) {
    ::ksbox::bug_check(Code, P1, P2, P3, P4, "the driver called KeBugCheckEx");
}

void NTAPI KeBugCheck(ULONG Code) {
    ::ksbox::bug_check(Code, 0, 0, 0, 0, "the driver called KeBugCheck");
}

void NTAPI ksbox_RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PCHAR Message) {
    std::string reason = "assertion failed: ";
    reason += static_cast<const char *>(FailedAssertion);
    reason += " (";
    reason += static_cast<const char *>(FileName);
    reason += ':' + std::to_string(LineNumber) + ')';
    if (Message != nullptr)
        reason += std::string(" ") + Message;
    ::ksbox::bug_check(0x1E /* KMODE_EXCEPTION_NOT_HANDLED */, 0xC0000420,
                       reinterpret_cast<std::uint64_t>(__builtin_return_address(0)), 0, 0, reason);
}

NTSTATUS NTAPI ksbox_DbgQueryDebugFilterState(ULONG, ULONG) {
    return TRUE;
}

} // extern "C"

namespace {
// No kernel debugger is attached, and none will be.
const BOOLEAN debugger_enabled = FALSE;
const BOOLEAN debugger_not_present = TRUE;
} // namespace

std::span<const Export> ksbox::ke::debug_exports() {
    static const Export exports[] = {
        done_raw("DbgPrint", reinterpret_cast<const void *>(&ksbox_DbgPrint), "NF:wdm.DbgPrint"),
        done_raw("DbgPrintEx", reinterpret_cast<const void *>(&ksbox_DbgPrintEx),
                 "NF:wdm.DbgPrintEx"),
        done<&ksbox_vDbgPrintEx>("vDbgPrintEx", "NF:wdm.vDbgPrintEx"),
        done<&ksbox_vDbgPrintExWithPrefix>("vDbgPrintExWithPrefix", "NF:wdm.vDbgPrintExWithPrefix"),
        done<&ksbox_DbgBreakPoint>("DbgBreakPoint", "NF:wdm.DbgBreakPoint"),
        done<&ksbox_DbgBreakPointWithStatus>("DbgBreakPointWithStatus",
                                             "NF:ntddk.DbgBreakPointWithStatus"),
        done<&KeBugCheckEx>("KeBugCheckEx", "NF:wdm.KeBugCheckEx"),
        done<&KeBugCheck>("KeBugCheck", "NF:ntddk.KeBugCheck"),
        done<&ksbox_RtlAssert>("RtlAssert", "NF:ntddk.RtlAssert"),
        done<&ksbox_DbgQueryDebugFilterState>("DbgQueryDebugFilterState", ""),
        stub("DbgSetDebugFilterState", ""), // there is no filter to change: every level prints
        data("KdDebuggerEnabled", &debugger_enabled, "wdm"),
        data("KdDebuggerNotPresent", &debugger_not_present, "wdm"),
    };
    return exports;
}
