// Resource lists, interrupt sync objects and DMA channels.
#include "support/pc_case.h"

namespace {

struct Routine {
    PINTERRUPTSYNC Sync;
    NTSTATUS Answer;
    KIRQL Irql;
    LONG Calls;
};

NTSTATUS NTAPI Serve(PINTERRUPTSYNC Sync, PVOID Context) {
    auto *Own = static_cast<Routine *>(Context);
    Own->Sync = Sync;
    Own->Irql = KeGetCurrentIrql();
    ++Own->Calls;
    return Own->Answer;
}

DEVICE_DESCRIPTION Master(ULONG Bytes) {
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.Master = TRUE;
    Description.ScatterGather = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.InterfaceType = PCIBus;
    Description.DmaWidth = Width32Bits;
    Description.MaximumLength = Bytes;
    return Description;
}

} // namespace

EXPORT_CASE(PcNewInterruptSync) {
    PRESOURCELIST Resources = CaseResources();
    REQUIRE(Resources != nullptr);
    PINTERRUPTSYNC Sync = nullptr;
    EXPECT_EQ(PcNewInterruptSync(nullptr, nullptr, Resources, 0, InterruptSyncModeNormal),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewInterruptSync(&Sync, nullptr, nullptr, 0, InterruptSyncModeNormal),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewInterruptSync(&Sync, nullptr, Resources, 1, InterruptSyncModeNormal),
              STATUS_INVALID_PARAMETER); // there is one interrupt
    EXPECT_EQ(PcNewInterruptSync(&Sync, nullptr, Resources, 0, INTERRUPTSYNCMODE(0)),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewInterruptSync(&Sync, nullptr, Resources, 0, INTERRUPTSYNCMODE(4)),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Sync, nullptr);
    REQUIRE_SUCCESS(PcNewInterruptSync(&Sync, nullptr, Resources, 0, InterruptSyncModeNormal));
    EXPECT_EQ(Resources->Release(), 0); // it keeps no reference

    Routine Own = {nullptr, STATUS_DEVICE_BUSY, 0, 0};
    EXPECT_EQ(Sync->GetKInterrupt(), nullptr);
    EXPECT_EQ(Sync->CallSynchronizedRoutine(Serve, &Own), STATUS_DEVICE_BUSY);
    EXPECT_EQ(Own.Irql, CaseInterruptIrql); // not connected yet, all the same
    EXPECT_EQ(Own.Sync, Sync);
    EXPECT_EQ(Sync->RegisterServiceRoutine(nullptr, &Own, FALSE), STATUS_INVALID_PARAMETER);
    EXPECT_SUCCESS(Sync->RegisterServiceRoutine(Serve, &Own, FALSE));

    REQUIRE_SUCCESS(Sync->Connect());
    EXPECT_EQ(Sync->Connect(), STATUS_UNSUCCESSFUL);
    PKINTERRUPT Interrupt = Sync->GetKInterrupt();
    EXPECT_NE(Interrupt, nullptr);
    Own.Answer = STATUS_SUCCESS;
    KIRQL Before;
    KeRaiseIrql(CaseInterruptIrql, &Before); // the highest that may call
    EXPECT_SUCCESS(Sync->CallSynchronizedRoutine(Serve, &Own));
    KeLowerIrql(Before);
    EXPECT_EQ(Own.Calls, 2);
    EXPECT_EQ(Own.Irql, CaseInterruptIrql);
    EXPECT_EQ(Sync->CallSynchronizedRoutine(nullptr, &Own), STATUS_INVALID_PARAMETER);
    Sync->Disconnect();
    EXPECT_EQ(Sync->GetKInterrupt(), nullptr);
    Sync->Disconnect();
    EXPECT_SUCCESS(Sync->Connect());
    PVOID Same = nullptr;
    EXPECT_SUCCESS(Sync->QueryInterface(IID_IInterruptSync, &Same));
    EXPECT_EQ(Same, Sync);
    Sync->Release();
    EXPECT_EQ(Sync->Release(), 0); // disconnects
}

// A vector is shared if its resource says so.
EXPORT_CASE(PcNewInterruptSync, PcNewResourceSublist) {
    PRESOURCELIST Resources = CaseResources(), Shared = nullptr;
    REQUIRE_SUCCESS(PcNewResourceSublist(&Shared, nullptr, PagedPool, Resources, 1));
    CM_PARTIAL_RESOURCE_DESCRIPTOR Interrupt =
        *Resources->FindTranslatedEntry(CmResourceTypeInterrupt, 0);
    Interrupt.ShareDisposition = CmResourceShareShared;
    EXPECT_SUCCESS(Shared->AddEntry(&Interrupt, &Interrupt));
    const struct {
        PRESOURCELIST List;
        NTSTATUS Second;
    } Rows[] = {{Resources, STATUS_INVALID_PARAMETER}, {Shared, STATUS_SUCCESS}};
    for (const auto &Row : Rows) {
        PINTERRUPTSYNC Syncs[2] = {};
        for (PINTERRUPTSYNC &One : Syncs)
            REQUIRE_SUCCESS(
                PcNewInterruptSync(&One, nullptr, Row.List, 0, InterruptSyncModeNormal));
        EXPECT_SUCCESS(Syncs[0]->Connect());
        EXPECT_EQ(Syncs[1]->Connect(), Row.Second);
        for (PINTERRUPTSYNC One : Syncs)
            EXPECT_EQ(One->Release(), 0);
    }
    EXPECT_EQ(Shared->Release(), 0);
    EXPECT_EQ(Resources->Release(), 0);
}

