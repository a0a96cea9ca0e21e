// After the Windows headers: takes back the macros that would break standard C++ or hide an
// export, and declares as functions what the headers had inline.
#ifndef KSBOX_INSIDE_WINDOWS_HEADERS
#error "windows_epilogue.h without its prologue"
#endif
#undef KSBOX_INSIDE_WINDOWS_HEADERS

#undef wchar_t
#undef _WIN64
#undef WIN32
#undef min
#undef max
#undef interface
#undef IN
#undef OUT
#undef OPTIONAL
#undef CRITICAL
#undef NOTHING
#undef FAR
#undef NEAR
#undef far
#undef near
#undef pascal
#undef cdecl
#undef THIS
#undef THIS_
#undef PURE
#undef INTERFACE
#undef UNALIGNED
#undef ASSERT
// SAL words that libstdc++ uses as identifiers.
#undef __in
#undef __out
#undef __inout
#undef __bound
#undef __success
#undef __valid
#undef __null
#undef __reserved
#undef __pre
#undef __post
#undef __deref
#undef __notnull
#undef __maybenull
#undef __readonly
#undef __notreadonly
#undef __maybereadonly
#undef __callback
#undef __format_string
#undef __range
#undef __allocator
#undef __checkReturn
#undef __nothrow

#undef KeGetCurrentIrql
#undef KeLowerIrql
#undef KfRaiseIrql
#undef KeRaiseIrql
#undef KeRaiseIrqlToDpcLevel
#undef KeRaiseIrqlToSynchLevel
#undef KeGetCurrentThread
#undef KeGetCurrentProcessorNumber
#undef KeGetPcr
#undef PsGetCurrentThread
#undef KeQueryInterruptTime
#undef KeQuerySystemTime
#undef KeQueryTickCount
#undef KeFlushIoBuffers
#undef DbgRaiseAssertionFailure
#undef YieldProcessor
#undef KdPrint
#undef KdPrintEx
#undef PsGetCurrentProcess
#undef RtlIsNtDdiVersionAvailable
#undef ExInterlockedCompareExchange64
#undef KsDeleteFilterFactory

// The headers' own reads a member of a null pointer.
#undef CONTAINING_RECORD
#define CONTAINING_RECORD(address, type, field)                                                    \
    ((type *)((char *)(address) - __builtin_offsetof(type, field)))
