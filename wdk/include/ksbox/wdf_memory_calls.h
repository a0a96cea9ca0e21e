// KMDF's functions for memory objects and collections, through its table.
#ifndef KSBOX_WDK_WDF_MEMORY_CALLS_H
#define KSBOX_WDK_WDF_MEMORY_CALLS_H

#ifdef __cplusplus
extern "C" {
#endif

FORCEINLINE NTSTATUS WdfCollectionCreate(PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
                                         WDFCOLLECTION *Collection) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES,
                                       WDFCOLLECTION *);
    return ((FUNCTION)WdfFunctions[WdfCollectionCreateTableIndex])(
        WdfDriverGlobals, CollectionAttributes, Collection);
}
FORCEINLINE ULONG WdfCollectionGetCount(WDFCOLLECTION Collection) {
    typedef ULONG(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION);
    return ((FUNCTION)WdfFunctions[WdfCollectionGetCountTableIndex])(WdfDriverGlobals, Collection);
}
FORCEINLINE NTSTATUS WdfCollectionAdd(WDFCOLLECTION Collection, WDFOBJECT Object) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION, WDFOBJECT);
    return ((FUNCTION)WdfFunctions[WdfCollectionAddTableIndex])(WdfDriverGlobals, Collection,
                                                                Object);
}
FORCEINLINE VOID WdfCollectionRemove(WDFCOLLECTION Collection, WDFOBJECT Item) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION, WDFOBJECT);
    ((FUNCTION)WdfFunctions[WdfCollectionRemoveTableIndex])(WdfDriverGlobals, Collection, Item);
}
FORCEINLINE VOID WdfCollectionRemoveItem(WDFCOLLECTION Collection, ULONG Index) {
    typedef VOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION, ULONG);
    ((FUNCTION)WdfFunctions[WdfCollectionRemoveItemTableIndex])(WdfDriverGlobals, Collection,
                                                                Index);
}
FORCEINLINE WDFOBJECT WdfCollectionGetItem(WDFCOLLECTION Collection, ULONG Index) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION, ULONG);
    return ((FUNCTION)WdfFunctions[WdfCollectionGetItemTableIndex])(WdfDriverGlobals, Collection,
                                                                    Index);
}
FORCEINLINE WDFOBJECT WdfCollectionGetFirstItem(WDFCOLLECTION Collection) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION);
    return ((FUNCTION)WdfFunctions[WdfCollectionGetFirstItemTableIndex])(WdfDriverGlobals,
                                                                         Collection);
}
FORCEINLINE WDFOBJECT WdfCollectionGetLastItem(WDFCOLLECTION Collection) {
    typedef WDFOBJECT(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFCOLLECTION);
    return ((FUNCTION)WdfFunctions[WdfCollectionGetLastItemTableIndex])(WdfDriverGlobals,
                                                                        Collection);
}
FORCEINLINE NTSTATUS WdfMemoryCreate(PWDF_OBJECT_ATTRIBUTES Attributes, POOL_TYPE PoolType,
                                     ULONG PoolTag, size_t BufferSize, WDFMEMORY *Memory,
                                     PVOID *Buffer) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, POOL_TYPE,
                                       ULONG, size_t, WDFMEMORY *, PVOID *);
    return ((FUNCTION)WdfFunctions[WdfMemoryCreateTableIndex])(
        WdfDriverGlobals, Attributes, PoolType, PoolTag, BufferSize, Memory, Buffer);
}
FORCEINLINE NTSTATUS WdfMemoryCreatePreallocated(PWDF_OBJECT_ATTRIBUTES Attributes, PVOID Buffer,
                                                 size_t BufferSize, WDFMEMORY *Memory) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, PWDF_OBJECT_ATTRIBUTES, PVOID, size_t,
                                       WDFMEMORY *);
    return ((FUNCTION)WdfFunctions[WdfMemoryCreatePreallocatedTableIndex])(
        WdfDriverGlobals, Attributes, Buffer, BufferSize, Memory);
}
FORCEINLINE PVOID WdfMemoryGetBuffer(WDFMEMORY Memory, size_t *BufferSize) {
    typedef PVOID(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFMEMORY, size_t *);
    return ((FUNCTION)WdfFunctions[WdfMemoryGetBufferTableIndex])(WdfDriverGlobals, Memory,
                                                                  BufferSize);
}
FORCEINLINE NTSTATUS WdfMemoryAssignBuffer(WDFMEMORY Memory, PVOID Buffer, size_t BufferSize) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFMEMORY, PVOID, size_t);
    return ((FUNCTION)WdfFunctions[WdfMemoryAssignBufferTableIndex])(WdfDriverGlobals, Memory,
                                                                     Buffer, BufferSize);
}
FORCEINLINE NTSTATUS WdfMemoryCopyToBuffer(WDFMEMORY SourceMemory, size_t SourceOffset,
                                           PVOID Buffer, size_t NumBytesToCopyTo) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFMEMORY, size_t, PVOID, size_t);
    return ((FUNCTION)WdfFunctions[WdfMemoryCopyToBufferTableIndex])(
        WdfDriverGlobals, SourceMemory, SourceOffset, Buffer, NumBytesToCopyTo);
}
FORCEINLINE NTSTATUS WdfMemoryCopyFromBuffer(WDFMEMORY DestinationMemory, size_t DestinationOffset,
                                             PVOID Buffer, size_t NumBytesToCopyFrom) {
    typedef NTSTATUS(NTAPI * FUNCTION)(PWDF_DRIVER_GLOBALS, WDFMEMORY, size_t, PVOID, size_t);
    return ((FUNCTION)WdfFunctions[WdfMemoryCopyFromBufferTableIndex])(
        WdfDriverGlobals, DestinationMemory, DestinationOffset, Buffer, NumBytesToCopyFrom);
}

#ifdef __cplusplus
}
#endif
#endif
