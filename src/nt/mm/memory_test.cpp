#include "nt/mm/memory.h"

#include <csignal>
#include <cstring>
#include <ucontext.h>
#include <vector>

#include "abi/windows.h"

#include "nt/mm/layout.h"
#include "nt/mm/range_allocator.h"

#include <gtest/gtest.h>

extern "C" const char ksbox_guarded_copy_begin[], ksbox_guarded_copy_end[],
    ksbox_guarded_copy_fault[];

namespace {

using namespace ksbox::mm;
using ksbox::mm::layout::page_bytes;

std::unique_ptr<Memory> make() {
    auto memory = Memory::create();
    EXPECT_TRUE(memory.has_value());
    return memory ? std::move(*memory) : nullptr;
}

/// Recovers faults inside guarded_copy as the runtime's handler does.
class FaultRecovery {
  public:
    FaultRecovery() {
        struct sigaction action{};
        action.sa_sigaction = recover;
        action.sa_flags = SA_SIGINFO;
        sigaction(SIGSEGV, &action, &segv_);
        sigaction(SIGBUS, &action, &bus_);
    }
    ~FaultRecovery() {
        sigaction(SIGSEGV, &segv_, nullptr);
        sigaction(SIGBUS, &bus_, nullptr);
    }

  private:
    static void recover(int, siginfo_t *, void *context) {
        auto &rip = static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_RIP];
        if (rip < reinterpret_cast<greg_t>(ksbox_guarded_copy_begin) ||
            rip >= reinterpret_cast<greg_t>(ksbox_guarded_copy_end))
            std::abort();
        rip = reinterpret_cast<greg_t>(ksbox_guarded_copy_fault);
    }
    struct sigaction segv_, bus_;
};

TEST(Memory, EveryWindowCanBeTouchedInEverySlotUnderEverySanitizer) {
    std::vector<std::unique_ptr<Memory>> boxes;
    // Boxes that crashed in other tests keep their slots.
    for (auto created = Memory::create(); created; created = Memory::create()) {
        auto memory = std::move(*created);
        if (!boxes.empty()) {
            EXPECT_GT(memory->slot(), boxes.back()->slot());
        }
        for (Region region : {Region::client, Region::images, Region::pool, Region::stacks}) {
            std::byte *low = memory->commit(region, page_bytes).value();
            low[0] = std::byte(memory->slot() + 1);
            EXPECT_EQ(low[0], std::byte(memory->slot() + 1));
            const Pfn page = memory->pfn_of(low).value();
            std::byte *view =
                memory->map(std::span(&page, 1), false, Protection::read_write).value();
            EXPECT_EQ(view[0], low[0]);
        }
        // The far end, too.
        PhysicalLimits end;
        end.lowest = layout::pool_bytes;
        std::byte *high = memory->commit_contiguous(page_bytes, end).value();
        high[page_bytes - 1] = std::byte(7);
        EXPECT_EQ(high[page_bytes - 1], std::byte(7));
        boxes.push_back(std::move(memory));
    }
    ASSERT_GE(boxes.size(), 4u);
    EXPECT_EQ(boxes.back()->slot(), layout::slots - 1);
    EXPECT_EQ(Memory::create().error().value(), STATUS_INSUFFICIENT_RESOURCES);
    const unsigned freed = boxes[2]->slot();
    boxes.erase(boxes.begin() + 2);
    EXPECT_EQ(make()->slot(), freed);
}

TEST(Memory, AddressesArePlacedAsDriversExpect) {
    auto memory = make();
    std::byte *client = memory->commit(Region::client, 10).value();
    std::byte *pool = memory->commit(Region::pool, 10).value();
    EXPECT_LT(reinterpret_cast<std::uintptr_t>(client), layout::highest_user_address);
    EXPECT_GT(reinterpret_cast<std::uintptr_t>(pool), layout::system_range_start);
    EXPECT_TRUE(memory->is_client(client, page_bytes));
    EXPECT_FALSE(memory->is_client(pool, 1));
    EXPECT_FALSE(memory->is_client(client, std::size_t(-1)));
    EXPECT_TRUE(memory->is_system(pool));
    EXPECT_FALSE(memory->is_system(client));
}

TEST(Memory, AddressesRepeatFromBoxToBox) {
    std::byte *first[3], *second[3];
    for (auto &set : {first, second}) {
        auto memory = make();
        set[0] = memory->commit(Region::pool, 5 * page_bytes, 1).value();
        set[1] = memory->commit(Region::pool, 1, 1).value();
        memory->release(set[0]);
        set[2] = memory->commit(Region::pool, 2 * page_bytes, 1).value();
    }
    EXPECT_EQ(first[0], second[0]);
    EXPECT_EQ(first[1], second[1]);
    EXPECT_EQ(first[2], first[0]);
    EXPECT_EQ(first[2], second[2]);
}