EXPORT_CASE(PcNewDmaChannel) {
    constexpr ULONG Bytes = 0x6000;
    DEVICE_DESCRIPTION Description = Master(0x10000);
    PDMACHANNEL Channel = nullptr;
    EXPECT_EQ(PcNewDmaChannel(nullptr, nullptr, NonPagedPool, &Description, Case.Device),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, nullptr, Case.Device),
              STATUS_INVALID_PARAMETER);
    EXPECT_EQ(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Description, nullptr),
              STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Description, Case.Device));
    EXPECT_EQ(Channel->MaximumBufferSize(), 0x10000);
    EXPECT_EQ(Channel->AllocatedBufferSize(), 0);
    EXPECT_EQ(Channel->BufferSize(), 0);
    EXPECT_EQ(Channel->SystemAddress(), nullptr);
    EXPECT_NE(Channel->GetAdapterObject(), nullptr);
    PVOID Slave = nullptr;
    EXPECT_EQ(Channel->QueryInterface(IID_IDmaChannelSlave, &Slave), STATUS_INVALID_PARAMETER);

    PHYSICAL_ADDRESS Within64K;
    Within64K.QuadPart = 0xffff;
    EXPECT_EQ(Channel->AllocateBuffer(0, nullptr), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Channel->AllocateBuffer(0x10001, nullptr), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(Channel->AllocateBuffer(Bytes, &Within64K));
    EXPECT_EQ(Channel->AllocateBuffer(Bytes, nullptr), STATUS_UNSUCCESSFUL);
    EXPECT_EQ(Channel->AllocatedBufferSize(), Bytes);
    EXPECT_EQ(Channel->BufferSize(), Bytes);
    const ULONGLONG First = Channel->PhysicalAddress().QuadPart;
    EXPECT_EQ(First >> 16, (First + Bytes - 1) >> 16);
    auto *Memory = static_cast<PUCHAR>(Channel->SystemAddress());
    REQUIRE(Memory != nullptr);
    EXPECT_EQ(MmGetPhysicalAddress(Memory).QuadPart, First);
    EXPECT_EQ(MmGetPhysicalAddress(Memory + Bytes - 1).QuadPart, First + Bytes - 1);
    UCHAR There[16], Back[16] = {};
    for (UCHAR i = 0; i < 16; ++i)
        There[i] = UCHAR(i * 3 + 1);
    Channel->CopyTo(Memory + 100, There, sizeof There);
    EXPECT_EQ(Memory[115], 46);
    Channel->CopyFrom(Back, Memory + 100, sizeof Back);
    EXPECT_EQ(RtlCompareMemory(There, Back, sizeof Back), sizeof Back);
    Channel->SetBufferSize(0x1000);
    EXPECT_EQ(Channel->BufferSize(), 0x1000);
    EXPECT_EQ(Channel->AllocatedBufferSize(), Bytes);
    Channel->FreeBuffer();
    EXPECT_EQ(Channel->AllocatedBufferSize(), 0);
    EXPECT_EQ(Channel->SystemAddress(), nullptr);
    // For the buffer that is there at its end.
    EXPECT_SUCCESS(Channel->AllocateBuffer(Bytes, nullptr));
    EXPECT_EQ(Channel->TransferCount(), 0);
    EXPECT_EQ(Channel->Release(), 0);
}

EXPORT_CASE(PcNewDmaChannel) {
    // A boundary every 64 KiB: eight buffers beside each other cannot all lie well by chance.
    DEVICE_DESCRIPTION Description = Master(0x10000);
    PHYSICAL_ADDRESS Within64K, TooSmall;
    Within64K.QuadPart = 0xffff;
    TooSmall.QuadPart = 0xfff;
    PDMACHANNEL Channels[8] = {};
    for (PDMACHANNEL &Channel : Channels) {
        REQUIRE_SUCCESS(
            PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Description, Case.Device));
        EXPECT_EQ(Channel->AllocateBuffer(0x2000, &TooSmall), STATUS_INSUFFICIENT_RESOURCES);
        EXPECT_SUCCESS(Channel->AllocateBuffer(0x6000, &Within64K));
        const ULONGLONG First = Channel->PhysicalAddress().QuadPart;
        EXPECT_EQ(First >> 16, (First + 0x6000 - 1) >> 16);
        EXPECT_EQ(MmGetPhysicalAddress(Channel->SystemAddress()).QuadPart, First);
    }
    for (PDMACHANNEL Channel : Channels)
        EXPECT_EQ(Channel->Release(), 0);
}

