#include "loader/exports.h"
#include "loader/frame_exports.h"
#include "loader/raise_exports.h"

#include <array>

namespace ksbox::loader {

namespace {

const void *code(auto *function) {
    return reinterpret_cast<const void *>(function);
}

} // namespace

std::span<const Export> seh_exports() {
    // Of the documentation folders, "win32" has the pages that the kernel's own lack.
    static const std::array table = {
        done<c_specific_handler>("__C_specific_handler", "win32:__C_specific_handler"),
        done_raw("__chkstk", code(ksbox_chkstk), "cpp:build/prolog-and-epilog"),
        done<ksbox_local_unwind>("_local_unwind", ""),
        done<ksbox_setjmp>("_setjmp", "cpp:setjmp"),
        done<ksbox_setjmp>("_setjmpex", "cpp:setjmp"),
        done<ksbox_ExRaiseAccessViolation>("ExRaiseAccessViolation",
                                           "NF:ntddk.ExRaiseAccessViolation"),
        done<ksbox_ExRaiseDatatypeMisalignment>("ExRaiseDatatypeMisalignment",
                                                "NF:ntddk.ExRaiseDatatypeMisalignment"),
        done<ksbox_ExRaiseStatus>("ExRaiseStatus", "NF:wdm.ExRaiseStatus"),
        done<ksbox_ProbeForRead>("ProbeForRead", "NF:wdm.ProbeForRead"),
        done<ksbox_ProbeForWrite>("ProbeForWrite", "NF:wdm.ProbeForWrite"),
        done<ksbox_rtl_capture_context>("RtlCaptureContext", "win32:RtlCaptureContext"),
        done<ksbox_RtlCaptureStackBackTrace>("RtlCaptureStackBackTrace",
                                             "NF:ntifs.RtlCaptureStackBackTrace"),
        done<ksbox_RtlLookupFunctionEntry>("RtlLookupFunctionEntry",
                                           "win32:RtlLookupFunctionEntry"),
        done<ksbox_RtlPcToFileHeader>("RtlPcToFileHeader", "win32:RtlPcToFileHeader"),
        done<ksbox_RtlRaiseException>("RtlRaiseException", "win32:RtlRaiseException"),
        done<ksbox_ExRaiseStatus>("RtlRaiseStatus", ""),
        done<ksbox_RtlRestoreContext>("RtlRestoreContext", "win32:RtlRestoreContext"),
        done<ksbox_RtlUnwind>("RtlUnwind", "win32:RtlUnwind"),
        done<ksbox_RtlUnwindEx>("RtlUnwindEx", "win32:RtlUnwindEx"),
        done<ksbox_RtlVirtualUnwind>("RtlVirtualUnwind", "win32:RtlVirtualUnwind"),
        done<ksbox_longjmp>("longjmp", "cpp:longjmp"),
    };
    return table;
}

} // namespace ksbox::loader
