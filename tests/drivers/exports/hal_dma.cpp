// DMA adapters: common buffers, map registers, scatter/gather lists, in all versions.
#include "support/case.h"

// The headers have inline functions of these names, which go through DMA_OPERATIONS.
extern "C" {
extern PVOID(NTAPI *ImportedAllocateCommonBuffer)(PDMA_ADAPTER, ULONG, PPHYSICAL_ADDRESS, BOOLEAN)
    IMPORT_SLOT_OF(HalAllocateCommonBuffer);
extern VOID(NTAPI *ImportedFreeCommonBuffer)(PDMA_ADAPTER, ULONG, PHYSICAL_ADDRESS, PVOID, BOOLEAN)
    IMPORT_SLOT_OF(HalFreeCommonBuffer);
extern NTSTATUS(NTAPI *ImportedAllocateChannel)(PDMA_ADAPTER, PDEVICE_OBJECT, ULONG,
                                                PDRIVER_CONTROL, PVOID)
    IMPORT_SLOT_OF(IoAllocateAdapterChannel);
extern BOOLEAN(NTAPI *ImportedFlush)(PDMA_ADAPTER, PMDL, PVOID, PVOID, ULONG, BOOLEAN)
    IMPORT_SLOT_OF(IoFlushAdapterBuffers);
extern VOID(NTAPI *ImportedFreeChannel)(PDMA_ADAPTER) IMPORT_SLOT_OF(IoFreeAdapterChannel);
extern VOID(NTAPI *ImportedFreeRegisters)(PDMA_ADAPTER, PVOID, ULONG)
    IMPORT_SLOT_OF(IoFreeMapRegisters);
extern PHYSICAL_ADDRESS(NTAPI *ImportedMapTransfer)(PDMA_ADAPTER, PMDL, PVOID, PVOID, PULONG,
                                                    BOOLEAN) IMPORT_SLOT_OF(IoMapTransfer);
extern ULONG(NTAPI *ImportedReadCounter)(PDMA_ADAPTER) IMPORT_SLOT_OF(HalReadDmaCounter);
}

namespace {

DEVICE_DESCRIPTION BusMaster() {
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION2;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.MaximumLength = 64 * 1024;
    return Description;
}

struct CHANNEL {
    ULONG Calls;
    PVOID Registers;
    IO_ALLOCATION_ACTION Action;
};

IO_ALLOCATION_ACTION NTAPI GotChannel(PDEVICE_OBJECT, PIRP, PVOID MapRegisterBase, PVOID Context) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    auto *Channel = static_cast<CHANNEL *>(Context);
    ++Channel->Calls;
    Channel->Registers = MapRegisterBase;
    return Channel->Action;
}

VOID NTAPI GotList(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST List, PVOID Context) {
    EXPECT_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    *static_cast<PSCATTER_GATHER_LIST *>(Context) = List;
}

ULONG TotalLength(PSCATTER_GATHER_LIST List) {
    ULONG Total = 0;
    for (ULONG i = 0; i < List->NumberOfElements; ++i)
        Total += List->Elements[i].Length;
    return Total;
}

} // namespace

EXPORT_CASE(IoGetDmaAdapter) {
    DEVICE_DESCRIPTION Description = BusMaster();
    ULONG Registers = 0;
    PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != nullptr);
    EXPECT_TRUE(Registers >= 17); // the pages of the longest transfer, unaligned
    EXPECT_EQ(Adapter->Version, 1);
    EXPECT_NE(Adapter->DmaOperations->BuildScatterGatherList, nullptr);
    EXPECT_TRUE(Adapter->DmaOperations->GetDmaAlignment(Adapter) >= 1);
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
    // The system's DMA controller serves slaves of the ISA bus.
    Description.Master = FALSE;
    EXPECT_EQ(IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers), nullptr);
    Description.InterfaceType = Isa;
    for (ULONG Channel = 0; Channel < 9; ++Channel) {
        Description.DmaChannel = Channel;
        Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
        EXPECT_EQ(Adapter != nullptr, Channel != 4 && Channel < 8);
        if (Adapter != nullptr)
            Adapter->DmaOperations->PutDmaAdapter(Adapter);
    }
    Description = BusMaster();
    Description.Version = 99;
    EXPECT_EQ(IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers), nullptr);
}

