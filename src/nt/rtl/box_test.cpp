// The exports that need a box: those that allocate from the pool, call the driver back, or keep
// state per box.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "abi/guid.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/rtl/counted_string.h"

namespace ksbox::rtl {
namespace {

template <typename F> F *import(std::string_view name) {
    for (const Export &row : rtl_exports())
        if (row.name == name)
            return reinterpret_cast<F *>(const_cast<void *>(row.address));
    ADD_FAILURE() << name;
    return nullptr;
}

class RtlBoxTest : public testing::Test {
  protected:
    void SetUp() override { kernel = Kernel::create({}).value(); }
    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done);
    }
    std::unique_ptr<Kernel> kernel;
};

TEST_F(RtlBoxTest, ConvertsIntoBuffersOfItsOwn) {
    run([] {
        ANSI_STRING ansi;
        UNICODE_STRING wide{}, upper{};
        RtlInitAnsiString(&ansi, "caf\xE9");
        ASSERT_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE), STATUS_SUCCESS);
        EXPECT_EQ(view(wide), u"caf\u00E9");
        EXPECT_EQ(wide.Buffer[4], 0);
        ASSERT_EQ(RtlUpcaseUnicodeString(&upper, &wide, TRUE), STATUS_SUCCESS);
        EXPECT_EQ(view(upper), u"CAF\u00C9");
        ANSI_STRING back{};
        ASSERT_EQ(RtlUnicodeStringToAnsiString(&back, &upper, TRUE), STATUS_SUCCESS);
        EXPECT_EQ(view(back), "CAF\xC9");
        RtlFreeUnicodeString(&wide);
        EXPECT_EQ(wide.Buffer, nullptr);
        EXPECT_EQ(wide.MaximumLength, 0);
        RtlFreeUnicodeString(&wide);
        RtlFreeUnicodeString(&upper);
        RtlFreeAnsiString(&back);
    });
}

TEST_F(RtlBoxTest, ConvertsIntoTheCallersBuffer) {
    run([] {
        std::array<WCHAR, 4> room{};
        UNICODE_STRING wide{0, sizeof room, room.data()};
        ANSI_STRING ansi;
        RtlInitAnsiString(&ansi, "abc");
        EXPECT_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, FALSE), STATUS_SUCCESS);
        RtlInitAnsiString(&ansi, "abcd");
        EXPECT_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, FALSE), STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(view(wide), u"abc");
    });
}

TEST_F(RtlBoxTest, WritesGuidsAsDeviceInterfaceNamesHaveThem) {
    run([] {
        UNICODE_STRING text{};
        ASSERT_EQ(RtlStringFromGUID(KSCATEGORY_CAPTURE, &text), STATUS_SUCCESS);
        EXPECT_EQ(view(text), u"{65e8773d-8f56-11d0-a3b9-00a0c9223196}");
        GUID guid{};
        EXPECT_EQ(RtlGUIDFromString(&text, &guid), STATUS_SUCCESS);
        EXPECT_EQ(guid, KSCATEGORY_CAPTURE);
        RtlFreeUnicodeString(&text);
    });
}

RTL_GENERIC_COMPARE_RESULTS order(int a, int b) {
    return a == b ? GenericEqual : a < b ? GenericLessThan : GenericGreaterThan;
}
template <typename Table>
RTL_GENERIC_COMPARE_RESULTS NTAPI compare(Table *, PVOID first, PVOID second) {
    return order(*static_cast<int *>(first), *static_cast<int *>(second));
}
template <typename Table> PVOID NTAPI allocate(Table *table, CLONG bytes) {
    ++*static_cast<int *>(table->TableContext);
    return ExAllocatePoolWithTag(NonPagedPool, bytes, 'tseT');
}
template <typename Table> VOID NTAPI release(Table *table, PVOID buffer) {
    --*static_cast<int *>(table->TableContext);
    ExFreePoolWithTag(buffer, 'tseT');
}
int value(PVOID data) {
    return data ? *static_cast<int *>(data) : -1;
}

TEST_F(RtlBoxTest, AvlTableCallsTheDriverBack) {
    run([] {
        int live = 0;
        RTL_AVL_TABLE table;
        RtlInitializeGenericTableAvl(&table, compare<RTL_AVL_TABLE>, allocate<RTL_AVL_TABLE>,
                                     release<RTL_AVL_TABLE>, &live);
        EXPECT_TRUE(RtlIsGenericTableEmptyAvl(&table));
        for (int number : {5, 1, 4, 2, 3}) {
            BOOLEAN is_new = FALSE;
            EXPECT_EQ(
                value(RtlInsertElementGenericTableAvl(&table, &number, sizeof number, &is_new)),
                number);
            EXPECT_TRUE(is_new);
        }
        int four = 4, nine = 9;
        BOOLEAN is_new = TRUE;
        RtlInsertElementGenericTableAvl(&table, &four, sizeof four, &is_new);
        EXPECT_FALSE(is_new);
        EXPECT_EQ(live, 5);
        EXPECT_EQ(value(RtlLookupElementGenericTableAvl(&table, &four)), 4);
        EXPECT_EQ(RtlLookupElementGenericTableAvl(&table, &nine), nullptr);
        EXPECT_EQ(value(RtlGetElementGenericTableAvl(&table, 2)), 3);
        // Deleting under an enumeration neither skips nor repeats.
        std::vector<int> seen;
        for (PVOID data = RtlEnumerateGenericTableAvl(&table, TRUE); data;
             data = RtlEnumerateGenericTableAvl(&table, FALSE)) {
            seen.push_back(value(data));
            if (int three = 3; seen.back() == 3)
                EXPECT_TRUE(RtlDeleteElementGenericTableAvl(&table, &three));
        }
        EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5}));
        EXPECT_FALSE(RtlDeleteElementGenericTableAvl(&table, &nine));
        while (PVOID data = RtlGetElementGenericTableAvl(&table, 0))
            RtlDeleteElementGenericTableAvl(&table, data);
        EXPECT_EQ(live, 0);
    });
}

