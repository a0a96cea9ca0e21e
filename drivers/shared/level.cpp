// 10^(dB / 20) = 2^(dB * log2(10) / 20): the whole part of the exponent is a shift, and each bit
// of its fraction multiplies by a square root of two from a table.
#include "level.h"

#include <intrin.h>

// log2(10) / 20 / 65536 in 1/2^64: the exponent that one unit of level stands for.
static const LONG64 ExponentPerUnit = 0x2a854b425c39;

// ln(2) in 1/2^64.
static const ULONG64 NaturalLogOf2 = 0xb17217f7d1cf79ac;

// 2^(1/2), 2^(1/4), … 2^(1/2^32) in 1/2^63.
static const ULONG64 RootsOf2[32] = {
    0xb504f333f9de6484, 0x9837f0518db8a96f, 0x8b95c1e3ea8bd6e7, 0x85aac367cc487b15,
    0x82cd8698ac2ba1d7, 0x8164d1f3bc030773, 0x80b1ed4fd999ab6c, 0x8058d7d2d5e5f6b1,
    0x802c6436d0e04f51, 0x8016302f17467628, 0x800b179c82028fd1, 0x80058baf7fee3b5d,
    0x8002c5d00fdcfcb7, 0x800162e61bed4a49, 0x8000b17292f702a4, 0x800058b92abbae02,
    0x80002c5c8dade4d7, 0x8000162e44eaf636, 0x80000b1721fa7c19, 0x8000058b90de7e4d,
    0x800002c5c8678f37, 0x80000162e431dba0, 0x800000b1721872d1, 0x80000058b90c1aa9,
    0x8000002c5c8605a4, 0x800000162e4300e6, 0x8000000b17217ff8, 0x800000058b90bfdd,
    0x80000002c5c85fe7, 0x8000000162e42ff2, 0x80000000b17217f8, 0x8000000058b90bfc};

// The product of two numbers in 1/2^63.
static ULONG64 Multiply63(ULONG64 A, ULONG64 B) {
    ULONG64 High;
    const ULONG64 Low = _umul128(A, B, &High);
    return High << 1 | Low >> 63;
}

LONG ClampLevel(LONG Level) {
    if (Level == LevelSilence) {
        return Level;
    }
    return min(max(Level, LevelMinimum), LevelMaximum);
}

LONG FactorOfLevel(LONG Level) {
    if (Level == LevelSilence) {
        return 0;
    }
    LONG64 Whole; // rounds towards minus infinity, so that the fraction is positive
    const ULONG64 Fraction = ULONG64(_mul128(ClampLevel(Level), ExponentPerUnit, &Whole));

    ULONG64 Power = 1ULL << 63; // 1.0
    for (ULONG Index = 0; Index < RTL_NUMBER_OF(RootsOf2); Index++) {
        if (Fraction >> (63 - Index) & 1) {
            Power = Multiply63(Power, RootsOf2[Index]);
        }
    }
    // What is left of the fraction is tiny: 2^x = 1 + x ln(2).
    Power += __umulh(__umulh(Power, Fraction & MAXULONG), NaturalLogOf2);

    const ULONG Shift = ULONG(63 - 16 - Whole);
    return LONG(((Power >> (Shift - 1)) + 1) >> 1);
}
