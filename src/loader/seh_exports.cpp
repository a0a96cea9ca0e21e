#include "loader/exports.h"
#include "loader/raise_exports.h"

#include <array>

namespace ksbox::loader {

namespace {

/// @doc win32 RtlPcToFileHeader: the image that holds an address, as result and in `*base`.
extern "C" KSBOX_MS_ABI void *ksbox_RtlPcToFileHeader(void *address, void **base) noexcept {
    const UnwindEnvironment environment = raise_seam::current_environment();
    const Image *image = environment.images->find(reinterpret_cast<std::uint64_t>(address));
    *base = image ? image->base() : nullptr;
    return *base;
}

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
        done<ksbox_RtlPcToFileHeader>("RtlPcToFileHeader", "win32:RtlPcToFileHeader"),
        done<ksbox_RtlRaiseException>("RtlRaiseException", "win32:RtlRaiseException"),
        done<ksbox_ExRaiseStatus>("RtlRaiseStatus", ""),
        done<ksbox_RtlUnwind>("RtlUnwind", "win32:RtlUnwind"),
        done<ksbox_RtlUnwindEx>("RtlUnwindEx", "win32:RtlUnwindEx"),
    };
    return table;
}

} // namespace ksbox::loader