TEST(Memory, CommittedMemoryIsZeroedAgainAfterRelease) {
    auto memory = make();
    std::byte *address = memory->commit(Region::client, 3 * page_bytes).value();
    std::memset(address, 0xaa, 3 * page_bytes);
    memory->release(address);
    std::byte *again = memory->commit(Region::client, 3 * page_bytes).value();
    ASSERT_EQ(again, address);
    for (std::size_t i = 0; i < 3 * page_bytes; ++i)
        ASSERT_EQ(again[i], std::byte(0));
}

TEST(Memory, GuardPagesAndReleasedRangesFault) {
    FaultRecovery recovery;
    auto memory = make();
    std::byte *address = memory->commit(Region::pool, page_bytes, 1).value();
    memory->label(address, "test block");
    std::byte copy[8];
    EXPECT_TRUE(guarded_copy(copy, address, 8));
    EXPECT_FALSE(guarded_copy(copy, address - 8, 8));
    EXPECT_FALSE(guarded_copy(copy, address + page_bytes - 4, 8));
    EXPECT_FALSE(guarded_copy(address + page_bytes - 4, copy, 8));
    EXPECT_EQ(memory->describe(address), "test block");
    EXPECT_EQ(memory->describe(address - 1), "guard page of test block");
    EXPECT_EQ(memory->describe(address + page_bytes), "guard page of test block");
    EXPECT_EQ(memory->describe(address + 100 * page_bytes), "unmapped");
    memory->release(address, false);
    EXPECT_FALSE(guarded_copy(copy, address, 1));
    EXPECT_EQ(memory->describe(address), "unloaded test block");
    EXPECT_NE(memory->commit(Region::pool, page_bytes, 1).value(), address);
}

TEST(Memory, ViewsShareTheirPages) {
    auto memory = make();
    std::byte *buffer = memory->commit(Region::client, 4 * page_bytes).value();
    std::vector<Pfn> pages;
    for (int page : {2, 3, 0}) // runs of two and of one
        pages.push_back(memory->pfn_of(buffer + page * page_bytes).value());
    EXPECT_EQ(pages[1], pages[0] + 1);
    std::byte *view = memory->map(pages, false, Protection::read_write).value();
    EXPECT_TRUE(memory->is_system(view));
    view[0] = std::byte(1);
    view[2 * page_bytes + 5] = std::byte(2);
    EXPECT_EQ(buffer[2 * page_bytes], std::byte(1));
    EXPECT_EQ(buffer[5], std::byte(2));
    EXPECT_EQ(memory->pfn_of(view + 2 * page_bytes), pages[2]);
    EXPECT_EQ(memory->address_of(pages[2]), buffer);
    std::byte *client_view = memory->map(pages, true, Protection::read).value();
    EXPECT_TRUE(memory->is_client(client_view, 3 * page_bytes));
    EXPECT_EQ(client_view[0], std::byte(1));
    memory->release(view);
    memory->release(client_view);
    const Pfn nowhere = 0;
    EXPECT_EQ(memory->map(std::span(&nowhere, 1), false, Protection::read).error().value(),
              STATUS_INVALID_PARAMETER);
}

TEST(Memory, ProtectionGovernsAccess) {
    FaultRecovery recovery;
    auto memory = make();
    std::byte *address = memory->commit(Region::images, 3 * page_bytes).value();
    EXPECT_TRUE(memory->protect(address + page_bytes, page_bytes, Protection::read).has_value());
    std::byte copy[2 * page_bytes] = {};
    EXPECT_TRUE(memory->accessible(address, 3 * page_bytes, false));
    EXPECT_FALSE(memory->accessible(address, 3 * page_bytes, true));
    EXPECT_TRUE(memory->accessible(address, page_bytes, true));
    EXPECT_FALSE(memory->accessible(address, page_bytes + 1, true));
    EXPECT_FALSE(memory->accessible(address, 3 * page_bytes + 1, false));
    EXPECT_FALSE(guarded_copy(address + page_bytes, copy, 1));
    EXPECT_TRUE(guarded_copy(copy, address + page_bytes, 1));
    EXPECT_TRUE(memory->protect(address, 3 * page_bytes, Protection::none).has_value());
    EXPECT_FALSE(memory->accessible(address, 1, false));
    EXPECT_FALSE(memory->protect(address, 4 * page_bytes, Protection::read).has_value());
}

TEST(Memory, CodeRunsFromAnImagePage) {
    auto memory = make();
    std::byte *code = memory->commit(Region::images, page_bytes).value();
    const unsigned char return_42[] = {0xb8, 42, 0, 0, 0, 0xc3};
    std::memcpy(code, return_42, sizeof(return_42));
    ASSERT_TRUE(memory->protect(code, page_bytes, Protection::read_execute).has_value());
    EXPECT_EQ(reinterpret_cast<int (*)()>(code)(), 42);
}