TEST_F(RtlBoxTest, SplayTableKeepsBothOrders) {
    run([] {
        int live = 0;
        RTL_GENERIC_TABLE table;
        RtlInitializeGenericTable(&table, compare<RTL_GENERIC_TABLE>, allocate<RTL_GENERIC_TABLE>,
                                  release<RTL_GENERIC_TABLE>, &live);
        for (int number : {5, 1, 4, 2, 3})
            RtlInsertElementGenericTable(&table, &number, sizeof number, nullptr);
        EXPECT_EQ(value(RtlGetElementGenericTable(&table, 0)), 5);
        EXPECT_EQ(value(RtlGetElementGenericTable(&table, 2)), 4);
        EXPECT_EQ(RtlGetElementGenericTable(&table, 5), nullptr);
        std::vector<int> seen;
        for (PVOID data = RtlEnumerateGenericTable(&table, TRUE); data;
             data = RtlEnumerateGenericTable(&table, FALSE))
            seen.push_back(value(data));
        EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5}));
        PVOID key = nullptr;
        EXPECT_EQ(value(RtlEnumerateGenericTableWithoutSplaying(&table, &key)), 1);
        EXPECT_EQ(value(RtlEnumerateGenericTableWithoutSplaying(&table, &key)), 2);
        int four = 4;
        EXPECT_EQ(value(RtlLookupElementGenericTable(&table, &four)), 4);
        EXPECT_TRUE(RtlDeleteElementGenericTable(&table, &four));
        EXPECT_EQ(value(RtlGetElementGenericTable(&table, 2)), 2);
        while (PVOID data = RtlGetElementGenericTable(&table, 0))
            RtlDeleteElementGenericTable(&table, data);
        EXPECT_TRUE(RtlIsGenericTableEmpty(&table));
        EXPECT_EQ(live, 0);
    });
}

int NTAPI compare_ints(const void *a, const void *b) {
    return *static_cast<const int *>(a) - *static_cast<const int *>(b);
}

TEST_F(RtlBoxTest, SortsThroughTheDriversComparison) {
    run([] {
        std::array<int, 6> numbers{3, 1, 6, 2, 5, 4};
        using Compare = int NTAPI(const void *, const void *);
        import <void NTAPI(void *, SIZE_T, SIZE_T, Compare *)>("qsort")(numbers.data(), 6,
                                                                        sizeof(int), compare_ints);
        EXPECT_EQ(numbers, (std::array<int, 6>{1, 2, 3, 4, 5, 6}));
        int key = 5;
        auto *search =
            import <void * NTAPI(const void *, const void *, SIZE_T, SIZE_T, Compare *)>("bsearch");
        EXPECT_EQ(search(&key, numbers.data(), 6, sizeof(int), compare_ints), &numbers[4]);
    });
}

TEST_F(RtlBoxTest, EachBoxHasItsOwnRandomSequence) {
    run([] { EXPECT_EQ(import <int NTAPI()>("rand")(), 41); });
    auto other = Kernel::create({}).value();
    other->scheduler().call([] { EXPECT_EQ(import <int NTAPI()>("rand")(), 41); });
    run([] {
        EXPECT_EQ(import <int NTAPI()>("rand")(), 18467);
        import <void NTAPI(unsigned)>("srand")(1);
        EXPECT_EQ(import <int NTAPI()>("rand")(), 41);
    });
}

TEST_F(RtlBoxTest, SaysWhichWindowsItIs) {
    run([] {
        RTL_OSVERSIONINFOW version{};
        version.dwOSVersionInfoSize = sizeof version;
        EXPECT_EQ(RtlGetVersion(&version), STATUS_SUCCESS);
        EXPECT_EQ(version.dwMajorVersion, 10u);
        EXPECT_TRUE(RtlIsNtDdiVersionAvailable(0x0A000000));
    });
}

TEST_F(RtlBoxTest, PureVirtualCallStopsTheBox) {
    const auto outcome = kernel->scheduler().call([] { import <void NTAPI()>("_purecall")(); });
    EXPECT_NE(outcome, ke::CallOutcome::done);
    ASSERT_TRUE(kernel->bug_check().stopped());
    EXPECT_EQ(kernel->bug_check().facts().code, static_cast<ULONG>(KMODE_EXCEPTION_NOT_HANDLED));
}

TEST(RtlExports, NameEachFunctionOnce) {
    std::vector<std::string_view> names;
    for (const Export &row : rtl_exports()) {
        EXPECT_NE(row.address, nullptr) << row.name;
        names.push_back(row.name);
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_GT(names.size(), 200u);
}

} // namespace
} // namespace ksbox::rtl