EXPORT_CASE(HalAllocateCommonBuffer, HalFreeCommonBuffer, HalReadDmaCounter) {
    DEVICE_DESCRIPTION Description = BusMaster();
    ULONG Registers = 0;
    PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != nullptr);
    PHYSICAL_ADDRESS Logical = {};
    PVOID Buffer = ImportedAllocateCommonBuffer(Adapter, 3 * PAGE_SIZE, &Logical, TRUE);
    REQUIRE(Buffer != nullptr);
    EXPECT_EQ(Logical.QuadPart % PAGE_SIZE, 0);
    EXPECT_EQ(Logical.HighPart, 0); // 32 address lines
    EXPECT_EQ(MmGetPhysicalAddress((PUCHAR)Buffer + 2 * PAGE_SIZE).QuadPart,
              Logical.QuadPart + 2 * PAGE_SIZE);
    RtlFillMemory(Buffer, 3 * PAGE_SIZE, 0x11);
    EXPECT_EQ(static_cast<PUCHAR>(Buffer)[3 * PAGE_SIZE - 1], 0x11);
    ImportedFreeCommonBuffer(Adapter, 3 * PAGE_SIZE, Logical, Buffer, TRUE);
    EXPECT_EQ(ImportedReadCounter(Adapter), 0); // a master counts for itself
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

// A device that cannot scatter gets its data through map registers.
EXPORT_CASE(IoAllocateAdapterChannel, IoMapTransfer, IoFlushAdapterBuffers, IoFreeAdapterChannel,
            IoFreeMapRegisters) {
    DEVICE_DESCRIPTION Description = BusMaster();
    Description.ScatterGather = FALSE;
    ULONG Registers = 0;
    PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != nullptr);
    auto *Buffer = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, 2 * PAGE_SIZE, 'esaC'));
    REQUIRE(Buffer != nullptr);
    RtlFillMemory(Buffer, 2 * PAGE_SIZE, 0x22);
    PMDL Mdl = IoAllocateMdl(Buffer, 2 * PAGE_SIZE, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl);
    CHANNEL Channel = {0, nullptr, DeallocateObjectKeepRegisters};
    NTSTATUS Status = STATUS_UNSUCCESSFUL;
    const KIRQL Irql = KeRaiseIrqlToDpcLevel();
    EXPECT_EQ(ImportedAllocateChannel(Adapter, Case.Device, Registers + 1, GotChannel, &Channel),
              STATUS_INSUFFICIENT_RESOURCES);
    Status = ImportedAllocateChannel(Adapter, Case.Device, 3, GotChannel, &Channel);
    KeLowerIrql(Irql);
    EXPECT_SUCCESS(Status);
    EXPECT_EQ(Channel.Calls, 1);
    ULONG Length = 2 * PAGE_SIZE;
    const PHYSICAL_ADDRESS Logical = ImportedMapTransfer(
        Adapter, Mdl, Channel.Registers, MmGetMdlVirtualAddress(Mdl), &Length, TRUE);
    EXPECT_EQ(Length, 2 * PAGE_SIZE);
    EXPECT_NE(Logical.QuadPart, 0);
    EXPECT_TRUE(
        ImportedFlush(Adapter, Mdl, Channel.Registers, MmGetMdlVirtualAddress(Mdl), Length, TRUE));
    ImportedFreeRegisters(Adapter, Channel.Registers, 3);

    // Kept, the channel makes the next one wait.
    CHANNEL First = {0, nullptr, KeepObject}, Second = {0, nullptr, DeallocateObject};
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    EXPECT_SUCCESS(ImportedAllocateChannel(Adapter, Case.Device, 1, GotChannel, &First));
    EXPECT_SUCCESS(ImportedAllocateChannel(Adapter, Case.Device, 1, GotChannel, &Second));
    EXPECT_EQ(Second.Calls, 0);
    ImportedFreeRegisters(Adapter, First.Registers, 1);
    ImportedFreeChannel(Adapter);
    KeLowerIrql(Before);
    EXPECT_EQ(Second.Calls, 1);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Buffer, 'esaC');
    Adapter->DmaOperations->PutDmaAdapter(Adapter);
}

