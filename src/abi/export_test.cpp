#include "abi/export.h"

#include "abi/windows.h"

#include <gtest/gtest.h>

namespace {

using ksbox::is_ms_abi_v;

KS_ASSERT_MS_ABI(PDRIVER_INITIALIZE);
KS_ASSERT_MS_ABI(PDRIVER_ADD_DEVICE);
KS_ASSERT_MS_ABI(PKDEFERRED_ROUTINE);
KS_ASSERT_MS_ABI(PIO_COMPLETION_ROUTINE);
KS_ASSERT_MS_ABI(PFNKSPIN);
KS_ASSERT_MS_ABI(PFNKSPINSETDEVICESTATE);
KS_ASSERT_MS_ABI(PFNKSPINCORRELATEDTIME);
KS_ASSERT_MS_ABI(PFNKSINTERSECTHANDLEREX);
KS_ASSERT_MS_ABI(decltype(&KsInitializeDriver));
KS_ASSERT_MS_ABI(decltype(&IofCallDriver));
KS_ASSERT_MS_ABI(decltype(&KeBugCheckEx));
KS_ASSERT_MS_ABI(decltype(&IoIs32bitProcess));
static_assert(!is_ms_abi_v<int (*)(int)>);
static_assert(!is_ms_abi_v<int (*)(int, ...)>);
static_assert(is_ms_abi_v<int(__attribute__((ms_abi)) *)(const char *, ...)>);

LONG NTAPI twice(LONG value) {
    return 2 * value;
}
int object;

TEST(Export, CarriesNameAddressStateAndPage) {
    const ksbox::Export entry = ksbox::done<&twice>("Twice", "NF:test.Twice");
    EXPECT_STREQ(entry.name, "Twice");
    EXPECT_EQ(entry.address, reinterpret_cast<const void *>(&twice));
    EXPECT_EQ(entry.state, ksbox::ExportState::done);
    EXPECT_FALSE(entry.is_data);
    EXPECT_EQ(ksbox::partial<&twice>("Twice", "").state, ksbox::ExportState::partial);
}

TEST(Export, StubHasNoAddressAndDataSaysSo) {
    EXPECT_EQ(ksbox::stub("Missing", "").address, nullptr);
    EXPECT_EQ(ksbox::data("Object", &object).address, &object);
    EXPECT_TRUE(ksbox::data("Object", &object).is_data);
}

} // namespace
