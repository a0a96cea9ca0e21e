#include "nt/mm/guarded_pool.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "nt/mm/layout.h"
#include "nt/mm/memory.h"

namespace {

using namespace ksbox;
using namespace ksbox::mm;

constexpr std::uint32_t tag = 0x31676154; // 'Tag1'

class GuardedPoolTest : public testing::TestWithParam<PoolGuard> {
  protected:
    GuardedPoolTest() {
        pool_ = std::make_unique<Pool>(
            *memory_, 1, [this](const PoolMisuse &m) { misuse_.push_back(m); },
            [this] { return PoolStack{++calls_}; });
        pool_->set_guard(GetParam());
    }
    ~GuardedPoolTest() override { pool_.reset(); }

    std::byte *allocate(std::size_t bytes, std::optional<PoolGuard> side = std::nullopt) {
        return static_cast<std::byte *>(
            pool_->allocate(PoolKind::nonpaged, bytes, tag, this, false, side));
    }
    bool accessible(const std::byte *at) const { return memory_->accessible(at, 1, true); }

    std::unique_ptr<Memory> memory_ = Memory::create().value();
    std::unique_ptr<Pool> pool_;
    std::vector<PoolMisuse> misuse_;
    std::uint64_t calls_ = 0;
};

/// Not seen by AddressSanitizer, as from a driver built without it.
__attribute__((no_sanitize("address"), noinline)) void poke(std::byte *at) {
    *reinterpret_cast<volatile std::byte *>(at) = std::byte(0x11);
}

TEST_P(GuardedPoolTest, PutsBlocksAgainstAnInaccessiblePage) {
    for (std::size_t bytes : {1u, 16u, 24u, 48u, 4'000u, 4'080u}) {
        std::byte *block = allocate(bytes);
        const auto at = reinterpret_cast<std::uintptr_t>(block);
        EXPECT_EQ(at % 16, 0u);
        const std::size_t rounded = (bytes + 15) & ~std::size_t(15);
        if (GetParam() == PoolGuard::behind) {
            EXPECT_FALSE(accessible(block + rounded)) << bytes;
        } else {
            EXPECT_EQ(at % layout::page_bytes, 0u);
            EXPECT_FALSE(accessible(block - 1)) << bytes;
        }
        EXPECT_TRUE(accessible(block));
        EXPECT_TRUE(accessible(block + bytes - 1));
    }
    for (std::size_t bytes : {4'081u, 4'096u, 8'192u, 100'000u}) {
        std::byte *block = allocate(bytes);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % layout::page_bytes, 0u) << bytes;
        EXPECT_FALSE(accessible(block - 1));
        EXPECT_FALSE(accessible(block + ((bytes + 4095) & ~std::size_t(4095))));
    }
}

TEST_P(GuardedPoolTest, APriorityPutsOneBlockOnTheOtherSide) {
    EXPECT_FALSE(accessible(allocate(48, PoolGuard::before) - 1));
    EXPECT_FALSE(accessible(allocate(48, PoolGuard::behind) + 48));
}

TEST_P(GuardedPoolTest, FindsWritesIntoTheRestOfThePage) {
    std::byte *block = allocate(40);
    poke(block + 41); // alignment leaves bytes behind it even at the end of the page
    pool_->free(block, tag, this);
    ASSERT_EQ(misuse_.size(), 1u);
    EXPECT_EQ(misuse_[0].code, 0xc1u);
    EXPECT_EQ(misuse_[0].parameters[0], reinterpret_cast<std::uint64_t>(block));
    EXPECT_EQ(misuse_[0].parameters[1], reinterpret_cast<std::uint64_t>(block + 41));
    EXPECT_EQ(misuse_[0].parameters[3], 0x24u);
    EXPECT_EQ(misuse_[0].reason, "bytes were written 1 bytes behind pool block 'Tag1' of 40 bytes");
    if (GetParam() == PoolGuard::before)
        return; // there is no page in front
    block = allocate(48);
    poke(block - 100);
    pool_->free(block, tag, this);
    ASSERT_EQ(misuse_.size(), 2u);
    EXPECT_EQ(misuse_[1].parameters[3], 0x23u);
    EXPECT_EQ(misuse_[1].parameters[1], reinterpret_cast<std::uint64_t>(block - 100));
}

