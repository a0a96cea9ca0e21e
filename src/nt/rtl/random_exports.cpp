// Numbers that nobody can foresee on Windows and that a seed fixes here: RtlRandom, RtlRandomEx,
// ExUuidCreate.
#include <array>

#include "abi/windows.h"
#include "nt/kernel.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

constexpr ULONG largest = 0x7FFF'FFFF; // MAXLONG

/// One step of the caller's seed (a multiplicative congruential generator modulo the Mersenne prime
/// MAXLONG: every value comes up once in a period).
ULONG step(ULONG seed) {
    constexpr std::uint64_t multiplier = 48'271;
    const std::uint64_t reduced = seed % largest;
    return static_cast<ULONG>((reduced ? reduced : 1) * multiplier % largest);
}

} // namespace

extern "C" {

/// 0 to MAXLONG - 1. IRQL: that of the seed's memory. @doc NF:ntifs.RtlRandomEx
ULONG NTAPI RtlRandomEx(PULONG Seed) {
    return *Seed = step(*Seed);
}

/// @doc NF:ntifs.RtlRandom
ULONG NTAPI RtlRandom(PULONG Seed) {
    return RtlRandomEx(Seed);
}

/// Version 4, from the box's seed. @doc NF:ntddk.ExUuidCreate
NTSTATUS NTAPI ExUuidCreate(UUID *Uuid) {
    auto &kernel = current_kernel();
    const std::uint64_t halves[] = {kernel.random("uuid"), kernel.random("uuid")};
    static_assert(sizeof halves == sizeof *Uuid);
    std::memcpy(Uuid, halves, sizeof *Uuid);
    Uuid->Data3 = static_cast<USHORT>((Uuid->Data3 & 0x0FFF) | 0x4000);
    Uuid->Data4[0] = static_cast<UCHAR>((Uuid->Data4[0] & 0x3F) | 0x80);
    return STATUS_SUCCESS;
}

} // extern "C"

std::span<const Export> random_exports() {
    static const std::array table{
        done<&RtlRandomEx>("RtlRandomEx", "NF:ntifs.RtlRandomEx"),
        done<&RtlRandom>("RtlRandom", "NF:ntifs.RtlRandom"),
        done<&ExUuidCreate>("ExUuidCreate", "NF:ntddk.ExUuidCreate"),
    };
    return table;
}

} // namespace ksbox::rtl
