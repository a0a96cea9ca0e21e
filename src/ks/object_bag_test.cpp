// Object bags and _KsEdit (stream/object-bags).
#include "ks/object_bag.h"

#include <gtest/gtest.h>

#include "ks/automation_merge.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::ks {
namespace {

int freed = 0;
void NTAPI count_free(PVOID) {
    ++freed;
}

class Bags : public ::testing::Test {
  protected:
    Bags() : kernel_(std::move(*Kernel::create({}))) { freed = 0; }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel_->scheduler().call(work), ke::CallOutcome::done);
    }
    std::unique_ptr<Kernel> kernel_;
    int items_[3];
};

TEST_F(Bags, ItemsAreFreedWithTheLastBagThatHoldsThem) {
    run([&] {
        const auto shared = std::make_shared<BagItems>();
        ObjectBag first(*kernel_, shared);
        {
            ObjectBag second(*kernel_, shared);
            first.add(&items_[0], count_free);
            second.add(&items_[0], count_free);
            second.add(&items_[1], count_free);
        }
        EXPECT_EQ(freed, 1);
        EXPECT_TRUE(first.contains(&items_[0]));
        EXPECT_EQ(first.remove(&items_[0], true), 1u);
        EXPECT_EQ(freed, 2);
        EXPECT_EQ(first.remove(&items_[0], true), 0u);
    });
}

TEST_F(Bags, RemoveTellsTheReferencesAndFreesOnlyWhenAskedTo) {
    run([&] {
        const auto shared = std::make_shared<BagItems>();
        ObjectBag first(*kernel_, shared), second(*kernel_, shared);
        first.add(&items_[0], count_free);
        second.copy_from(first);
        EXPECT_EQ(first.remove(&items_[0], true), 2u);
        EXPECT_EQ(freed, 0);
        EXPECT_EQ(second.remove(&items_[0], false), 1u);
        EXPECT_EQ(freed, 0);
    });
}

TEST_F(Bags, EditCopiesAForeignItemOnceAndGrowsItsOwn) {
    run([&] {
        ObjectBag bag(*kernel_, std::make_shared<BagItems>());
        static const int constant = 42;
        const int *item = &constant;
        ASSERT_EQ(_KsEdit(&bag, (PVOID *)&item, sizeof(int), sizeof(int), 'tset'), STATUS_SUCCESS);
        ASSERT_NE(item, &constant);
        EXPECT_EQ(*item, 42);
        EXPECT_TRUE(bag.contains(item));
        const int *same = item;
        ASSERT_EQ(_KsEdit(&bag, (PVOID *)&item, sizeof(int), sizeof(int), 'tset'), STATUS_SUCCESS);
        EXPECT_EQ(item, same);
        ASSERT_EQ(_KsEdit(&bag, (PVOID *)&item, 64, sizeof(int), 'tset'), STATUS_SUCCESS);
        EXPECT_EQ(*item, 42);
        EXPECT_EQ(item[1], 0);
        EXPECT_EQ(bag.size(), 1u);
    });
}

TEST_F(Bags, H6MergedTablesHoldEachItemOnceTheFirstTablesBeforeTheSeconds) {
    run([&] {
        KSPROPERTY_ITEM a_items[2] = {}, b_items[2] = {};
        a_items[0].PropertyId = 1;
        a_items[1].PropertyId = 2;
        b_items[0].PropertyId = 2;
        b_items[1].PropertyId = 3;
        a_items[1].MinData = 8;
        b_items[0].MinData = 99;
        KSPROPERTY_SET a_sets[] = {{&KSPROPSETID_Pin, 2, a_items, 0, nullptr}};
        KSPROPERTY_SET b_sets[] = {{&KSPROPSETID_Topology, 1, b_items + 1, 0, nullptr},
                                   {&KSPROPSETID_Pin, 2, b_items, 0, nullptr}};
        KSAUTOMATION_TABLE a{}, b{};
        a.PropertySetsCount = 1;
        a.PropertySets = a_sets;
        b.PropertySetsCount = 2;
        b.PropertySets = b_sets;
        const auto merged = merge_tables(a, b);
        ASSERT_TRUE(merged);
        ASSERT_EQ((*merged)->PropertySetsCount, 2u);
        const KSPROPERTY_SET &pin = (*merged)->PropertySets[0];
        ASSERT_EQ(pin.PropertiesCount, 3u);
        EXPECT_EQ(pin.PropertyItem[1].MinData, 8u);
        EXPECT_EQ(pin.PropertyItem[2].PropertyId, 3u);
        EXPECT_EQ((*merged)->PropertySets[1].PropertiesCount, 1u);
        ExFreePoolWithTag(*merged, 0);
    });
}

} // namespace
} // namespace ksbox::ks
