#include "ks/property_description.h"

#include <cstring>

#include <gtest/gtest.h>

namespace ksbox::ks {
namespace {

NTSTATUS NTAPI handler(PIRP, PKSIDENTIFIER, PVOID) {
    return STATUS_SUCCESS;
}

class PropertyDescription : public testing::Test {
  protected:
    PropertyDescription() {
        range.Bounds.SignedMaximum = 100;
        list.MembersHeader = {KSPROPERTY_MEMBER_STEPPEDRANGES, sizeof range, 1, 0};
        list.Members = &range;
        values.MembersListCount = 1;
        values.MembersList = &list;
        item.GetPropertyHandler = handler;
        item.Values = &values;
    }
    NTSTATUS ask(ULONG bytes) {
        std::memset(data, 0xAA, sizeof data);
        irp.IoStatus.Information = 0;
        return describe_property(item, {&irp, nullptr, 0, bytes ? data : nullptr, bytes}, false);
    }

    KSPROPERTY_STEPPING_LONG range{};
    KSPROPERTY_MEMBERSLIST list{};
    KSPROPERTY_VALUES values{};
    KSPROPERTY_ITEM item{};
    IRP irp{};
    alignas(8) std::byte data[256];
    const ULONG all = sizeof(KSPROPERTY_DESCRIPTION) + sizeof(KSPROPERTY_MEMBERSHEADER) +
                      sizeof(KSPROPERTY_STEPPING_LONG);
};

TEST_F(PropertyDescription, H3AUlongGetsTheAccessFlags) {
    ASSERT_EQ(ask(sizeof(ULONG)), STATUS_SUCCESS);
    EXPECT_EQ(*reinterpret_cast<ULONG *>(data), ULONG(KSPROPERTY_TYPE_GET));
    EXPECT_EQ(irp.IoStatus.Information, sizeof(ULONG));
}

TEST_F(PropertyDescription, H3ADescriptionTellsTheWholeSize) {
    ASSERT_EQ(ask(sizeof(KSPROPERTY_DESCRIPTION)), STATUS_SUCCESS);
    EXPECT_EQ(reinterpret_cast<KSPROPERTY_DESCRIPTION *>(data)->DescriptionSize, all);
    EXPECT_EQ(irp.IoStatus.Information, sizeof(KSPROPERTY_DESCRIPTION));
}

TEST_F(PropertyDescription, H3EverythingFollowsInARoomyBuffer) {
    ASSERT_EQ(ask(all), STATUS_SUCCESS);
    EXPECT_EQ(irp.IoStatus.Information, all);
    KSPROPERTY_STEPPING_LONG copy;
    std::memcpy(&copy, data + sizeof(KSPROPERTY_DESCRIPTION) + sizeof(KSPROPERTY_MEMBERSHEADER),
                sizeof copy);
    EXPECT_EQ(copy.Bounds.SignedMaximum, 100);
}

TEST_F(PropertyDescription, H3OtherSizesAreTooSmall) {
    EXPECT_EQ(ask(sizeof(ULONG) + 1), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(ask(all - 1), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(ask(0), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(irp.IoStatus.Information, 0u);
}

} // namespace
} // namespace ksbox::ks
