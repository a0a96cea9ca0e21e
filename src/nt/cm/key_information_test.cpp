// What queries return for each buffer size, and the expansion of environment variables.
#include "nt/cm/key_information.h"

#include <array>

#include <gtest/gtest.h>

#include "nt/cm/environment.h"

namespace ksbox::cm {
namespace {

Value sample() {
    return {u"Rate", REG_DWORD, {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}};
}

TEST(KeyInformation, DeliversAllPartOrNothing) {
    const auto information = value_information(sample(), KeyValuePartialInformation).value();
    std::array<std::byte, 32> buffer;
    ULONG needed = 0;
    buffer.fill(std::byte{0xCC});
    EXPECT_EQ(deliver(information, buffer.data(), 16, &needed), STATUS_SUCCESS);
    EXPECT_EQ(needed, 16u);
    const auto *partial = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer.data());
    EXPECT_EQ(partial->Type, static_cast<ULONG>(REG_DWORD));
    EXPECT_EQ(partial->DataLength, 4u);
    EXPECT_EQ(partial->Data[3], 4);

    buffer.fill(std::byte{0xCC});
    EXPECT_EQ(deliver(information, buffer.data(), 14, &needed), STATUS_BUFFER_OVERFLOW);
    EXPECT_EQ(needed, 16u);
    EXPECT_EQ(partial->DataLength, 4u);
    EXPECT_EQ(partial->Data[1], 2);
    EXPECT_EQ(buffer[14], std::byte{0xCC});

    buffer.fill(std::byte{0xCC});
    EXPECT_EQ(deliver(information, buffer.data(), 11, &needed), STATUS_BUFFER_TOO_SMALL);
    EXPECT_EQ(needed, 16u);
    EXPECT_EQ(buffer[0], std::byte{0xCC});
    EXPECT_EQ(deliver(information, nullptr, 0, &needed), STATUS_BUFFER_TOO_SMALL);
}

TEST(KeyInformation, FullValueInformationFindsItsData) {
    const auto information = value_information(sample(), KeyValueFullInformation).value();
    const auto *full =
        reinterpret_cast<const KEY_VALUE_FULL_INFORMATION *>(information.bytes.data());
    EXPECT_EQ(std::u16string_view(full->Name, full->NameLength / 2), u"Rate");
    EXPECT_EQ(full->DataLength, 4u);
    EXPECT_GE(full->DataOffset, offsetof(KEY_VALUE_FULL_INFORMATION, Name) + full->NameLength);
    EXPECT_EQ(full->DataOffset % 8, 0u);
    EXPECT_EQ(information.bytes[full->DataOffset + 2], std::byte{3});
    EXPECT_EQ(value_information(sample(), static_cast<KEY_VALUE_INFORMATION_CLASS>(77)).error(),
              Status(STATUS_INVALID_PARAMETER));
}

TEST(KeyInformation, KeysTellTheirLongestContents) {
    KeyTree tree([] { return 7; });
    const auto key = tree.create(tree.root(), u"Machine", u"cls", false).value().key;
    tree.create(key, u"ab", u"xyz1", false).value();
    tree.create(key, u"abcd", {}, false).value();
    const std::byte data[5] = {};
    tree.set_value(*key, u"name", REG_BINARY, data);
    const auto information = key_information(*key, {}, KeyFullInformation).value();
    const auto *full = reinterpret_cast<const KEY_FULL_INFORMATION *>(information.bytes.data());
    EXPECT_EQ(full->SubKeys, 2u);
    EXPECT_EQ(full->MaxNameLen, 8u);
    EXPECT_EQ(full->MaxClassLen, 8u);
    EXPECT_EQ(full->Values, 1u);
    EXPECT_EQ(full->MaxValueNameLen, 8u);
    EXPECT_EQ(full->MaxValueDataLen, 5u);
    EXPECT_EQ(full->LastWriteTime.QuadPart, 7);
    const auto *class_name =
        reinterpret_cast<const WCHAR *>(information.bytes.data() + full->ClassOffset);
    EXPECT_EQ(std::u16string_view(class_name, full->ClassLength / 2), u"cls");

    const auto name = key_information(*key, u"\\Registry\\Machine", KeyNameInformation).value();
    EXPECT_EQ(name.bytes.size(), 4u + 17 * 2);
    EXPECT_EQ(key_information(*key, {}, KeyTrustInformation).error(),
              Status(STATUS_INVALID_PARAMETER));
}

TEST(Environment, ExpandsWhatItKnows) {
    EXPECT_EQ(expand_environment(u"%SystemRoot%\\x %systemdrive%", nullptr), u"C:\\Windows\\x C:");
    EXPECT_EQ(expand_environment(u"100% %none% %%", nullptr), u"100% %none% %%");
    EXPECT_EQ(expand_environment(u"<%a%>", u"b=1\0A=2\0"), u"<2>");
}

} // namespace
} // namespace ksbox::cm
