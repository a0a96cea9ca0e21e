// Pool allocation since Windows 10 version 2004: ExAllocatePool2 and its relatives. mingw-w64's
// wdm.h ends with ExAllocatePoolWithTag.
// Flag values: kernel/pool_flags.
#ifndef KSBOX_WDK_POOL_H
#define KSBOX_WDK_POOL_H

#ifdef __cplusplus
extern "C" {
#endif

typedef ULONG64 POOL_FLAGS;

// The low half must be honoured or the allocation fails; the high half is a wish.
#define POOL_FLAG_REQUIRED_START 0x0000000000000001ULL
#define POOL_FLAG_USE_QUOTA 0x0000000000000001ULL
#define POOL_FLAG_UNINITIALIZED 0x0000000000000002ULL
#define POOL_FLAG_SESSION 0x0000000000000004ULL
#define POOL_FLAG_CACHE_ALIGNED 0x0000000000000008ULL
#define POOL_FLAG_RESERVED1 0x0000000000000010ULL
#define POOL_FLAG_RAISE_ON_FAILURE 0x0000000000000020ULL
#define POOL_FLAG_NON_PAGED 0x0000000000000040ULL
#define POOL_FLAG_NON_PAGED_EXECUTE 0x0000000000000080ULL
#define POOL_FLAG_PAGED 0x0000000000000100ULL
#define POOL_FLAG_RESERVED2 0x0000000000000200ULL
#define POOL_FLAG_RESERVED3 0x0000000000000400ULL
#define POOL_FLAG_REQUIRED_END 0x0000000080000000ULL
#define POOL_FLAG_OPTIONAL_START 0x0000000100000000ULL
#define POOL_FLAG_SPECIAL_POOL 0x0000000100000000ULL
#define POOL_FLAG_OPTIONAL_END 0x8000000000000000ULL

// @doc NE:wdm.POOL_EXTENDED_PARAMETER_TYPE
typedef enum POOL_EXTENDED_PARAMETER_TYPE {
    PoolExtendedParameterInvalidType = 0,
    PoolExtendedParameterPriority,
    PoolExtendedParameterSecurePool,
    PoolExtendedParameterNumaNode,
    PoolExtendedParameterMax
} POOL_EXTENDED_PARAMETER_TYPE;

struct _POOL_EXTENDED_PARAMS_SECURE_POOL;

// @doc NS:wdm.POOL_EXTENDED_PARAMETER
typedef struct _POOL_EXTENDED_PARAMETER {
    struct {
        ULONG64 Type : 8;
        ULONG64 Optional : 1;
        ULONG64 Reserved : 64 - 9;
    };
    union {
        ULONG64 Reserved2;
        PVOID Reserved3;
        EX_POOL_PRIORITY Priority;
        struct _POOL_EXTENDED_PARAMS_SECURE_POOL *SecurePoolParams;
        ULONG PreferredNode;
    };
} POOL_EXTENDED_PARAMETER, *PPOOL_EXTENDED_PARAMETER;

typedef const POOL_EXTENDED_PARAMETER *PCPOOL_EXTENDED_PARAMETER;

// @doc NF:wdm.ExAllocatePool2: zeroed unless POOL_FLAG_UNINITIALIZED; NULL on failure unless
// POOL_FLAG_RAISE_ON_FAILURE. IRQL <= DISPATCH_LEVEL (paged: <= APC_LEVEL).
NTKERNELAPI PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag);

// @doc NF:wdm.ExAllocatePool3
NTKERNELAPI PVOID NTAPI ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag,
                                        PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                                        ULONG ExtendedParametersCount);

// @doc NF:wdm.ExFreePool2
NTKERNELAPI VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER ExtendedParameters,
                                   ULONG ExtendedParametersCount);

#ifndef POOL_NX_ALLOCATION
#define POOL_NX_ALLOCATION 512
#endif
#ifndef POOL_ZERO_ALLOCATION
#define POOL_ZERO_ALLOCATION 1024
#endif

// The four wrappers below are inline in the WDK too, so drivers import only what they call.
// @doc NF:wdm.ExAllocatePoolZero
FORCEINLINE PVOID ExAllocatePoolZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
    PVOID Allocation = ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
    if (Allocation != NULL) {
        RtlZeroMemory(Allocation, NumberOfBytes);
    }
    return Allocation;
}

// @doc NF:wdm.ExAllocatePoolUninitialized
FORCEINLINE PVOID ExAllocatePoolUninitialized(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
    return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

// @doc NF:wdm.ExAllocatePoolQuotaZero
FORCEINLINE PVOID ExAllocatePoolQuotaZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
    PVOID Allocation = ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, Tag);
    if (Allocation != NULL) {
        RtlZeroMemory(Allocation, NumberOfBytes);
    }
    return Allocation;
}

// @doc NF:wdm.ExAllocatePoolPriorityZero
FORCEINLINE PVOID ExAllocatePoolPriorityZero(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                             EX_POOL_PRIORITY Priority) {
    PVOID Allocation = ExAllocatePoolWithTagPriority(PoolType, NumberOfBytes, Tag, Priority);
    if (Allocation != NULL) {
        RtlZeroMemory(Allocation, NumberOfBytes);
    }
    return Allocation;
}

// @doc kernel/single-binary-opt-in-pool-nx-optin: with POOL_NX_OPTIN the driver's NonPagedPool
// becomes non-executable. The variable lives in the driver, as in the WDK.
#define DrvRtPoolNxOptIn 0x00000001

#if defined(POOL_NX_OPTIN) && POOL_NX_OPTIN
__declspec(selectany) POOL_TYPE ExDefaultNonPagedPoolType = NonPagedPool;
#define NonPagedPool ExDefaultNonPagedPoolType
#endif

// @doc NF:wdm.ExInitializeDriverRuntime
FORCEINLINE VOID ExInitializeDriverRuntime(ULONG RuntimeFlags) {
#if defined(POOL_NX_OPTIN) && POOL_NX_OPTIN
    if ((RuntimeFlags & DrvRtPoolNxOptIn) != 0) {
        ExDefaultNonPagedPoolType = NonPagedPoolNx;
    }
#else
    (void)RuntimeFlags;
#endif
}

#ifdef __cplusplus
}
#endif

#endif
