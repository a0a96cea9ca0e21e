#include "nt/mm/mdl.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "nt/mm/layout.h"
#include "nt/mm/pool.h"

#include <gtest/gtest.h>

namespace {

using namespace ksbox::mm;
using ksbox::mm::layout::page_bytes;

class MdlTest : public testing::Test {
  protected:
    void SetUp() override {
        memory = Memory::create().value();
        pool = std::make_unique<Pool>(*memory, 1, [this](const PoolMisuse &) { ++misuses; });
        client = memory->commit(Region::client, 8 * page_bytes).value();
    }
    void TearDown() override {
        EXPECT_EQ(misuses, 0);
        EXPECT_EQ(memory->pinned_ranges(), 0u);
    }
    MDL *make(std::byte *address, std::size_t length) {
        return mdl_allocate(*pool, address, length, nullptr);
    }
    void drop(MDL *mdl) { mdl_free(*memory, *pool, mdl, nullptr); }
    std::size_t blocks() const {
        return pool->outstanding(nullptr, reinterpret_cast<void *>(UINTPTR_MAX)).size();
    }

    std::unique_ptr<Memory> memory;
    std::unique_ptr<Pool> pool;
    std::byte *client = nullptr;
    int misuses = 0;
};

TEST_F(MdlTest, SpansTheRightPages) {
    struct Case {
        std::size_t offset, length, pages;
    };
    for (const Case &c : {Case{0, 1, 1}, Case{0, 4096, 1}, Case{1, 4096, 2}, Case{4095, 2, 2},
                          Case{100, 0, 1}, Case{0, 0, 0}, Case{10, 3 * 4096, 4}}) {
        MDL *mdl = make(client + c.offset, c.length);
        EXPECT_EQ(mdl_pages(*mdl), c.pages);
        EXPECT_EQ(mdl->StartVa, client);
        EXPECT_EQ(mdl->ByteOffset, c.offset);
        EXPECT_EQ(mdl->ByteCount, c.length);
        EXPECT_EQ(mdl->Size, static_cast<CSHORT>(48 + 8 * c.pages));
        EXPECT_EQ(mdl->MdlFlags, 0);
        drop(mdl);
    }
    EXPECT_EQ(blocks(), 0u);
}

TEST_F(MdlTest, LocksMapsAndUnlocksAClientBuffer) {
    MDL *mdl = make(client + 100, 2 * page_bytes);
    int process = 0;
    ASSERT_TRUE(mdl_lock(*memory, *mdl, UserMode, IoModifyAccess, &process));
    EXPECT_EQ(mdl->MdlFlags, MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
    EXPECT_EQ(mdl->Process, reinterpret_cast<struct _EPROCESS *>(&process));
    EXPECT_EQ(mdl_pfns(*mdl)[2], *memory->pfn_of(client + 2 * page_bytes));
    std::byte *view = mdl_system_address(*memory, *mdl).value();
    EXPECT_EQ(mdl_system_address(*memory, *mdl).value(), view);
    EXPECT_TRUE(memory->is_system(view));
    view[0] = std::byte(1);
    view[2 * page_bytes - 1] = std::byte(2);
    EXPECT_EQ(client[100], std::byte(1));
    EXPECT_EQ(client[100 + 2 * page_bytes - 1], std::byte(2));
    mdl_unlock(*memory, *mdl);
    EXPECT_EQ(mdl->MdlFlags, 0);
    EXPECT_FALSE(memory->accessible(view, 1, false));
    drop(mdl);
}

TEST_F(MdlTest, RefusesWhatTheCallerMayNotTouch) {
    const auto status = [&](std::byte *address, std::size_t length, KPROCESSOR_MODE mode,
                            LOCK_OPERATION operation) {
        MDL *mdl = make(address, length);
        const auto result = mdl_lock(*memory, *mdl, mode, operation, nullptr);
        EXPECT_EQ(result.has_value(), (mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
        if (result)
            mdl_unlock(*memory, *mdl);
        drop(mdl);
        return result ? STATUS_SUCCESS : result.error().value();
    };
    std::byte *system = memory->commit(Region::pool, page_bytes).value();
    ASSERT_TRUE(memory->protect(client, page_bytes, Protection::read));
    EXPECT_EQ(status(client, page_bytes, UserMode, IoReadAccess), STATUS_SUCCESS);
    EXPECT_EQ(status(client, page_bytes, UserMode, IoWriteAccess), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(status(client + 7 * page_bytes, page_bytes + 1, UserMode, IoReadAccess),
              STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(status(system, 8, UserMode, IoReadAccess), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(status(system, 8, KernelMode, IoWriteAccess), STATUS_SUCCESS);
    EXPECT_EQ(status(nullptr, 8, UserMode, IoReadAccess), STATUS_ACCESS_VIOLATION);
    std::byte on_host[8];
    EXPECT_EQ(status(on_host, 8, KernelMode, IoReadAccess), STATUS_ACCESS_VIOLATION);
}

TEST_F(MdlTest, PoolBuffersNeedNoMapping) {
    auto *buffer =
        static_cast<std::byte *>(pool->allocate(PoolKind::nonpaged, 300, 1, nullptr, true));
    MDL *mdl = make(buffer, 300);
    ASSERT_TRUE(mdl_build_nonpaged(*memory, *mdl));
    EXPECT_EQ(mdl_system_address(*memory, *mdl).value(), buffer);
    std::byte *in_client = mdl_map_client(*memory, *mdl, Protection::read_write).value();
    in_client[299] = std::byte(5);
    EXPECT_EQ(buffer[299], std::byte(5));
    EXPECT_TRUE(mdl_unmap(*memory, *mdl, in_client));
    EXPECT_EQ(mdl->MappedSystemVa, buffer);
    EXPECT_FALSE(mdl_unmap(*memory, *mdl, in_client));
    drop(mdl);
    pool->free(buffer, 1, nullptr);
}

TEST_F(MdlTest, PartialMdlsShareOrMakeAMapping) {
    MDL *whole = make(client + 10, 5 * page_bytes);
    ASSERT_TRUE(mdl_lock(*memory, *whole, UserMode, IoWriteAccess, nullptr));
    MDL *part = make(client, 5 * page_bytes);
    EXPECT_FALSE(mdl_build_partial(*whole, *part, client, 1));
    EXPECT_FALSE(mdl_build_partial(*whole, *part, client + 10, 5 * page_bytes + 1));
    ASSERT_TRUE(mdl_build_partial(*whole, *part, client + page_bytes + 20, page_bytes));
    EXPECT_EQ(part->MdlFlags, MDL_PARTIAL | MDL_WRITE_OPERATION);
    EXPECT_EQ(mdl_pfns(*part)[0], mdl_pfns(*whole)[1]);
    std::byte *own = mdl_system_address(*memory, *part).value();
    EXPECT_NE(part->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED, 0);
    *own = std::byte(3);
    EXPECT_EQ(client[page_bytes + 20], std::byte(3));
    drop(part);
    EXPECT_FALSE(memory->accessible(own, 1, false));

    std::byte *view = mdl_system_address(*memory, *whole).value();
    part = make(client, 5 * page_bytes);
    ASSERT_TRUE(mdl_build_partial(*whole, *part, client + page_bytes, 0));
    EXPECT_EQ(part->ByteCount, 4 * page_bytes + 10);
    EXPECT_EQ(mdl_system_address(*memory, *part).value(), view + page_bytes - 10);
    drop(part);
    EXPECT_TRUE(memory->accessible(view, 1, true));
    mdl_unlock(*memory, *whole);
    drop(whole);
}

TEST_F(MdlTest, AdvancesItsBeginning) {
    MDL *mdl = make(client + 10, 3 * page_bytes);
    int process = 0;
    ASSERT_TRUE(mdl_lock(*memory, *mdl, UserMode, IoWriteAccess, &process));
    std::byte *view = mdl_system_address(*memory, *mdl).value();
    EXPECT_EQ(mdl_advance(*memory, *mdl, 3 * page_bytes + 1).error().value(),
              STATUS_INVALID_PARAMETER_2);
    ASSERT_TRUE(mdl_advance(*memory, *mdl, page_bytes + 5));
    EXPECT_EQ(mdl->StartVa, client + page_bytes);
    EXPECT_EQ(mdl->ByteOffset, 15u);
    EXPECT_EQ(mdl->ByteCount, 2 * page_bytes - 5);
    EXPECT_EQ(mdl->MappedSystemVa, view + page_bytes + 5);
    EXPECT_EQ(mdl_pfns(*mdl)[0], *memory->pfn_of(client + page_bytes));
    ASSERT_TRUE(mdl_advance(*memory, *mdl, mdl->ByteCount));
    EXPECT_EQ(mdl->ByteCount, 0u);
    mdl_unlock(*memory, *mdl);
    EXPECT_FALSE(memory->accessible(view, 1, false));
    drop(mdl);
}

TEST_F(MdlTest, AllocatesPagesWithoutAnAddress) {
    for (const bool contiguous : {true, false}) {
        for (const std::size_t pages : {1u, 15u, 16u, 17u, 40u}) {
            MDL *mdl = mdl_allocate_pages(*memory, *pool, {}, pages * page_bytes - 1, contiguous,
                                          true, nullptr);
            ASSERT_NE(mdl, nullptr);
            EXPECT_EQ(mdl->ByteCount, pages * page_bytes);
            const auto pfns = mdl_pfns(*mdl);
            const std::vector<Pfn> kept(pfns.begin(), pfns.end());
            EXPECT_FALSE(memory->accessible(memory->address_of(kept[0]), 1, false));
            bool follow = true;
            for (std::size_t i = 1; i < kept.size(); ++i)
                follow &= kept[i] == kept[i - 1] + 1;
            EXPECT_EQ(follow, contiguous || pages <= 16);
            std::vector<Pfn> sorted = kept;
            std::sort(sorted.begin(), sorted.end());
            EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end());
            std::byte *view = mdl_system_address(*memory, *mdl).value();
            for (std::size_t i = 0; i < pages; ++i) {
                EXPECT_EQ(view[i * page_bytes], std::byte(0));
                view[i * page_bytes] = std::byte(i);
            }
            mdl_free_pages(*memory, *mdl);
            for (Pfn pfn : kept)
                EXPECT_EQ(memory->address_of(pfn), nullptr);
            pool->free(mdl, 0, nullptr);
        }
    }
    PhysicalLimits low;
    low.highest = 0x3fffff;
    MDL *some = mdl_allocate_pages(*memory, *pool, low, 64 << 20, false, false, nullptr);
    ASSERT_NE(some, nullptr);
    EXPECT_LT(some->ByteCount, 4u << 20);
    mdl_free_pages(*memory, *some);
    pool->free(some, 0, nullptr);
    EXPECT_EQ(mdl_allocate_pages(*memory, *pool, low, 64 << 20, false, true, nullptr), nullptr);
    EXPECT_EQ(blocks(), 0u);
}

} // namespace
