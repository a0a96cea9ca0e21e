// RtlRandom and RtlRandomEx: numbers that the caller's seed fixes.
#include <array>

#include "abi/windows.h"
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

} // extern "C"

std::span<const Export> random_exports() {
    static const std::array table{
        done<&RtlRandomEx>("RtlRandomEx", "NF:ntifs.RtlRandomEx"),
        done<&RtlRandom>("RtlRandom", "NF:ntifs.RtlRandom"),
    };
    return table;
}

} // namespace ksbox::rtl
