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

// What ntddk.h calls VER_… : a type's bit, and where its three bits are in a condition mask.
constexpr ULONG version_types = 8;
constexpr unsigned condition_bits = 3;
constexpr ULONGLONG condition_mask = (1u << condition_bits) - 1;

UCHAR condition_of(ULONGLONG conditions, ULONG type) {
    ULONG index = 0;
    while (!(type >> index & 1))
        ++index;
    return static_cast<UCHAR>(conditions >> index * condition_bits & condition_mask);
}

bool holds(UCHAR condition, LONGLONG difference) {
    switch (condition) {
    case VER_EQUAL:
        return difference == 0;
    case VER_GREATER:
        return difference > 0;
    case VER_GREATER_EQUAL:
        return difference >= 0;
    case VER_LESS:
        return difference < 0;
    case VER_LESS_EQUAL:
        return difference <= 0;
    default:
        return false;
    }
}

/// Major version, minor version and service pack are compared as one number, by the condition of
/// the most significant that is asked for (NF:wdm.RtlVerifyVersionInfo).
bool numbers_match(const RTL_OSVERSIONINFOEXW &here, const RTL_OSVERSIONINFOEXW &asked, ULONG types,
                   ULONGLONG conditions) {
    struct Part {
        ULONG type;
        LONGLONG here, asked;
    };
    const std::array<Part, 4> parts{
        {{VER_MAJORVERSION, here.dwMajorVersion, asked.dwMajorVersion},
         {VER_MINORVERSION, here.dwMinorVersion, asked.dwMinorVersion},
         {VER_SERVICEPACKMAJOR, here.wServicePackMajor, asked.wServicePackMajor},
         {VER_SERVICEPACKMINOR, here.wServicePackMinor, asked.wServicePackMinor}}};
    UCHAR condition = 0;
    LONGLONG difference = 0;
    for (const Part &part : parts) {
        if (!(types & part.type))
            continue;
        if (condition == 0)
            condition = condition_of(conditions, part.type);
        if (difference == 0)
            difference = part.here - part.asked;
    }
    return condition == 0 || holds(condition, difference);
}

} // namespace

extern "C" {

/// Adds one type's condition to a mask that starts as 0. @doc NF:wdm.RtlVerifyVersionInfo
ULONGLONG NTAPI VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition) {
    for (ULONG index = 0; index < version_types; ++index)
        if (TypeMask >> index & 1)
            ConditionMask |= (Condition & condition_mask) << index * condition_bits;
    return ConditionMask;
}

/// @doc NF:wdm.RtlVerifyVersionInfo
NTSTATUS NTAPI RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask,
                                    ULONGLONG ConditionMask) {
    if (TypeMask == 0 || TypeMask >> version_types || ConditionMask == 0)
        return STATUS_INVALID_PARAMETER;
    for (ULONG index = 0; index < version_types; ++index)
        if (TypeMask >> index & 1 && condition_of(ConditionMask, 1u << index) == 0)
            return STATUS_INVALID_PARAMETER;
    RTL_OSVERSIONINFOEXW here{};
    here.dwOSVersionInfoSize = sizeof here;
    describe_version(current_version(), reinterpret_cast<RTL_OSVERSIONINFOW &>(here));
    const auto single = [&](ULONG type, ULONG has, ULONG asked) {
        return !(TypeMask & type) ||
               holds(condition_of(ConditionMask, type), static_cast<LONGLONG>(has) - asked);
    };
    const ULONG common = here.wSuiteMask & VersionInfo->wSuiteMask;
    const bool suites =
        !(TypeMask & VER_SUITENAME) ||
        (condition_of(ConditionMask, VER_SUITENAME) == VER_AND ? common == VersionInfo->wSuiteMask
                                                               : common != 0);
    const bool matches = numbers_match(here, *VersionInfo, TypeMask, ConditionMask) && suites &&
                         single(VER_BUILDNUMBER, here.dwBuildNumber, VersionInfo->dwBuildNumber) &&
                         single(VER_PLATFORMID, here.dwPlatformId, VersionInfo->dwPlatformId) &&
                         single(VER_PRODUCT_TYPE, here.wProductType, VersionInfo->wProductType);
    return matches ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}

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
        done<&RtlVerifyVersionInfo>("RtlVerifyVersionInfo", "NF:wdm.RtlVerifyVersionInfo"),
        done<&VerSetConditionMask>("VerSetConditionMask", "NF:wdm.RtlVerifyVersionInfo"),
    };
    return table;
}

} // namespace ksbox::rtl
