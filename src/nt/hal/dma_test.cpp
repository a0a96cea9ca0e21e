// DMA through the adapter's own operations, as a driver calls them.
#include "nt/ex/box_test.h"
#include "nt/mm/layout.h"
#include "nt/mm/mdl.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

#include <cstring>

namespace ksbox {
namespace {

using mm::layout::page_bytes;

class DmaTest : public BoxTest {
  protected:
    PDMA_ADAPTER adapter(bool wide, bool scatters, ULONG version = 2) {
        DEVICE_DESCRIPTION description{};
        description.Version = version;
        description.Master = TRUE;
        description.ScatterGather = scatters;
        description.Dma32BitAddresses = TRUE;
        description.Dma64BitAddresses = wide;
        description.InterfaceType = PCIBus;
        description.MaximumLength = 16 * page_bytes;
        return IoGetDmaAdapter(nullptr, &description, &registers);
    }
    /// A locked client buffer of `bytes` with a pattern in it.
    MDL *buffer(std::size_t offset, std::size_t bytes) {
        data = kernel->memory().commit(mm::Region::client, offset + bytes).value() + offset;
        for (std::size_t i = 0; i < bytes; ++i)
            data[i] = std::byte(i * 7);
        MDL *mdl = mm::mdl_allocate(kernel->pool(), data, bytes, nullptr);
        EXPECT_TRUE(mm::mdl_lock(kernel->memory(), *mdl, UserMode, IoModifyAccess, nullptr));
        return mdl;
    }
    void drop(MDL *mdl) {
        mm::mdl_unlock(kernel->memory(), *mdl);
        mm::mdl_free(kernel->memory(), kernel->pool(), mdl, nullptr);
    }
    /// What the device sees at a logical address.
    std::byte *device_view(std::uint64_t logical) {
        return kernel->memory().address_of(logical / page_bytes) + logical % page_bytes;
    }
    std::size_t blocks() {
        return kernel->pool().outstanding(nullptr, reinterpret_cast<void *>(UINTPTR_MAX)).size();
    }

