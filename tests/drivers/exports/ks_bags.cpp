// Object bags: what is in one goes with it, and what is in several goes with the last.
#include "ks_fixture.h"

static LONG Freed;
static void NTAPI CountOther(PVOID Data) {
    UNREFERENCED_PARAMETER(Data);
    Freed += 100;
}
static void NTAPI CountFree(PVOID Data) {
    UNREFERENCED_PARAMETER(Data);
    ++Freed;
}

EXPORT_CASE(KsAllocateObjectBag, KsFreeObjectBag, KsAddItemToObjectBag, KsCopyObjectBagItems) {
    const PKSDEVICE Device = KsGetDevice(Case.Filter);
    KSOBJECT_BAG First, Second;
    int Item = 0;
    Freed = 0;
    REQUIRE_SUCCESS(KsAllocateObjectBag(Device, &First));
    REQUIRE_SUCCESS(KsAllocateObjectBag(Device, &Second));
    EXPECT_SUCCESS(KsAddItemToObjectBag(First, &Item, CountFree));
    EXPECT_SUCCESS(KsCopyObjectBagItems(Second, First));
    KsFreeObjectBag(First);
    EXPECT_EQ(Freed, 0);
    KsFreeObjectBag(Second);
    EXPECT_EQ(Freed, 1);
}

EXPORT_CASE(KsRemoveItemFromObjectBag) {
    const PKSDEVICE Device = KsGetDevice(Case.Filter);
    KSOBJECT_BAG First, Second;
    int Item = 0;
    Freed = 0;
    REQUIRE_SUCCESS(KsAllocateObjectBag(Device, &First));
    REQUIRE_SUCCESS(KsAllocateObjectBag(Device, &Second));
    EXPECT_EQ(KsRemoveItemFromObjectBag(First, &Item, TRUE), 0u);
    EXPECT_SUCCESS(KsAddItemToObjectBag(First, &Item, CountFree));
    EXPECT_SUCCESS(KsAddItemToObjectBag(Second, &Item, CountFree));
    // In how many bags it was, this one included.
    EXPECT_EQ(KsRemoveItemFromObjectBag(First, &Item, TRUE), 2u);
    EXPECT_EQ(Freed, 0);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Second, &Item, FALSE), 1u);
    EXPECT_EQ(Freed, 0);
    EXPECT_SUCCESS(KsAddItemToObjectBag(First, &Item, CountFree));
    EXPECT_EQ(KsRemoveItemFromObjectBag(First, &Item, TRUE), 1u);
    EXPECT_EQ(Freed, 1);
    // An item that was out of all bags comes back as another one would.
    EXPECT_SUCCESS(KsAddItemToObjectBag(First, &Item, CountOther));
    KsFreeObjectBag(First);
    EXPECT_EQ(Freed, 101);
    KsFreeObjectBag(Second);
    EXPECT_EQ(Freed, 101);
}

// Makes a constant one's own: copied into pool the first time, in place from then on.
EXPORT_CASE(_KsEdit) {
    static const ULONG Constant[2] = {17, 18};
    const PKSDEVICE Device = KsGetDevice(Case.Filter);
    KSOBJECT_BAG Bag;
    PVOID Item = const_cast<ULONG *>(Constant);
    REQUIRE_SUCCESS(KsAllocateObjectBag(Device, &Bag));
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, sizeof Constant, sizeof Constant, 'tidE'));
    EXPECT_NE(Item, (PVOID)Constant);
    ULONG *const Copy = static_cast<ULONG *>(Item);
    EXPECT_EQ(Copy[0], 17u);
    EXPECT_EQ(Copy[1], 18u);
    Copy[0] = 21;
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, sizeof Constant, sizeof Constant, 'tidE'));
    EXPECT_EQ(Item, (PVOID)Copy);
    // Larger: what was there is kept, the rest is zero.
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, 4 * sizeof(ULONG), sizeof Constant, 'tidE'));
    const ULONG *const Larger = static_cast<ULONG *>(Item);
    EXPECT_EQ(Larger[0], 21u);
    EXPECT_EQ(Larger[1], 18u);
    EXPECT_EQ(Larger[2], 0u);
    EXPECT_EQ(Larger[3], 0u);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Bag, Copy, FALSE),
              0u); // gone, the larger one stands for it
    // Smaller: there is room enough where it is.
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, sizeof(ULONG), 4 * sizeof(ULONG), 'tidE'));
    EXPECT_EQ(Item, (PVOID)Larger);
    // What is not the bag's is copied, as much of it as is wanted; nothing becomes zeros.
    Item = const_cast<ULONG *>(Constant);
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, sizeof(ULONG), sizeof Constant, 'tidE'));
    EXPECT_NE(Item, (PVOID)Constant);
    EXPECT_EQ(*static_cast<ULONG *>(Item), 17u);
    Item = NULL;
    EXPECT_SUCCESS(_KsEdit(Bag, &Item, sizeof(ULONG), sizeof(ULONG), 'tidE'));
    REQUIRE(Item != NULL);
    EXPECT_EQ(*static_cast<ULONG *>(Item), 0u);
    EXPECT_EQ(KsRemoveItemFromObjectBag(Bag, Item, TRUE), 1u);
    KsFreeObjectBag(Bag);
}
