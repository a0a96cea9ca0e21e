#include "nt/mm/pool.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/sanitizer.h"
#include "nt/mm/layout.h"
#include "nt/mm/memory.h"

#include <gtest/gtest.h>

namespace {

using namespace ksbox::mm;

constexpr std::uint32_t tag = 0x31676154; // 'Tag1'

class PoolTest : public testing::Test {
  protected:
    std::byte *allocate(std::size_t bytes, bool zero = false, const void *caller = nullptr,
                        PoolKind kind = PoolKind::nonpaged) {
        return static_cast<std::byte *>(pool->allocate(kind, bytes, tag, caller, zero));
    }
    void restart(std::uint64_t seed) {
        pool.reset();
        memory.reset();
        memory = Memory::create().value();
        pool = std::make_unique<Pool>(*memory, seed,
                                      [this](const PoolMisuse &m) { misuse.push_back(m); });
    }
    void SetUp() override { restart(1); }
    void TearDown() override {
        pool.reset();
        memory.reset();
    }

    std::unique_ptr<Memory> memory;
    std::unique_ptr<Pool> pool;
    std::vector<PoolMisuse> misuse;
};

/// A write that AddressSanitizer is not to see, as from a driver built without it.
__attribute__((no_sanitize("address"), noinline)) void poke(std::byte *at) {
    *reinterpret_cast<volatile std::byte *>(at) = std::byte(0x11);
}

TEST_F(PoolTest, AlignsAndNeverCrossesAPage) {
    for (std::size_t bytes : {0u, 1u, 15u, 16u, 17u, 100u, 208u, 1000u, 4000u, 4064u}) {
        for (int i = 0; i < 40; ++i) {
            const auto at = reinterpret_cast<std::uintptr_t>(allocate(bytes));
            ASSERT_NE(at, 0u);
            EXPECT_EQ(at % 16, 0u);
            if (bytes != 0) {
                EXPECT_EQ(at / layout::page_bytes, (at + bytes - 1) / layout::page_bytes);
            }
        }
    }
    for (std::size_t bytes : {4065u, 4095u, 4096u, 4097u, 100'000u})
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(allocate(bytes)) % layout::page_bytes, 0u);
}

TEST_F(PoolTest, FailsTheOneItWasToldTo) {
    pool->fail(3);
    EXPECT_NE(allocate(16), nullptr);
    EXPECT_NE(allocate(5000), nullptr);
    EXPECT_FALSE(pool->failed());
    const int caller = 0;
    EXPECT_EQ(allocate(77, true, &caller, PoolKind::paged), nullptr);
    ASSERT_TRUE(pool->failed());
    EXPECT_EQ(pool->failed()->bytes, 77u);
    EXPECT_EQ(pool->failed()->tag, tag);
    EXPECT_EQ(pool->failed()->caller, &caller);
    EXPECT_EQ(pool->failed()->kind, PoolKind::paged);
    EXPECT_NE(allocate(77), nullptr);
    pool->fail(1);
    EXPECT_FALSE(pool->failed());
    EXPECT_EQ(pool->allocate_contiguous(4096, {}, nullptr), nullptr);
    pool->fail(1);
    pool->fail(0);
    EXPECT_NE(allocate(16), nullptr);
}

TEST_F(PoolTest, FillsFromTheSeedUnlessZeroed) {
    std::vector<std::byte> first(200), second(200);
    for (std::size_t bytes : {200u, 5000u}) {
        restart(7);
        std::memcpy(first.data(), allocate(bytes), 200);
        restart(7);
        std::memcpy(second.data(), allocate(bytes), 200);
        EXPECT_EQ(first, second);
        restart(8);
        std::memcpy(second.data(), allocate(bytes), 200);
        EXPECT_NE(first, second);
        std::byte *zeroed = allocate(bytes, true);
        EXPECT_TRUE(
            std::all_of(zeroed, zeroed + bytes, [](std::byte b) { return b == std::byte(0); }));
    }
}

TEST_F(PoolTest, GivesTheSameAddressesEveryTime) {
    const auto run = [&] {
        restart(1);
        std::vector<std::byte *> seen;
        for (int i = 0; i < 300; ++i) {
            seen.push_back(allocate(static_cast<std::size_t>(i) * 37 % 9000));
            if (i % 3 == 0)
                pool->free(seen[static_cast<std::size_t>(i) / 2], 0, nullptr),
                    seen[static_cast<std::size_t>(i) / 2] = allocate(64);
        }
        return seen;
    };
    EXPECT_EQ(run(), run());
    EXPECT_TRUE(misuse.empty());
}

TEST_F(PoolTest, FindsOverruns) {
    for (std::size_t bytes : {100u, 4000u, 5000u}) {
        misuse.clear();
        std::byte *block = allocate(bytes);
        poke(block + bytes);
        pool->free(block, tag, nullptr);
        ASSERT_EQ(misuse.size(), 1u);
        EXPECT_EQ(misuse[0].code, 0x19u);
        EXPECT_EQ(misuse[0].parameters[0], 0x21u);
        EXPECT_EQ(misuse[0].parameters[1], reinterpret_cast<std::uint64_t>(block));
        EXPECT_EQ(misuse[0].parameters[2], bytes);
        EXPECT_EQ(misuse[0].parameters[3], 0x11u);
        EXPECT_NE(misuse[0].reason.find("'Tag1'"), std::string::npos);
    }
}

TEST_F(PoolTest, FindsWritesAfterFree) {
    std::byte *block = allocate(100);
    pool->free(block, tag, nullptr);
    poke(block + 30);
    for (int i = 0; i < 200 && misuse.empty(); ++i)
        allocate(100);
    ASSERT_EQ(misuse.size(), 1u);
    EXPECT_EQ(misuse[0].code, 0x19u);
    EXPECT_EQ(misuse[0].parameters[0], 0xfu);
    EXPECT_EQ(misuse[0].parameters[1], reinterpret_cast<std::uint64_t>(block));
}

TEST_F(PoolTest, RefusesWrongFrees) {
    std::byte *block = allocate(100);
    std::byte *run = allocate(10'000);
    std::byte *client = memory->commit(Region::client, 1).value();
    const auto expect = [&](void *address, std::uint32_t with, std::uint64_t kind) {
        misuse.clear();
        pool->free(address, with, nullptr);
        ASSERT_EQ(misuse.size(), 1u);
        EXPECT_EQ(misuse[0].code, 0xc2u);
        EXPECT_EQ(misuse[0].parameters[0], kind);
    };
    expect(block, 0xb2676154, 0x0a); // a protected tag
    EXPECT_EQ(misuse[0].parameters[2], tag);
    EXPECT_EQ(misuse[0].parameters[3], 0xb2676154u);
    expect(run, 0xb2676154, 0x0a);
    expect(block + 16, 0, 0x46);
    expect(run + 16, 0, 0x46);
    expect(client, 0, 0x40);
    pool->free(block, 0, nullptr);
    expect(block, tag, 0x07);
    pool->free(run, tag, nullptr);
    expect(run, tag, 0x46);
    expect(nullptr, 0, 0x40);
}

TEST_F(PoolTest, RemarksOnOtherTags) {
    std::vector<std::string> remarks;
    pool->set_remarked([&](const PoolMisuse &remark, const void *caller) {
        EXPECT_EQ(caller, &remarks);
        remarks.push_back(remark.reason);
    });
    for (const std::size_t bytes : {100, 10'000}) {
        pool->free(allocate(bytes), 0x32676154, &remarks);
        pool->free(allocate(bytes), tag, nullptr);
        pool->free(allocate(bytes), 0, nullptr);
    }
    EXPECT_TRUE(misuse.empty());
    EXPECT_EQ(remarks, (std::vector<std::string>{
                           "pool block 'Tag1' of 100 bytes was freed with the tag 'Tag2'",
                           "pool block 'Tag1' of 10000 bytes was freed with the tag "
                           "'Tag2'"}));
    std::byte *const protected_block = static_cast<std::byte *>(
        pool->allocate(PoolKind::nonpaged, 10, tag | 0x8000'0000, nullptr, false));
    pool->free(protected_block, tag, &remarks);
    EXPECT_EQ(misuse.size(), 1u);
}

TEST_F(PoolTest, ListsWhatItsOwnersLeftBehind) {
    const char image[100] = {};
    std::byte *first = allocate(10, false, image + 1);
    std::byte *second = allocate(20'000, true, image + 2);
    std::byte *third = allocate(30, false, image + 99);
    allocate(40, false, image + 100);
    pool->free(third, tag, nullptr);
    const auto left = pool->outstanding(image, image + 100);
    ASSERT_EQ(left.size(), 2u);
    EXPECT_EQ(left[0].address, first);
    EXPECT_EQ(left[0].bytes, 10u);
    EXPECT_EQ(left[0].tag, tag);
    EXPECT_EQ(left[1].address, second);
    EXPECT_EQ(pool->find(second + 19'999)->sequence, left[1].sequence);
    EXPECT_FALSE(pool->find(second + 20'000).has_value());
    EXPECT_FALSE(pool->find(third).has_value());
    EXPECT_EQ(pool->describe(first + 4), "4 bytes into pool block 'Tag1' of 10 bytes");
    EXPECT_EQ(pool->describe(third), "0 bytes into freed pool block 'Tag1' of 30 bytes");
}

TEST_F(PoolTest, ExecutablePoolRunsCode) {
    std::byte *code = allocate(16, false, nullptr, PoolKind::nonpaged_execute);
    const unsigned char return_42[] = {0xb8, 42, 0, 0, 0, 0xc3};
    std::memcpy(code, return_42, sizeof(return_42));
    EXPECT_EQ(reinterpret_cast<int (*)()>(code)(), 42);
}

TEST_F(PoolTest, RunsOutWithNull) {
    EXPECT_EQ(allocate(layout::pool_bytes), nullptr);
    EXPECT_NE(allocate(64), nullptr);
}

TEST_F(PoolTest, HasAGigabyte) {
    constexpr std::size_t half = std::size_t(512) << 20, tag = 0x74736574;
    const auto take = [&](std::size_t bytes) {
        return pool->allocate_blank(PoolKind::nonpaged, bytes, tag, nullptr);
    };
    EXPECT_NE(allocate(64), nullptr); // a chunk of small blocks
    void *first = take(half);
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(take(half), nullptr);
    EXPECT_EQ(pool->allocate_contiguous(half, {}, nullptr), nullptr);
    EXPECT_EQ(take(~std::size_t(0)), nullptr);
    pool->free(first, tag, nullptr);
    first = take(half);
    EXPECT_NE(first, nullptr);
    pool->free(first, tag, nullptr);
}

TEST_F(PoolTest, TheKernelItselfGetsWhatCannotBeRefused) {
    constexpr std::size_t all = std::size_t(1) << 30, tag = 0x74736574;
    const auto take = [&](std::size_t bytes) {
        return pool->allocate_blank(PoolKind::nonpaged, bytes, tag, nullptr);
    };
    void *everything = take(all);
    ASSERT_NE(everything, nullptr);
    EXPECT_EQ(take(64), nullptr);
    pool->fail(1);
    void *essential = pool->allocate_essential(PoolKind::nonpaged, 64, tag, nullptr);
    ASSERT_NE(essential, nullptr);
    EXPECT_FALSE(pool->failed());
    pool->fail(0);
    EXPECT_EQ(pool->find(essential)->bytes, 64u);
    pool->free(everything, tag, nullptr);
    everything = take(all); // what is left is less
    EXPECT_EQ(everything, nullptr);
    pool->free(essential, tag, nullptr);
    everything = take(all);
    EXPECT_NE(everything, nullptr);
    pool->free(everything, tag, nullptr);
}

TEST_F(PoolTest, PoisonsWhatDriversMustNotTouch) {
#if !KSBOX_ASAN
    GTEST_SKIP() << "needs AddressSanitizer: the asan preset runs it";
#else
    std::byte *block = allocate(100);
    EXPECT_FALSE(__asan_address_is_poisoned(block + 99));
    EXPECT_TRUE(__asan_address_is_poisoned(block + 100));
    EXPECT_TRUE(__asan_address_is_poisoned(block - 1));
    pool->free(block, tag, nullptr);
    EXPECT_TRUE(__asan_address_is_poisoned(block));
    std::byte *run = allocate(5000);
    EXPECT_TRUE(__asan_address_is_poisoned(run + 5000));
#endif
}

} // namespace
