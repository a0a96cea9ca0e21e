// Memory manager functions newer than mingw-w64's wdm.h.
#ifndef KSBOX_WDK_MEMORY_H
#define KSBOX_WDK_MEMORY_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef SECTION_ALL_ACCESS
#define SECTION_QUERY 0x0001
#define SECTION_MAP_WRITE 0x0002
#define SECTION_MAP_READ 0x0004
#define SECTION_MAP_EXECUTE 0x0008
#define SECTION_EXTEND_SIZE 0x0010
#define SECTION_ALL_ACCESS                                                                         \
    (STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_WRITE | SECTION_MAP_READ |             \
     SECTION_MAP_EXECUTE | SECTION_EXTEND_SIZE)
#endif

#ifndef SEC_IMAGE
#define SEC_FILE 0x0800000
#define SEC_IMAGE 0x1000000
#define SEC_RESERVE 0x4000000
#define SEC_NOCACHE 0x10000000
#endif

#ifndef MM_ANY_NODE_OK
#define MM_ANY_NODE_OK 0x80000000
#endif

#ifndef MdlMappingNoWrite
#define MdlMappingNoWrite 0x80000000
#define MdlMappingNoExecute 0x40000000
#endif

// @doc NS:wdm._MM_PHYSICAL_ADDRESS_LIST
typedef struct _MM_PHYSICAL_ADDRESS_LIST {
    PHYSICAL_ADDRESS PhysicalAddress;
    SIZE_T NumberOfBytes;
} MM_PHYSICAL_ADDRESS_LIST, *PMM_PHYSICAL_ADDRESS_LIST;

// @doc NC:wdm.MM_MDL_ROUTINE
typedef VOID NTAPI MM_MDL_ROUTINE(PVOID DriverContext, PVOID MappedVa);
typedef MM_MDL_ROUTINE *PMM_MDL_ROUTINE;

// @doc NF:wdm.MmAllocateMappingAddressEx
NTKERNELAPI PVOID NTAPI MmAllocateMappingAddressEx(SIZE_T NumberOfBytes, ULONG PoolTag,
                                                   ULONG Flags);
// @doc NF:wdm.MmMapMdl
NTKERNELAPI NTSTATUS NTAPI MmMapMdl(PMDL MemoryDescriptorList, ULONG Protection,
                                    PMM_MDL_ROUTINE DriverRoutine, PVOID DriverContext);
// @doc NF:wdm.MmAllocateMdlForIoSpace
NTKERNELAPI NTSTATUS NTAPI MmAllocateMdlForIoSpace(PMM_PHYSICAL_ADDRESS_LIST PhysicalAddressList,
                                                   SIZE_T NumberOfEntries, PMDL *NewMdl);
// @doc NF:wdm.MmAllocateNodePagesForMdlEx
NTKERNELAPI PMDL NTAPI MmAllocateNodePagesForMdlEx(PHYSICAL_ADDRESS LowAddress,
                                                   PHYSICAL_ADDRESS HighAddress,
                                                   PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                                                   MEMORY_CACHING_TYPE CacheType, ULONG IdealNode,
                                                   ULONG Flags);
// @doc NF:wdm.MmAllocateContiguousNodeMemory
NTKERNELAPI PVOID NTAPI MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes,
                                                       PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                       PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                       PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                       ULONG Protect,
                                                       NODE_REQUIREMENT PreferredNode);
// Like their Zw counterparts, by object in place of handle; the pages are silent about them.
NTKERNELAPI NTSTATUS NTAPI MmCreateSection(PVOID *SectionObject, ACCESS_MASK DesiredAccess,
                                           POBJECT_ATTRIBUTES ObjectAttributes,
                                           PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
                                           ULONG AllocationAttributes, HANDLE FileHandle,
                                           PFILE_OBJECT FileObject);
NTKERNELAPI NTSTATUS NTAPI MmMapViewOfSection(PVOID SectionObject, PEPROCESS Process,
                                              PVOID *BaseAddress, ULONG_PTR ZeroBits,
                                              SIZE_T CommitSize, PLARGE_INTEGER SectionOffset,
                                              PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
                                              ULONG AllocationType, ULONG Win32Protect);
NTKERNELAPI NTSTATUS NTAPI MmUnmapViewOfSection(PEPROCESS Process, PVOID BaseAddress);

#ifdef __cplusplus
}
#endif

#endif
