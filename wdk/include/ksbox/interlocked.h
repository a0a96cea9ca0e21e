// Interlocked operations on 8 and 16 bits, and the full barrier: compiler intrinsics, as in the
// WDK.
#ifndef KSBOX_WDK_INTERLOCKED_H
#define KSBOX_WDK_INTERLOCKED_H

#include <intrin.h>

#define InterlockedExchange8 _InterlockedExchange8
#define InterlockedExchangeAdd8 _InterlockedExchangeAdd8
#define InterlockedAnd8 _InterlockedAnd8
#define InterlockedOr8 _InterlockedOr8
#define InterlockedXor8 _InterlockedXor8
#define InterlockedIncrement16 _InterlockedIncrement16
#define InterlockedDecrement16 _InterlockedDecrement16
#define InterlockedExchange16 _InterlockedExchange16
#define InterlockedExchangeAdd16 _InterlockedExchangeAdd16
#define InterlockedCompareExchange16 _InterlockedCompareExchange16
#define InterlockedAnd16 _InterlockedAnd16
#define InterlockedOr16 _InterlockedOr16
#define InterlockedXor16 _InterlockedXor16

#ifndef MemoryBarrier
#define MemoryBarrier() __faststorefence()
#endif

#endif