TEST(Memory, PinnedPagesOutliveTheirRelease) {
    auto memory = make();
    std::byte *buffer = memory->commit(Region::client, 2 * page_bytes).value();
    std::memset(buffer, 0x55, 2 * page_bytes);
    const Pfn page = memory->pfn_of(buffer).value();
    ASSERT_TRUE(memory->pin(buffer, 2 * page_bytes));
    std::byte *view = memory->map(std::span(&page, 1), false, Protection::read_write).value();
    memory->release(buffer);
    EXPECT_FALSE(memory->accessible(buffer, 1, false));
    EXPECT_EQ(view[0], std::byte(0x55));
    EXPECT_EQ(memory->pinned_ranges(), 1u);
    EXPECT_NE(memory->commit(Region::client, page_bytes).value(), buffer);
    memory->unpin(buffer, 2 * page_bytes);
    EXPECT_EQ(memory->pinned_ranges(), 0u);
    EXPECT_EQ(memory->commit(Region::client, page_bytes).value(), buffer);
    EXPECT_FALSE(memory->pin(buffer, 16 * page_bytes));
}

TEST(Memory, ContiguousMemoryHonoursItsLimits) {
    auto memory = make();
    PhysicalLimits limits;
    limits.highest = 0xffffff; // 16 MiB
    limits.boundary = 0x10000;
    std::byte *first = memory->commit_contiguous(0xc000, limits, 1).value();
    std::byte *second = memory->commit_contiguous(0xc000, limits, 1).value();
    for (std::byte *block : {first, second}) {
        const std::uint64_t begin = memory->pfn_of(block).value() * page_bytes;
        EXPECT_LE(begin + 0xc000 - 1, limits.highest);
        EXPECT_EQ(begin / limits.boundary, (begin + 0xc000 - 1) / limits.boundary);
    }
    limits.boundary = 0;
    limits.alignment = 0x100000;
    std::byte *aligned = memory->commit_contiguous(page_bytes, limits).value();
    EXPECT_EQ(memory->pfn_of(aligned).value() * page_bytes % 0x100000, 0u);
    EXPECT_EQ(memory->commit_contiguous(std::size_t(32) << 20, limits).error().value(),
              STATUS_INSUFFICIENT_RESOURCES);
    limits.lowest = std::uint64_t(5) << 30;
    limits.highest = UINT64_MAX;
    std::byte *high = memory->commit_contiguous(page_bytes, limits).value();
    EXPECT_GE(memory->pfn_of(high).value() * page_bytes, limits.lowest);
    limits.lowest = UINT64_MAX - 1;
    EXPECT_FALSE(memory->commit_contiguous(page_bytes, limits).has_value());
    limits.lowest = 0;
    limits.highest = 0xfff;
    EXPECT_FALSE(memory->commit_contiguous(page_bytes, limits).has_value());
}

TEST(Memory, ReservedRangesTakeViews) {
    FaultRecovery recovery;
    auto memory = make();
    std::byte *buffer = memory->commit(Region::pool, 2 * page_bytes).value();
    buffer[page_bytes] = std::byte(9);
    const Pfn pages[] = {memory->pfn_of(buffer).value(), memory->pfn_of(buffer).value() + 1};
    std::byte *reserved = memory->reserve(4 * page_bytes).value();
    std::byte copy{};
    EXPECT_FALSE(guarded_copy(&copy, reserved, 1));
    ASSERT_TRUE(memory->map_reserved(reserved, page_bytes, pages, Protection::read_write));
    EXPECT_EQ(reserved[2 * page_bytes], std::byte(9));
    EXPECT_TRUE(memory->accessible(reserved + page_bytes, 2 * page_bytes, true));
    EXPECT_FALSE(memory->accessible(reserved, page_bytes + 1, false));
    EXPECT_FALSE(
        memory->map_reserved(reserved, 2 * page_bytes, pages, Protection::read).has_value());
    EXPECT_FALSE(
        memory->map_reserved(reserved, 3 * page_bytes, pages, Protection::read).has_value());
    EXPECT_FALSE(memory->unmap_reserved(reserved, 0, 2).has_value());
    ASSERT_TRUE(memory->unmap_reserved(reserved, page_bytes, 2).has_value());
    EXPECT_FALSE(guarded_copy(&copy, reserved + page_bytes, 1));
    memory->release(reserved);
}

TEST(RangeAllocator, IsFirstFitAndMerges) {
    RangeAllocator ranges(0x10000, 0x10000);
    const RangeAllocator::Constraint any;
    EXPECT_EQ(ranges.take(0x4000, any), 0x10000u);
    EXPECT_EQ(ranges.take(0x4000, any), 0x14000u);
    EXPECT_EQ(ranges.take(0x4000, any), 0x18000u);
    ranges.give(0x10000, 0x4000);
    ranges.give(0x18000, 0x4000);
    EXPECT_EQ(ranges.take(0x8000, any), 0x18000u);
    EXPECT_EQ(ranges.take(0x8000, any), std::nullopt);
    ranges.give(0x14000, 0x4000);
    EXPECT_EQ(ranges.take(0x8000, any), 0x10000u);
    ranges.give(0x10000, 0x8000);
    ranges.give(0x18000, 0x8000);
    EXPECT_EQ(ranges.free_bytes(), 0x10000u);
    EXPECT_EQ(ranges.take(0x10000, any), 0x10000u);
}

} // namespace
