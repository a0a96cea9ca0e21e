// Objects: contexts, references, the order in which they go, collections and memory.
#include "support/wdf_case.h"

struct CASE_TAIL {
    ULONG Count;
    UCHAR Bytes[1];
};
WDF_DECLARE_CONTEXT_TYPE(CASE_TAIL)

namespace {

// What was called, in order: the object's number, negative when it is destroyed.
LONG Calls[16];
ULONG CallCount;
VOID NTAPI Cleanup(WDFOBJECT Object) {
    Calls[CallCount++] = LONG(CaseNumber(Object)->Number);
}
VOID NTAPI Destroy(WDFOBJECT Object) {
    Calls[CallCount++] = -LONG(CaseNumber(Object)->Number);
}

WDFOBJECT Create(WDFOBJECT Parent, ULONG Number,
                 WDF_EXECUTION_LEVEL Level = WdfExecutionLevelInheritFromParent) {
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Parent);
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&Attributes, CASE_NUMBER);
    Attributes.EvtCleanupCallback = Cleanup;
    Attributes.EvtDestroyCallback = Destroy;
    Attributes.ExecutionLevel = Level;
    WDFOBJECT Object = nullptr;
    EXPECT_SUCCESS(WdfObjectCreate(&Attributes, &Object));
    CaseNumber(Object)->Number = Number;
    return Object;
}

} // namespace

EXPORT_CASE(WdfObjectCreate, WdfObjectGetTypedContextWorker, WdfObjectContextGetObject,
            WdfObjectAllocateContext, WdfObjectQuery) {
    CaseFramework Framework(Case);
    WDF_OBJECT_ATTRIBUTES Attributes;
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, CASE_NUMBER);
    WDFOBJECT Object;
    REQUIRE_SUCCESS(WdfObjectCreate(&Attributes, &Object));
    CASE_NUMBER *const Number = CaseNumber(Object);
    REQUIRE(Number != nullptr);
    EXPECT_EQ(Number->Number, 0u);
    EXPECT_TRUE(WdfObjectContextGetObject(Number) == Object);
    EXPECT_TRUE(WdfObjectGet_CASE_TAIL(Object) == nullptr);
    // A second one, longer than its type.
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, CASE_TAIL);
    Attributes.ContextSizeOverride = sizeof(CASE_TAIL) + 100;
    CASE_TAIL *Tail = nullptr;
    REQUIRE_SUCCESS(WdfObjectAllocateContext(Object, &Attributes, (PVOID *)&Tail));
    EXPECT_EQ(Tail->Bytes[100], 0);
    Tail->Bytes[100] = 7;
    EXPECT_TRUE(WdfObjectGet_CASE_TAIL(Object) == Tail);
    EXPECT_TRUE(WdfObjectContextGetObject(Tail) == Object);
    CASE_TAIL *Again = nullptr;
    EXPECT_EQ(WdfObjectAllocateContext(Object, &Attributes, (PVOID *)&Again),
              STATUS_OBJECT_NAME_EXISTS);
    EXPECT_TRUE(Again == Tail);
    WDF_OBJECT_ATTRIBUTES_INIT(&Attributes);
    EXPECT_EQ(WdfObjectAllocateContext(Object, &Attributes, (PVOID *)&Again),
              STATUS_OBJECT_NAME_INVALID);
    const GUID Nothing = {};
    EXPECT_EQ(WdfObjectQuery(Object, &Nothing, 0, nullptr), STATUS_NOT_FOUND);
    WdfObjectDelete(Object);
}