// Lists of both kinds, their size, and the MDL that goes with one.
EXPORT_CASE(IoGetDmaAdapter, MmAllocatePagesForMdl, MmFreePagesFromMdl) {
    DEVICE_DESCRIPTION Description = BusMaster();
    ULONG Registers = 0;
    PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description, &Registers);
    REQUIRE(Adapter != nullptr);
    PHYSICAL_ADDRESS Low = {}, High, Skip = {};
    High.QuadPart = 0xffffffff;
    constexpr ULONG Bytes = 32 * PAGE_SIZE / 4;
    PMDL Mdl = MmAllocatePagesForMdl(Low, High, Skip, Bytes);
    REQUIRE(Mdl != nullptr);
    const auto *Operations = Adapter->DmaOperations;
    PSCATTER_GATHER_LIST List = nullptr;
    ULONG Size = 0, Needed = 0;
    PVOID Address = MmGetMdlVirtualAddress(Mdl);
    const KIRQL Irql = KeRaiseIrqlToDpcLevel();
    EXPECT_SUCCESS(Operations->GetScatterGatherList(Adapter, Case.Device, Mdl, Address, Bytes,
                                                    GotList, &List, TRUE));
    REQUIRE(List != nullptr);
    EXPECT_EQ(TotalLength(List), Bytes);
    EXPECT_EQ(List->Elements[0].Address.QuadPart, MmGetMdlPfnArray(Mdl)[0] * PAGE_SIZE);
    Operations->PutScatterGatherList(Adapter, List, TRUE);
    EXPECT_SUCCESS(
        Operations->CalculateScatterGatherList(Adapter, Mdl, Address, Bytes, &Size, &Needed));
    EXPECT_EQ(Needed, Bytes / PAGE_SIZE);
    KeLowerIrql(Irql);
    PVOID Room = ExAllocatePoolWithTag(NonPagedPool, Size, 'esaC');
    REQUIRE(Room != nullptr);
    const KIRQL Before = KeRaiseIrqlToDpcLevel();
    EXPECT_EQ(Operations->BuildScatterGatherList(Adapter, Case.Device, Mdl, Address, Bytes, GotList,
                                                 &List, TRUE, Room, 4),
              STATUS_BUFFER_TOO_SMALL);
    EXPECT_SUCCESS(Operations->BuildScatterGatherList(Adapter, Case.Device, Mdl, Address, Bytes,
                                                      GotList, &List, TRUE, Room, Size));
    EXPECT_EQ(List, Room);
    PMDL Target = nullptr;
    EXPECT_SUCCESS(Operations->BuildMdlFromScatterGatherList(Adapter, List, Mdl, &Target));
    EXPECT_EQ(Target, Mdl); // the device reaches the pages themselves
    Operations->PutScatterGatherList(Adapter, List, TRUE);
    KeLowerIrql(Before);
    ExFreePoolWithTag(Room, 'esaC');
    MmFreePagesFromMdl(Mdl);
    ExFreePool(Mdl);
    Operations->PutDmaAdapter(Adapter);
}

extern "C" {
ULONG NTAPI ImportedGetBusData(BUS_DATA_TYPE, ULONG, ULONG, PVOID, ULONG) IMPORT_OF(HalGetBusData);
ULONG NTAPI ImportedSetBusData(BUS_DATA_TYPE, ULONG, ULONG, PVOID, ULONG) IMPORT_OF(HalSetBusData);
BOOLEAN NTAPI ImportedTranslate(INTERFACE_TYPE, ULONG, PHYSICAL_ADDRESS, PULONG, PPHYSICAL_ADDRESS)
    IMPORT_OF(HalTranslateBusAddress);
ULONG NTAPI ImportedGetByOffset(BUS_DATA_TYPE, ULONG, ULONG, PVOID, ULONG, ULONG)
    IMPORT_OF(HalGetBusDataByOffset);
ULONG NTAPI ImportedSetByOffset(BUS_DATA_TYPE, ULONG, ULONG, PVOID, ULONG, ULONG)
    IMPORT_OF(HalSetBusDataByOffset);
}

