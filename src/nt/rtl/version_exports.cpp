// Which Windows the box says it is (KernelOptions::windows_version). Any IRQL.
#include <array>

#include "nt/kernel.h"
#include "nt/rtl/exports.h"
#include "nt/rtl/version.h"

namespace ksbox::rtl {

namespace {

WindowsVersion current_version() {
    return windows_version(current_kernel().options().windows_version);
}

} // namespace

extern "C" {

/// The page knows success only; a size that is no version structure's fails with
/// STATUS_INVALID_PARAMETER (inferred).
/// @doc NF:wdm.RtlGetVersion
NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW lpVersionInformation) {
    return describe_version(current_version(), *lpVersionInformation);
}

/// @doc NF:wdm.RtlIsNtDdiVersionAvailable
BOOLEAN NTAPI RtlIsNtDdiVersionAvailable(ULONG Version) {
    return ddi_available(current_version(), Version);
}

} // extern "C"

std::span<const Export> version_exports() {
    static const std::array table{
        done<&RtlGetVersion>("RtlGetVersion", "NF:wdm.RtlGetVersion"),
        done<&RtlIsNtDdiVersionAvailable>("RtlIsNtDdiVersionAvailable",
                                          "NF:wdm.RtlIsNtDdiVersionAvailable"),
    };
    return table;
}

} // namespace ksbox::rtl