    ULONG registers = 0;
    std::byte *data = nullptr;
    DEVICE_OBJECT device{};
};
INSTANTIATE_TEST_SUITE_P(Modes, DmaTest, both_modes, mode_name);

struct Listed {
    PSCATTER_GATHER_LIST list = nullptr;
    KIRQL irql = 0;
};

void NTAPI listed(PDEVICE_OBJECT, PIRP, PSCATTER_GATHER_LIST list, PVOID context) {
    static_cast<Listed *>(context)->list = list;
    static_cast<Listed *>(context)->irql = KeGetCurrentIrql();
}

TEST_P(DmaTest, ScatterGatherListsDescribeTheBuffer) {
    run([&] {
        const std::size_t before = blocks();
        PDMA_ADAPTER dma = adapter(true, true);
        ASSERT_NE(dma, nullptr);
        EXPECT_EQ(dma->Version, 1);
        EXPECT_EQ(registers, 17u);
        MDL *mdl = buffer(100, 3 * page_bytes);
        Listed got;
        ASSERT_EQ(dma->DmaOperations->GetScatterGatherList(dma, &device, mdl, data + 50,
                                                           2 * page_bytes, listed, &got, TRUE),
                  STATUS_SUCCESS);
        EXPECT_EQ(got.irql, DISPATCH_LEVEL);
        std::size_t at = 50;
        for (ULONG i = 0; i < got.list->NumberOfElements; ++i) {
            const auto &element = got.list->Elements[i];
            EXPECT_EQ(device_view(element.Address.QuadPart), data + at);
            at += element.Length;
        }
        EXPECT_EQ(at, 50 + 2 * page_bytes);
        PMDL same = nullptr;
        EXPECT_EQ(dma->DmaOperations->BuildMdlFromScatterGatherList(dma, got.list, mdl, &same),
                  STATUS_SUCCESS);
        EXPECT_EQ(same, mdl);
        dma->DmaOperations->PutScatterGatherList(dma, got.list, TRUE);
        EXPECT_EQ(dma->DmaOperations->GetScatterGatherList(dma, &device, mdl, data + 50,
                                                           3 * page_bytes, listed, &got, TRUE),
                  STATUS_BUFFER_TOO_SMALL);
        drop(mdl);
        mdl = buffer(0, 18 * page_bytes);
        EXPECT_EQ(dma->DmaOperations->GetScatterGatherList(dma, &device, mdl, data, 18 * page_bytes,
                                                           listed, &got, TRUE),
                  STATUS_INSUFFICIENT_RESOURCES);
        drop(mdl);
        dma->DmaOperations->PutDmaAdapter(dma);
        EXPECT_EQ(blocks(), before);
    });
}

TEST_P(DmaTest, ADeviceThatCannotReachTheBufferWorksOnACopy) {
    run([&] {
        const std::size_t before = blocks();
        PDMA_ADAPTER dma = adapter(false, true);
        MDL *mdl = buffer(10, 2 * page_bytes); // client memory lies above 4 GiB
        Listed got;
        auto *operations = dma->DmaOperations;
        ASSERT_EQ(operations->GetScatterGatherList(dma, &device, mdl, data, 2 * page_bytes, listed,
                                                   &got, TRUE),
                  STATUS_SUCCESS);
        ASSERT_EQ(got.list->NumberOfElements, 1u);
        EXPECT_LE(got.list->Elements[0].Address.QuadPart + 2 * page_bytes, 0x1'0000'0000u);
        EXPECT_EQ(
            std::memcmp(device_view(got.list->Elements[0].Address.QuadPart), data, 2 * page_bytes),
            0);
        PMDL copy = nullptr;
        EXPECT_EQ(operations->BuildMdlFromScatterGatherList(dma, got.list, mdl, &copy),
                  STATUS_SUCCESS);
        EXPECT_NE(copy, mdl);
        EXPECT_EQ(operations->BuildMdlFromScatterGatherList(dma, got.list, mdl, &copy),
                  STATUS_NONE_MAPPED);
        operations->PutScatterGatherList(dma, got.list, TRUE);

        ULONG bytes = 0, needed = 0;
        ASSERT_EQ(
            operations->CalculateScatterGatherList(dma, mdl, data, 2 * page_bytes, &bytes, &needed),
            STATUS_SUCCESS);
        EXPECT_EQ(needed, 3u);
        std::vector<std::uint64_t> own(bytes / 8 + 1);
        ASSERT_EQ(operations->BuildScatterGatherList(dma, &device, mdl, data, 2 * page_bytes,
                                                     listed, &got, FALSE, own.data(), bytes),
                  STATUS_SUCCESS);
        EXPECT_EQ(static_cast<void *>(got.list), own.data());
        std::memset(device_view(got.list->Elements[0].Address.QuadPart), 0x5a, 2 * page_bytes);
        EXPECT_NE(data[0], std::byte(0x5a));
        operations->PutScatterGatherList(dma, got.list, FALSE);
        EXPECT_EQ(data[0], std::byte(0x5a));
        EXPECT_EQ(data[2 * page_bytes - 1], std::byte(0x5a));
        drop(mdl);
        operations->PutDmaAdapter(dma);
        EXPECT_EQ(blocks(), before);
    });
}

struct Channel {
    PVOID base = nullptr;
    int calls = 0;
    IO_ALLOCATION_ACTION action = DeallocateObjectKeepRegisters;
};

IO_ALLOCATION_ACTION NTAPI granted(PDEVICE_OBJECT, PIRP, PVOID base, PVOID context) {
    auto *channel = static_cast<Channel *>(context);
    channel->base = base;
    ++channel->calls;
    return channel->action;
}

TEST_P(DmaTest, ChannelsMapTransfersAndQueue) {
    run([&] {
        const std::size_t before = blocks();
        PDMA_ADAPTER dma = adapter(false, false, 1);
        auto *operations = dma->DmaOperations;
        EXPECT_EQ(operations->Size, offsetof(DMA_OPERATIONS, CalculateScatterGatherList));
        MDL *mdl = buffer(0, 2 * page_bytes);
        Channel first, second;
        first.action = KeepObject;
        const KIRQL irql = KfRaiseIrql(DISPATCH_LEVEL);
        EXPECT_EQ(operations->AllocateAdapterChannel(dma, &device, registers + 1, granted, &first),
                  STATUS_INSUFFICIENT_RESOURCES);
        ASSERT_EQ(operations->AllocateAdapterChannel(dma, &device, 3, granted, &first),
                  STATUS_SUCCESS);
        EXPECT_EQ(first.calls, 1);
        ASSERT_EQ(operations->AllocateAdapterChannel(dma, &device, 1, granted, &second),
                  STATUS_SUCCESS);
        EXPECT_EQ(second.calls, 0);
        ULONG length = 2 * page_bytes;
        const auto logical = operations->MapTransfer(dma, mdl, first.base, data, &length, FALSE);
        EXPECT_EQ(length, 2 * page_bytes);
        std::memset(device_view(logical.QuadPart), 0x33, length);
        EXPECT_TRUE(operations->FlushAdapterBuffers(dma, mdl, first.base, data, length, FALSE));
        EXPECT_EQ(data[length - 1], std::byte(0x33));
        operations->FreeMapRegisters(dma, first.base, 3);
        operations->FreeAdapterChannel(dma);
        EXPECT_EQ(second.calls, 1);
        operations->FreeMapRegisters(dma, second.base, 1);
        KeLowerIrql(irql);
        drop(mdl);
        operations->PutDmaAdapter(dma);
        EXPECT_EQ(blocks(), before);
    });
}

TEST_P(DmaTest, CommonBuffersLieWhereTheDeviceReaches) {
    run([&] {
        PDMA_ADAPTER dma = adapter(false, true);
        PHYSICAL_ADDRESS logical;
        void *common = dma->DmaOperations->AllocateCommonBuffer(dma, 5000, &logical, TRUE);
        ASSERT_NE(common, nullptr);
        EXPECT_LE(logical.QuadPart + 5000, 0x1'0000'0000);
        EXPECT_EQ(device_view(logical.QuadPart), common);
        EXPECT_EQ(MmGetPhysicalAddress(common).QuadPart, logical.QuadPart);
        dma->DmaOperations->FreeCommonBuffer(dma, 5000, logical, common, TRUE);
        dma->DmaOperations->PutDmaAdapter(dma);
        EXPECT_EQ(adapter(true, true, 4), nullptr);
    });
}

} // namespace
} // namespace ksbox
