// Interlocked lists and lookaside lists, as the headers' inline code uses them.
#include "nt/ex/box_test.h"
#include "nt/ex/slist.h"
#include "nt/mm/pool.h"

#include <algorithm>

namespace ksbox {
namespace {

class ListsTest : public BoxTest {
  protected:
    std::size_t blocks() {
        return kernel->pool().outstanding(nullptr, reinterpret_cast<void *>(UINTPTR_MAX)).size();
    }
};
INSTANTIATE_TEST_SUITE_P(Modes, ListsTest, both_modes, mode_name);

TEST_P(ListsTest, SListIsLastInFirstOut) {
    run([&] {
        SLIST_HEADER head;
        ksbox_InitializeSListHead(&head);
        alignas(16) SLIST_ENTRY entries[3];
        EXPECT_EQ(ksbox_ExpInterlockedPopEntrySList(&head), nullptr);
        EXPECT_EQ(ksbox_ExpInterlockedPushEntrySList(&head, &entries[0]), nullptr);
        EXPECT_EQ(head.HeaderX64.NextEntry, reinterpret_cast<std::uint64_t>(&entries[0]) >> 4);
        struct alignas(16) Aligned {
            SLIST_ENTRY entry;
        } second, third;
        EXPECT_EQ(ksbox_ExpInterlockedPushEntrySList(&head, &second.entry), &entries[0]);
        EXPECT_EQ(ksbox_ExpInterlockedPushEntrySList(&head, &third.entry), &second.entry);
        EXPECT_EQ(ksbox_ExQueryDepthSList(&head), 3);
        EXPECT_EQ(ksbox_ExpInterlockedPopEntrySList(&head), &third.entry);
        EXPECT_EQ(ksbox_ExpInterlockedFlushSList(&head), &second.entry);
        EXPECT_EQ(second.entry.Next, &entries[0]);
        EXPECT_EQ(ksbox_ExQueryDepthSList(&head), 0);
        EXPECT_EQ(ksbox_ExpInterlockedFlushSList(&head), nullptr);
    });
}

TEST_P(ListsTest, SListLosesNothingBetweenThreads) {
    run([&] {
        struct alignas(16) Node {
            SLIST_ENTRY entry;
            int taken = 0;
        };
        constexpr int count = 64;
        std::vector<Node> nodes(count);
        SLIST_HEADER head;
        ksbox_InitializeSListHead(&head);
        for (Node &node : nodes)
            ksbox_ExpInterlockedPushEntrySList(&head, &node.entry);
        const auto work = [&] {
            for (int i = 0; i < 2000; ++i) {
                auto *entry = ksbox_ExpInterlockedPopEntrySList(&head);
                ASSERT_NE(entry, nullptr);
                auto *node = CONTAINING_RECORD(entry, Node, entry);
                EXPECT_EQ(__atomic_exchange_n(&node->taken, 1, __ATOMIC_ACQ_REL), 0);
                if (i % 64 == 0)
                    kernel->scheduler().yield();
                __atomic_store_n(&node->taken, 0, __ATOMIC_RELEASE);
                ksbox_ExpInterlockedPushEntrySList(&head, entry);
            }
        };
        run_together({work, work, work});
        EXPECT_EQ(ksbox_ExQueryDepthSList(&head), count);
    });
}

TEST_P(ListsTest, LookasideListsGoThroughThePool) {
    run([&] {
        const std::size_t before = blocks();
        auto list = std::make_unique<NPAGED_LOOKASIDE_LIST>();
        ExInitializeNPagedLookasideList(list.get(), nullptr, nullptr, 0, 100, 'tseT', 0);
        void *first = list->L.Allocate(list->L.Type, list->L.Size, list->L.Tag);
        EXPECT_EQ(kernel->pool().find(first)->tag, ULONG('tseT'));
        EXPECT_EQ(kernel->pool().find(first)->bytes, 100u);
        list->L.Free(first);
        EXPECT_EQ(list->L.Depth, 0); // so that inline frees reach the pool
        // What a driver with its own depth put there is freed with the list.
        void *kept = list->L.Allocate(list->L.Type, list->L.Size, list->L.Tag);
        ksbox_ExpInterlockedPushEntrySList(&list->L.ListHead, static_cast<PSLIST_ENTRY>(kept));
        ExDeleteNPagedLookasideList(list.get());
        EXPECT_EQ(blocks(), before);

        auto list_ex = std::make_unique<LOOKASIDE_LIST_EX>();
        EXPECT_EQ(ExInitializeLookasideListEx(list_ex.get(), nullptr, nullptr, PagedPool, 3, 64,
                                              'tseT', 0),
                  STATUS_INVALID_PARAMETER_5);
        ASSERT_EQ(ExInitializeLookasideListEx(list_ex.get(), nullptr, nullptr, PagedPool, 0, 64,
                                              'tseT', 0),
                  STATUS_SUCCESS);
        void *block =
            list_ex->L.AllocateEx(list_ex->L.Type, list_ex->L.Size, list_ex->L.Tag, list_ex.get());
        EXPECT_EQ(kernel->pool().find(block)->kind, mm::PoolKind::paged);
        list_ex->L.FreeEx(block, list_ex.get());
        ExDeleteLookasideListEx(list_ex.get());
        EXPECT_EQ(blocks(), before);
    });
}

TEST_P(ListsTest, InterlockedListsWork) {
    run([&] {
        KSPIN_LOCK lock = 0;
        LIST_ENTRY head, a, b;
        InitializeListHead(&head);
        EXPECT_EQ(ExInterlockedInsertTailList(&head, &a, &lock), nullptr);
        EXPECT_EQ(ExInterlockedInsertHeadList(&head, &b, &lock), &a);
        EXPECT_EQ(ExInterlockedRemoveHeadList(&head, &lock), &b);
        EXPECT_EQ(ExInterlockedRemoveHeadList(&head, &lock), &a);
        EXPECT_EQ(ExInterlockedRemoveHeadList(&head, &lock), nullptr);
        SINGLE_LIST_ENTRY single{}, c, d;
        EXPECT_EQ(ExInterlockedPushEntryList(&single, &c, &lock), nullptr);
        EXPECT_EQ(ExInterlockedPushEntryList(&single, &d, &lock), &c);
        EXPECT_EQ(ExInterlockedPopEntryList(&single, &lock), &d);
        ULONG sum = 5;
        EXPECT_EQ(ExInterlockedAddUlong(&sum, 3, &lock), 5u);
        EXPECT_EQ(sum, 8u);
        EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    });
}

TEST_P(ListsTest, PoolExportsAllocateZeroAndCheckIrql) {
    run([&] {
        auto *zeroed =
            static_cast<unsigned char *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'tseT'));
        EXPECT_TRUE(std::all_of(zeroed, zeroed + 100, [](unsigned char c) { return c == 0; }));
        ExFreePoolWithTag(zeroed, 'tseT');
        EXPECT_EQ(ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 0), nullptr);
        EXPECT_EQ(ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, 100, 'tseT'), nullptr);
        EXPECT_EQ(ExAllocatePool2(POOL_FLAG_NON_PAGED | 0x1000, 100, 'tseT'), nullptr);
        EXPECT_EQ(ExAllocatePoolWithTag(NonPagedPool, std::size_t(1) << 40, 'tseT'), nullptr);
        void *page = ExAllocatePoolWithTag(PagedPool, 4096, 'tseT');
        EXPECT_EQ(reinterpret_cast<std::uint64_t>(page) % 4096, 0u);
        ExFreePool(page);
    });
    EXPECT_EQ(stop_code([&] {
                  KfRaiseIrql(DISPATCH_LEVEL);
                  ExAllocatePoolWithTag(PagedPool, 16, 'tseT');
              }),
              0xc2u);
}

TEST_P(ListsTest, RaisingWithNobodyToHandleItStopsTheBox) {
    EXPECT_EQ(
        stop_code([&] { ExAllocatePoolWithQuotaTag(NonPagedPool, std::size_t(1) << 40, 'tseT'); }),
        0x1eu);
}

} // namespace
} // namespace ksbox
