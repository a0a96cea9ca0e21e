// Stands in for the compiler's intrin.h: the intrinsics that the headers' inline functions name,
// on clang's atomics. Those that would touch processor state the runtime emulates (cr8, gs, ports)
// are declared and never defined, so that using one fails to link.
#ifndef KSBOX_SHADOW_INTRIN_H
#define KSBOX_SHADOW_INTRIN_H

#include <_mingw.h>

extern "C" {

#define KSBOX_INTERLOCKED(suffix, type)                                                            \
    static inline type _InterlockedExchange##suffix(type volatile *target, type value) {           \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                               \
    }                                                                                              \
    static inline type _InterlockedExchangeAdd##suffix(type volatile *target, type value) {        \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    static inline type _InterlockedAdd##suffix(type volatile *target, type value) {                \
        return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    static inline type _InterlockedIncrement##suffix(type volatile *target) {                      \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    static inline type _InterlockedDecrement##suffix(type volatile *target) {                      \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    static inline type _InterlockedAnd##suffix(type volatile *target, type value) {                \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    static inline type _InterlockedOr##suffix(type volatile *target, type value) {                 \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    static inline type _InterlockedXor##suffix(type volatile *target, type value) {                \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    static inline type _InterlockedCompareExchange##suffix(type volatile *target, type exchange,   \
                                                           type comparand) {                       \
        __atomic_compare_exchange_n(target, &comparand, exchange, false, __ATOMIC_SEQ_CST,         \
                                    __ATOMIC_SEQ_CST);                                             \
        return comparand;                                                                          \
    }
KSBOX_INTERLOCKED(, __LONG32)
KSBOX_INTERLOCKED(64, long long)
#undef KSBOX_INTERLOCKED

static inline void *_InterlockedExchangePointer(void *volatile *target, void *value) {
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
static inline void *_InterlockedCompareExchangePointer(void *volatile *target, void *exchange,
                                                       void *comparand) {
    __atomic_compare_exchange_n(target, &comparand, exchange, false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

#define KSBOX_BIT_TESTS(suffix, type)                                                              \
    static inline unsigned char _bittest##suffix(type const *base, type bit) {                     \
        const type width = sizeof(type) * 8;                                                       \
        return (base[bit / width] >> (bit % width)) & 1;                                           \
    }                                                                                              \
    static inline unsigned char _interlockedbittestandset##suffix(type volatile *base, type bit) { \
        const type width = sizeof(type) * 8, mask = (type)((type)1 << (bit % width));              \
        return (__atomic_fetch_or(base + bit / width, mask, __ATOMIC_SEQ_CST) & mask) != 0;        \
    }                                                                                              \
    static inline unsigned char _interlockedbittestandreset##suffix(type volatile *base,           \
                                                                    type bit) {                    \
        const type width = sizeof(type) * 8, mask = (type)((type)1 << (bit % width));              \
        return (__atomic_fetch_and(base + bit / width, (type)~mask, __ATOMIC_SEQ_CST) & mask) !=   \
               0;                                                                                  \
    }
KSBOX_BIT_TESTS(, __LONG32)
KSBOX_BIT_TESTS(64, long long)
#undef KSBOX_BIT_TESTS

static inline unsigned char _BitScanForward(unsigned __LONG32 *index, unsigned __LONG32 mask) {
    if (mask)
        *index = (unsigned __LONG32)__builtin_ctz(mask);
    return mask != 0;
}
static inline unsigned char _BitScanReverse(unsigned __LONG32 *index, unsigned __LONG32 mask) {
    if (mask)
        *index = 31u - (unsigned __LONG32)__builtin_clz(mask);
    return mask != 0;
}
static inline void __faststorefence(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
static inline void _ReadWriteBarrier(void) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}
static inline long long __mulh(long long a, long long b) {
    return (long long)(((__int128)a * b) >> 64);
}
static inline unsigned long long __umulh(unsigned long long a, unsigned long long b) {
    return (unsigned long long)(((unsigned __int128)a * b) >> 64);
}
static inline void __stosb(unsigned char *to, unsigned char value, unsigned long long count) {
    for (volatile unsigned char *p = to; count; --count)
        *p++ = value;
}
static inline void __stosq(unsigned long long *to, unsigned long long value,
                           unsigned long long count) {
    while (count--)
        *to++ = value;
}
static inline void __movsb(unsigned char *to, const unsigned char *from, unsigned long long count) {
    __builtin_memmove(to, from, count);
}
static inline void __movsw(unsigned short *to, const unsigned short *from,
                           unsigned long long count) {
    __builtin_memmove(to, from, count * 2);
}
static inline void __movsd(unsigned __LONG32 *to, const unsigned __LONG32 *from,
                           unsigned long long count) {
    __builtin_memmove(to, from, count * 4);
}
#define _byteswap_ushort __builtin_bswap16
#define _byteswap_ulong __builtin_bswap32
#define _byteswap_uint64 __builtin_bswap64
#define KsboxPause __builtin_ia32_pause

unsigned long long __readcr8(void);
void __writecr8(unsigned long long);
unsigned long long __readgsqword(unsigned __LONG32);
unsigned short __readgsword(unsigned __LONG32);
void __int2c(void);
unsigned char __inbyte(unsigned short);
unsigned short __inword(unsigned short);
unsigned __LONG32 __indword(unsigned short);
void __inbytestring(unsigned short, unsigned char *, unsigned __LONG32);
void __inwordstring(unsigned short, unsigned short *, unsigned __LONG32);
void __indwordstring(unsigned short, unsigned __LONG32 *, unsigned __LONG32);
void __outbyte(unsigned short, unsigned char);
void __outword(unsigned short, unsigned short);
void __outdword(unsigned short, unsigned __LONG32);
void __outbytestring(unsigned short, unsigned char *, unsigned __LONG32);
void __outwordstring(unsigned short, unsigned short *, unsigned __LONG32);
void __outdwordstring(unsigned short, unsigned __LONG32 *, unsigned __LONG32);
}

#endif
