// What is left of Ex: identifiers, local time, processor features, variables.
#include <array>
#include <cstring>

#include "abi/windows.h"

#include "nt/exports.h"
#include "nt/kernel.h"

namespace ksbox::ex {
namespace {

/// No safe mode. @doc kernel/determining-whether-the-operating-system-is-running-in-safe-mode
constexpr ULONG normal_boot = 0;
/// The code pages 1252 and 437 have no lead bytes.
constexpr BOOLEAN single_byte = FALSE;

extern "C" {

/// A version 4 UUID from the box's seed. @doc NF:wdm.ExUuidCreate
NTSTATUS NTAPI ksbox_ExUuidCreate(UUID *Uuid) {
    Kernel &kernel = current_kernel();
    const std::uint64_t halves[2] = {kernel.random("uuid"), kernel.random("uuid")};
    std::memcpy(Uuid, halves, sizeof(*Uuid));
    Uuid->Data3 = static_cast<USHORT>((Uuid->Data3 & 0x0fff) | 0x4000);
    Uuid->Data4[0] = static_cast<UCHAR>((Uuid->Data4[0] & 0x3f) | 0x80);
    return STATUS_SUCCESS;
}

/// A box lives in UTC: local time is system time. @doc NF:wdm.ExSystemTimeToLocalTime
VOID NTAPI ksbox_ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime) {
    *LocalTime = *SystemTime;
}

/// @doc NF:wdm.ExLocalTimeToSystemTime
VOID NTAPI ksbox_ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime) {
    *SystemTime = *LocalTime;
}

/// Answers from the processor that the driver's code runs on. @doc
/// NF:wdm.ExIsProcessorFeaturePresent
BOOLEAN NTAPI ksbox_ExIsProcessorFeaturePresent(ULONG ProcessorFeature) {
    switch (ProcessorFeature) {
    case PF_COMPARE_EXCHANGE_DOUBLE:
    case PF_MMX_INSTRUCTIONS_AVAILABLE:
    case PF_XMMI_INSTRUCTIONS_AVAILABLE:
    case PF_RDTSC_INSTRUCTION_AVAILABLE:
    case PF_PAE_ENABLED:
    case PF_XMMI64_INSTRUCTIONS_AVAILABLE:
    case PF_NX_ENABLED:
    case 23:         // PF_FASTFAIL_AVAILABLE
        return TRUE; // every x64 processor that runs Windows
    case PF_SSE3_INSTRUCTIONS_AVAILABLE:
        return __builtin_cpu_supports("sse3") != 0;
    case PF_COMPARE_EXCHANGE128:
        return TRUE; // the runtime itself needs it
    case PF_XSAVE_ENABLED:
        return __builtin_cpu_supports("avx") != 0;
    case 36: // PF_SSSE3_INSTRUCTIONS_AVAILABLE
        return __builtin_cpu_supports("ssse3") != 0;
    case 37: // PF_SSE4_1_INSTRUCTIONS_AVAILABLE
        return __builtin_cpu_supports("sse4.1") != 0;
    case 38: // PF_SSE4_2_INSTRUCTIONS_AVAILABLE
        return __builtin_cpu_supports("sse4.2") != 0;
    case 39: // PF_AVX_INSTRUCTIONS_AVAILABLE
        return __builtin_cpu_supports("avx") != 0;
    case 40: // PF_AVX2_INSTRUCTIONS_AVAILABLE
        return __builtin_cpu_supports("avx2") != 0;
    default:
        return FALSE;
    }
}

/// A workstation. @doc NF:wdm.ExVerifySuite
BOOLEAN NTAPI ksbox_ExVerifySuite(ULONG) {
    return FALSE;
}

} // extern "C"
} // namespace
} // namespace ksbox::ex

namespace ksbox {

std::span<const Export> ex_misc_exports() {
#define KSBOX_EX(name) done<&ex::ksbox_##name>(#name, "NF:wdm." #name)
    static const std::array table{
        KSBOX_EX(ExUuidCreate),
        KSBOX_EX(ExSystemTimeToLocalTime),
        KSBOX_EX(ExLocalTimeToSystemTime),
        KSBOX_EX(ExIsProcessorFeaturePresent),
        KSBOX_EX(ExVerifySuite),
        data("InitSafeBootMode", &ex::normal_boot),
        data("NtBuildNumber", nullptr), // Kernel::box_data() has this box's
        data("NlsMbCodePageTag", &ex::single_byte, "wdm"),
        data("NlsMbOemCodePageTag", &ex::single_byte, "wdm"),
    };
#undef KSBOX_EX
    return table;
}

} // namespace ksbox