EXPORT_CASE(WdfObjectCreate) {
    CaseFramework Framework(Case);
    WDFOBJECT Object = Framework.Device;
    const auto Status = [&](const WDF_OBJECT_ATTRIBUTES &Attributes) {
        Object = Framework.Device;
        const NTSTATUS Result =
            WdfObjectCreate(const_cast<PWDF_OBJECT_ATTRIBUTES>(&Attributes), &Object);
        EXPECT_TRUE(Object == nullptr);
        return Result;
    };
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes();
    Attributes.Size -= 8;
    EXPECT_EQ(Status(Attributes), STATUS_INFO_LENGTH_MISMATCH);
    Attributes = CaseAttributes();
    Attributes.ContextSizeOverride = 8;
    EXPECT_EQ(Status(Attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    WDF_OBJECT_ATTRIBUTES_SET_CONTEXT_TYPE(&Attributes, CASE_TAIL);
    Attributes.ContextSizeOverride = sizeof(CASE_TAIL) - 1;
    EXPECT_EQ(Status(Attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    const int Wrong[] = {0, 4};
    for (const int Level : Wrong) {
        Attributes = CaseAttributes();
        Attributes.ExecutionLevel = WDF_EXECUTION_LEVEL(Level);
        EXPECT_EQ(Status(Attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    }
    Attributes = CaseAttributes();
    Attributes.SynchronizationScope = WDF_SYNCHRONIZATION_SCOPE(5);
    EXPECT_EQ(Status(Attributes), STATUS_WDF_OBJECT_ATTRIBUTES_INVALID);
    Attributes.SynchronizationScope = WdfSynchronizationScopeDevice; // not of general objects
    EXPECT_EQ(Status(Attributes), STATUS_WDF_SYNCHRONIZATION_SCOPE_INVALID);
    // Nor a level of collections.
    Attributes = CaseAttributes();
    Attributes.ExecutionLevel = WdfExecutionLevelPassive;
    WDFCOLLECTION Collection;
    EXPECT_EQ(WdfCollectionCreate(&Attributes, &Collection), STATUS_WDF_EXECUTION_LEVEL_INVALID);
}

EXPORT_CASE(WdfObjectDelete, WdfObjectReferenceActual, WdfObjectDereferenceActual) {
    CaseFramework Framework(Case);
    CallCount = 0;
    const WDFOBJECT Parent = Create(Framework.Device, 1);
    const WDFOBJECT Child = Create(Parent, 2);
    Create(Child, 3);
    // Cleanup from the leaves to the root, then destruction likewise.
    WdfObjectDelete(Parent);
    const LONG Whole[] = {3, 2, 1, -3, -2, -1};
    REQUIRE(CallCount == 6);
    for (ULONG i = 0; i < 6; ++i)
        EXPECT_EQ(Calls[i], Whole[i]);
    // A reference keeps an object, and its parent, until it is given back.
    CallCount = 0;
    const WDFOBJECT Second = Create(Framework.Device, 1);
    const WDFOBJECT Kept = Create(Second, 2);
    WdfObjectReference(Kept);
    WdfObjectDelete(Second);
    const LONG First[] = {2, 1};
    REQUIRE(CallCount == 2);
    for (ULONG i = 0; i < 2; ++i)
        EXPECT_EQ(Calls[i], First[i]);
    EXPECT_EQ(CaseNumber(Kept)->Number, 2u);
    WDFOBJECT Late;
    WDF_OBJECT_ATTRIBUTES Attributes = CaseAttributes(Kept);
    EXPECT_EQ(WdfObjectCreate(&Attributes, &Late), STATUS_DELETE_PENDING);
    WDF_OBJECT_ATTRIBUTES_INIT_CONTEXT_TYPE(&Attributes, CASE_TAIL);
    PVOID Context = nullptr;
    EXPECT_EQ(WdfObjectAllocateContext(Kept, &Attributes, &Context), STATUS_DELETE_PENDING);
    WdfObjectDereference(Kept);
    REQUIRE(CallCount == 4);
    EXPECT_EQ(Calls[2], -2);
    EXPECT_EQ(Calls[3], -1);
    // What wants PASSIVE_LEVEL waits for it.
    CallCount = 0;
    const WDFOBJECT Passive = Create(Framework.Device, 1, WdfExecutionLevelPassive);
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    WdfObjectDelete(Passive);
    EXPECT_EQ(CallCount, 0u);
    KeLowerIrql(Before);
    for (int i = 0; i < 1000 && *(volatile ULONG *)&CallCount < 2; ++i)
        CaseSleep(10);
    EXPECT_EQ(CallCount, 2u);
    // The rest goes with the driver.
    CallCount = 0;
    Create(Framework.Driver, 4);
}

EXPORT_CASE(WdfCollectionCreate, WdfCollectionAdd, WdfCollectionGetCount, WdfCollectionGetItem,
            WdfCollectionGetFirstItem, WdfCollectionGetLastItem, WdfCollectionRemove,
            WdfCollectionRemoveItem) {
    CaseFramework Framework(Case);
    CallCount = 0;
    WDFCOLLECTION Collection;
    REQUIRE_SUCCESS(WdfCollectionCreate(WDF_NO_OBJECT_ATTRIBUTES, &Collection));
    EXPECT_EQ(WdfCollectionGetCount(Collection), 0u);
    EXPECT_TRUE(WdfCollectionGetFirstItem(Collection) == nullptr);
    EXPECT_TRUE(WdfCollectionGetLastItem(Collection) == nullptr);
    WDFOBJECT Objects[3];
    for (ULONG i = 0; i < 3; ++i) {
        Objects[i] = Create(Framework.Device, i + 1);
        EXPECT_SUCCESS(WdfCollectionAdd(Collection, Objects[i]));
    }
    EXPECT_EQ(WdfCollectionGetCount(Collection), 3u);
    EXPECT_TRUE(WdfCollectionGetFirstItem(Collection) == Objects[0]);
    EXPECT_TRUE(WdfCollectionGetItem(Collection, 1) == Objects[1]);
    EXPECT_TRUE(WdfCollectionGetLastItem(Collection) == Objects[2]);
    EXPECT_TRUE(WdfCollectionGetItem(Collection, 3) == nullptr);
    WdfCollectionRemoveItem(Collection, 0);
    EXPECT_TRUE(WdfCollectionGetFirstItem(Collection) == Objects[1]);
    WdfCollectionRemove(Collection, Objects[0]); // it is not in it any more
    EXPECT_EQ(WdfCollectionGetCount(Collection), 2u);
    // The collection holds what is deleted.
    WdfObjectDelete(Objects[1]);
    EXPECT_EQ(CallCount, 1u);
    WdfCollectionRemove(Collection, Objects[1]);
    EXPECT_EQ(CallCount, 2u);
    WdfObjectDelete(Objects[2]);
    EXPECT_EQ(CallCount, 3u);
    WdfObjectDelete(Collection);
    REQUIRE(CallCount == 4);
    EXPECT_EQ(Calls[3], -3);
    WdfObjectDelete(Objects[0]);
}

EXPORT_CASE(WdfMemoryCreate, WdfMemoryGetBuffer, WdfMemoryCreatePreallocated, WdfMemoryAssignBuffer,
            WdfMemoryCopyToBuffer, WdfMemoryCopyFromBuffer) {
    CaseFramework Framework(Case);
    WDFMEMORY Memory;
    PVOID Buffer = nullptr;
    REQUIRE_SUCCESS(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, NonPagedPoolNx, 'mfdw', 100, &Memory, &Buffer));
    size_t Bytes = 0;
    EXPECT_TRUE(WdfMemoryGetBuffer(Memory, &Bytes) == Buffer);
    EXPECT_EQ(Bytes, 100u);
    UCHAR Text[8] = "abcdefg", Back[8] = {};
    EXPECT_SUCCESS(WdfMemoryCopyFromBuffer(Memory, 92, Text, 8));
    EXPECT_EQ(static_cast<UCHAR *>(Buffer)[92], 'a');
    EXPECT_SUCCESS(WdfMemoryCopyToBuffer(Memory, 92, Back, 8));
    EXPECT_EQ(RtlCompareMemory(Text, Back, 8), 8u);
    EXPECT_EQ(WdfMemoryCopyFromBuffer(Memory, 93, Text, 8), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(WdfMemoryCopyFromBuffer(Memory, 99, Text, 2), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(WdfMemoryCopyFromBuffer(Memory, 100, Text, 1), STATUS_INVALID_BUFFER_SIZE);
    EXPECT_EQ(WdfMemoryCopyFromBuffer(Memory, 101, Text, 1), STATUS_INVALID_BUFFER_SIZE);
    EXPECT_EQ(WdfMemoryCopyToBuffer(Memory, 100, Back, 1), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(WdfMemoryCopyToBuffer(Memory, 101, Back, 1), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(WdfMemoryCopyToBuffer(Memory, 0, Back, 0), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(WdfMemoryAssignBuffer(Memory, Text, 8), STATUS_INVALID_DEVICE_REQUEST);
    WdfObjectDelete(Memory); // and its buffer
    EXPECT_EQ(WdfMemoryCreate(nullptr, NonPagedPoolNx, 0, 0, &Memory, &Buffer),
              STATUS_INVALID_PARAMETER);
    EXPECT_TRUE(Buffer == nullptr && Memory == nullptr);
    REQUIRE_SUCCESS(WdfMemoryCreatePreallocated(WDF_NO_OBJECT_ATTRIBUTES, Text, 4, &Memory));
    EXPECT_TRUE(WdfMemoryGetBuffer(Memory, nullptr) == Text);
    KIRQL Before;
    KeRaiseIrql(DISPATCH_LEVEL + 1, &Before); // it may be any
    EXPECT_SUCCESS(WdfMemoryAssignBuffer(Memory, Back, 8));
    KeLowerIrql(Before);
    EXPECT_TRUE(WdfMemoryGetBuffer(Memory, &Bytes) == Back);
    EXPECT_EQ(Bytes, 8u);
    EXPECT_EQ(WdfMemoryAssignBuffer(Memory, Back, 0), STATUS_INVALID_PARAMETER);
    // Paged memory goes with its parent, the driver.
    REQUIRE_SUCCESS(
        WdfMemoryCreate(WDF_NO_OBJECT_ATTRIBUTES, PagedPool, 0, 5000, &Memory, nullptr));
}