EXPORT_CASE(PcNewDmaChannel) {
    DEVICE_DESCRIPTION Description = {};
    Description.Version = DEVICE_DESCRIPTION_VERSION;
    Description.AutoInitialize = TRUE;
    Description.Dma32BitAddresses = TRUE;
    Description.DmaChannel = 5;
    Description.InterfaceType = Isa;
    Description.DmaWidth = Width16Bits;
    Description.MaximumLength = 0x8000;
    PDMACHANNEL Channel = nullptr;
    REQUIRE_SUCCESS(PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Description, Case.Device));
    PDMACHANNELSLAVE Slave = nullptr;
    REQUIRE_SUCCESS(Channel->QueryInterface(IID_IDmaChannelSlave, (PVOID *)&Slave));
    Channel->Release();
    EXPECT_EQ(Slave->Start(0x1000, TRUE), STATUS_INVALID_PARAMETER); // no buffer
    REQUIRE_SUCCESS(Slave->AllocateBuffer(0x4000, nullptr));
    EXPECT_EQ(Slave->Start(0, TRUE), STATUS_INVALID_PARAMETER);
    EXPECT_EQ(Slave->Start(0x4001, TRUE), STATUS_INVALID_PARAMETER);
    REQUIRE_SUCCESS(Slave->Start(0x2000, TRUE));
    EXPECT_EQ(Slave->TransferCount(), 0x2000);
    EXPECT_EQ(Slave->ReadCounter(), 0x2000); // no device takes a byte
    ULONG64 Counter;
    ULONGLONG Waited = KeQueryInterruptTimePrecise(&Counter);
    EXPECT_EQ(Slave->WaitForTC(100), STATUS_IO_TIMEOUT);
    Waited = KeQueryInterruptTimePrecise(&Counter) - Waited;
    EXPECT_TRUE(Waited >= 1000); // 100 us
    EXPECT_EQ(Slave->Start(0x2000, TRUE), STATUS_UNSUCCESSFUL);
    EXPECT_SUCCESS(Slave->Stop());
    EXPECT_EQ(Slave->TransferCount(), 0);
    EXPECT_EQ(Slave->ReadCounter(), 0);
    EXPECT_SUCCESS(Slave->WaitForTC(100)); // nothing is under way
    EXPECT_SUCCESS(Slave->Stop());
    REQUIRE_SUCCESS(Slave->Start(0x4000, FALSE)); // again, and released while it runs
    EXPECT_EQ(Slave->Release(), 0);
}

// Wherever memory is to be had: a buffer crosses no boundary that it must not, up to its last byte.
EXPORT_CASE(PcNewDmaChannel) {
    DEVICE_DESCRIPTION Description = Master(0x10000);
    PHYSICAL_ADDRESS Within;
    for (ULONG Boundary = 0x1000; Boundary <= 0x8000; Boundary *= 2) {
        const ULONG Sizes[] = {Boundary, Boundary - 1, Boundary / 2 + 1};
        PDMACHANNEL Channels[12];
        Within.QuadPart = Boundary - 1;
        for (ULONG Index = 0; Index < SIZEOF_ARRAY(Channels); ++Index) {
            const ULONG Bytes = Sizes[Index % 3];
            REQUIRE_SUCCESS(PcNewDmaChannel(&Channels[Index], nullptr, NonPagedPool, &Description,
                                            Case.Device));
            EXPECT_SUCCESS(Channels[Index]->AllocateBuffer(Bytes, &Within));
            const ULONGLONG First = Channels[Index]->PhysicalAddress().QuadPart;
            EXPECT_EQ(First / Boundary, (First + Bytes - 1) / Boundary);
            EXPECT_EQ(MmGetPhysicalAddress(Channels[Index]->SystemAddress()).QuadPart,
                      LONGLONG(First));
        }
        PDMACHANNEL Channel = nullptr;
        REQUIRE_SUCCESS(
            PcNewDmaChannel(&Channel, nullptr, NonPagedPool, &Description, Case.Device));
        EXPECT_EQ(Channel->AllocateBuffer(Boundary + 1, &Within), STATUS_INSUFFICIENT_RESOURCES);
        EXPECT_EQ(Channel->SystemAddress(), nullptr);
        EXPECT_EQ(Channel->Release(), 0);
        for (PDMACHANNEL One : Channels)
            EXPECT_EQ(One->Release(), 0);
    }
}