TEST_P(GuardedPoolTest, KeepsFreedBlocksInaccessibleWithTheirStacks) {
    std::byte *block = allocate(48);
    pool_->free(block, tag, this);
    EXPECT_FALSE(accessible(block));
    EXPECT_EQ(pool_->describe(block + 5), "5 bytes into freed pool block 'Tag1' of 48 bytes");
    for (int i = 0; i < 100; ++i)
        EXPECT_NE(allocate(48), block);
    const auto history = pool_->history(block);
    ASSERT_TRUE(history);
    EXPECT_EQ(history->allocated, PoolStack{1});
    EXPECT_EQ(history->freed, PoolStack{2});
    const auto misuse = pool_->judge_access(block + 5, true, 0x1234, true);
    ASSERT_TRUE(misuse);
    EXPECT_EQ(misuse->code, 0xd5u);
    EXPECT_EQ(misuse->parameters[1], 1u);
    EXPECT_EQ(misuse->parameters[2], 0x1234u);
    EXPECT_EQ(pool_->judge_access(block + 5, false, 0, false)->code, 0xccu);
    EXPECT_TRUE(misuse_.empty());
    pool_->free(block, tag, this);
    ASSERT_EQ(misuse_.size(), 1u);
    EXPECT_EQ(misuse_[0].code, 0xc2u);
    EXPECT_EQ(misuse_[0].parameters[0], 7u);
    EXPECT_EQ(misuse_[0].freed, PoolStack{2});
}

TEST_P(GuardedPoolTest, JudgesAccessesToGuardPages) {
    std::byte *block = allocate(4'096);
    EXPECT_EQ(pool_->judge_access(block + 4'096, false, 0, true)->code, 0xd6u);
    EXPECT_EQ(pool_->judge_access(block - 1, false, 0, false)->code, 0xcdu);
    EXPECT_EQ(pool_->judge_access(block - 1, false, 0, false)->allocated, PoolStack{1});
    EXPECT_FALSE(pool_->judge_access(block + (std::size_t(1) << 30), false, 0, true));
}

TEST_P(GuardedPoolTest, ReusesTheOldestAddressesInTheEnd) {
    const std::byte *first = allocate(GuardedPool::most_freed_bytes / 4);
    pool_->free(const_cast<std::byte *>(first), tag, this);
    EXPECT_FALSE(pool_->describe(first).empty());
    for (int i = 0; i < 4; ++i)
        pool_->free(allocate(GuardedPool::most_freed_bytes / 4), tag, this);
    EXPECT_EQ(pool_->describe(first), "");
    EXPECT_EQ(allocate(GuardedPool::most_freed_bytes / 4), first);
}

TEST_P(GuardedPoolTest, ServesFromTheOrdinaryPoolWhenItIsFull) {
    std::vector<std::byte *> blocks;
    for (std::size_t i = 0; i < GuardedPool::most_live_blocks; ++i)
        blocks.push_back(allocate(16));
    std::byte *ordinary = allocate(16);
    ASSERT_NE(ordinary, nullptr);
    EXPECT_EQ(calls_, GuardedPool::most_live_blocks + 1);
    std::byte *neighbour = allocate(16);
    EXPECT_LT(std::max(ordinary, neighbour) - std::min(ordinary, neighbour), 4'096);
    pool_->free(ordinary, tag, this);
    pool_->free(blocks.front(), tag, this);
    EXPECT_EQ(pool_->outstanding(this, this + 1).size(), GuardedPool::most_live_blocks);
    EXPECT_TRUE(misuse_.empty());
}

TEST_P(GuardedPoolTest, GivesTheSameAddressesEveryTime) {
    const auto run = [&] {
        pool_.reset();
        memory_.reset();
        memory_ = Memory::create().value();
        pool_ = std::make_unique<Pool>(
            *memory_, 1, [](const PoolMisuse &) {}, [] { return PoolStack{}; });
        pool_->set_guard(GetParam());
        std::vector<std::byte *> seen;
        for (std::size_t i = 0; i < 300; ++i) {
            seen.push_back(allocate(i * 37 % 9'000));
            if (i % 3 == 0)
                pool_->free(seen[i], 0, nullptr);
        }
        return seen;
    };
    EXPECT_EQ(run(), run());
}

INSTANTIATE_TEST_SUITE_P(Sides, GuardedPoolTest,
                         testing::Values(PoolGuard::behind, PoolGuard::before),
                         [](const auto &info) {
                             return info.param == PoolGuard::behind ? "behind" : "before";
                         });

} // namespace