// The box has no PCI bus.
EXPORT_CASE(HalGetBusData, HalGetBusDataByOffset, HalSetBusData, HalSetBusDataByOffset,
            HalTranslateBusAddress) {
    ULONG Data = 0x5a5a5a5a;
    EXPECT_EQ(ImportedGetBusData(PCIConfiguration, 0, 0, &Data, sizeof Data), 0);
    EXPECT_EQ(ImportedGetByOffset(PCIConfiguration, 0, 0, &Data, 4, sizeof Data), 0);
    EXPECT_EQ(ImportedSetBusData(PCIConfiguration, 0, 0, &Data, sizeof Data), 0);
    EXPECT_EQ(ImportedSetByOffset(Cmos, 0, 0, &Data, 4, sizeof Data), 0);
    EXPECT_EQ(Data, 0x5a5a5a5a);
    PHYSICAL_ADDRESS From, To = {};
    From.QuadPart = 0xfee0000;
    ULONG Space = 0;
    EXPECT_TRUE(ImportedTranslate(PCIBus, 0, From, &Space, &To));
    EXPECT_EQ(To.QuadPart, From.QuadPart);
    Space = 9;
    EXPECT_FALSE(ImportedTranslate(PCIBus, 0, From, &Space, &To));
}

namespace {
// Version 3, which the headers do not have: the description goes on, and so do the operations.
struct DESCRIPTION3 {
    DEVICE_DESCRIPTION First;
    ULONG DmaAddressWidth, DmaControllerInstance, DmaRequestLine;
    PHYSICAL_ADDRESS DeviceAddress;
};
struct INFORMATION {
    ULONG Version, ReadDmaCounterAvailable, ScatterGatherLimit, DmaAddressWidth, Flags, Unit;
};
struct OPERATIONS3 {
    DMA_OPERATIONS Second;
    NTSTATUS(NTAPI *GetDmaAdapterInfo)(PDMA_ADAPTER, INFORMATION *);
    PVOID GetDmaTransferInfo;
    NTSTATUS(NTAPI *InitializeDmaTransferContext)(PDMA_ADAPTER, PVOID);
    PVOID(NTAPI *AllocateCommonBufferEx)(PDMA_ADAPTER, PPHYSICAL_ADDRESS, ULONG, PPHYSICAL_ADDRESS,
                                         BOOLEAN, ULONG);
    NTSTATUS(NTAPI *AllocateAdapterChannelEx)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, ULONG, ULONG,
                                              PDRIVER_CONTROL, PVOID, PVOID *);
    PVOID ConfigureAdapterChannel;
    BOOLEAN(NTAPI *CancelAdapterChannel)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID);
    NTSTATUS(NTAPI *MapTransferEx)(PDMA_ADAPTER, PMDL, PVOID, ULONGLONG, ULONG, PULONG, BOOLEAN,
                                   PSCATTER_GATHER_LIST, ULONG, PVOID, PVOID);
    NTSTATUS(NTAPI *GetScatterGatherListEx)(PDMA_ADAPTER, PDEVICE_OBJECT, PVOID, PMDL, ULONGLONG,
                                            ULONG, ULONG, PDRIVER_LIST_CONTROL, PVOID, BOOLEAN,
                                            PVOID, PVOID, PSCATTER_GATHER_LIST *);
    PVOID BuildScatterGatherListEx;
    NTSTATUS(NTAPI *FlushAdapterBuffersEx)(PDMA_ADAPTER, PMDL, PVOID, ULONGLONG, ULONG, BOOLEAN);
    VOID(NTAPI *FreeAdapterObject)(PDMA_ADAPTER, IO_ALLOCATION_ACTION);
};
} // namespace

EXPORT_CASE(IoGetDmaAdapter, ExAllocatePoolWithTag) {
    DESCRIPTION3 Description = {};
    Description.First = BusMaster();
    Description.First.Version = 3;
    ULONG Registers = 0;
    PDMA_ADAPTER Adapter = IoGetDmaAdapter(Case.PhysicalDevice, &Description.First, &Registers);
    REQUIRE(Adapter != nullptr);
    const auto *Operations = reinterpret_cast<const OPERATIONS3 *>(Adapter->DmaOperations);
    EXPECT_TRUE(Operations->Second.Size >= sizeof(OPERATIONS3));
    INFORMATION Information = {1, 9, 9, 9, 9, 9};
    EXPECT_SUCCESS(Operations->GetDmaAdapterInfo(Adapter, &Information));
    EXPECT_EQ(Information.DmaAddressWidth, 32);
    PHYSICAL_ADDRESS Limit, Logical;
    Limit.QuadPart = 0x3fffffff;
    PVOID Buffer =
        Operations->AllocateCommonBufferEx(Adapter, &Limit, PAGE_SIZE, &Logical, TRUE, 0);
    REQUIRE(Buffer != nullptr);
    EXPECT_TRUE(Logical.QuadPart + PAGE_SIZE - 1 <= Limit.QuadPart);
    Operations->Second.FreeCommonBuffer(Adapter, PAGE_SIZE, Logical, Buffer, TRUE);

    auto *Memory = static_cast<PUCHAR>(ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, 'esaC'));
    PMDL Mdl = IoAllocateMdl(Memory, PAGE_SIZE, FALSE, FALSE, nullptr);
    MmBuildMdlForNonPagedPool(Mdl);
    UCHAR First[128], Second[128];
    EXPECT_SUCCESS(Operations->InitializeDmaTransferContext(Adapter, First));
    EXPECT_SUCCESS(Operations->InitializeDmaTransferContext(Adapter, Second));
    PSCATTER_GATHER_LIST List = nullptr;
    UCHAR Room[sizeof(SCATTER_GATHER_LIST) + 4 * sizeof(SCATTER_GATHER_ELEMENT)];
    PVOID Base = nullptr, Other = nullptr;
    CHANNEL Waiting = {0, nullptr, DeallocateObject};
    ULONG Length = 512;
    const KIRQL Irql = KeRaiseIrqlToDpcLevel();
    EXPECT_SUCCESS(Operations->GetScatterGatherListEx(Adapter, Case.Device, First, Mdl, 64, 256, 0,
                                                      nullptr, nullptr, TRUE, nullptr, nullptr,
                                                      &List));
    EXPECT_EQ(List->Elements[0].Address.QuadPart, MmGetPhysicalAddress(Memory).QuadPart + 64);
    EXPECT_EQ(TotalLength(List), 256);
    Operations->Second.PutScatterGatherList(Adapter, List, TRUE);
    // Synchronously: at once or not at all. Who waits can be called off.
    EXPECT_SUCCESS(Operations->AllocateAdapterChannelEx(Adapter, Case.Device, First, 2, 1, nullptr,
                                                        nullptr, &Base));
    EXPECT_EQ(Operations->AllocateAdapterChannelEx(Adapter, Case.Device, Second, 2, 1, nullptr,
                                                   nullptr, &Other),
              STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_SUCCESS(Operations->AllocateAdapterChannelEx(Adapter, Case.Device, Second, 2, 0,
                                                        GotChannel, &Waiting, nullptr));
    EXPECT_TRUE(Operations->CancelAdapterChannel(Adapter, Case.Device, Second));
    EXPECT_FALSE(Operations->CancelAdapterChannel(Adapter, Case.Device, Second));
    auto *Mapped = reinterpret_cast<PSCATTER_GATHER_LIST>(Room);
    EXPECT_SUCCESS(Operations->MapTransferEx(Adapter, Mdl, Base, 16, 0, &Length, TRUE, Mapped,
                                             sizeof Room, nullptr, nullptr));
    EXPECT_EQ(Length, 512);
    EXPECT_EQ(TotalLength(Mapped), 512);
    EXPECT_SUCCESS(Operations->FlushAdapterBuffersEx(Adapter, Mdl, Base, 16, Length, TRUE));
    Operations->FreeAdapterObject(Adapter, DeallocateObject);
    KeLowerIrql(Irql);
    EXPECT_EQ(Waiting.Calls, 0);
    IoFreeMdl(Mdl);
    ExFreePoolWithTag(Memory, 'esaC');
    Operations->Second.PutDmaAdapter(Adapter);
}
