// The registry as drivers see it: the Zw and Rtl exports on a box thread.
#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "abi/windows.h"

#include "nt/cm/registry.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"

namespace ksbox::cm {
namespace {

UNICODE_STRING string(std::u16string_view text) {
    UNICODE_STRING out;
    out.Buffer = const_cast<PWSTR>(text.data());
    out.Length = out.MaximumLength = static_cast<USHORT>(text.size() * sizeof(WCHAR));
    return out;
}

class RegistryTest : public testing::Test {
  protected:
    void SetUp() override { kernel = Kernel::create({}).value(); }

    void run(const std::function<void()> &work) {
        ASSERT_EQ(kernel->scheduler().call(work), ke::CallOutcome::done);
    }
    Registry &registry() { return kernel->registry(); }

    static NTSTATUS open(HANDLE *handle, std::u16string_view path, ACCESS_MASK access,
                         HANDLE root = nullptr) {
        UNICODE_STRING name = string(path);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                                   root, nullptr);
        return ZwOpenKey(handle, access, &attributes);
    }
    static NTSTATUS create(HANDLE *handle, std::u16string_view path, ULONG options,
                           ULONG *disposition = nullptr, HANDLE root = nullptr) {
        UNICODE_STRING name = string(path);
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, root, nullptr);
        return ZwCreateKey(handle, KEY_ALL_ACCESS, &attributes, 0, nullptr, options, disposition);
    }

    std::unique_ptr<Kernel> kernel;
    static constexpr auto path = u"\\Registry\\Machine\\Software\\ks";
};

TEST_F(RegistryTest, CreateOpenAndDisposition) {
    run([] {
        HANDLE key = nullptr, again = nullptr, child = nullptr;
        ULONG disposition = 0;
        EXPECT_EQ(create(&key, path, 0, &disposition), STATUS_SUCCESS);
        EXPECT_EQ(disposition, static_cast<ULONG>(REG_CREATED_NEW_KEY));
        EXPECT_EQ(create(&again, u"\\REGISTRY\\machine\\software\\KS", 0, &disposition),
                  STATUS_SUCCESS);
        EXPECT_EQ(disposition, static_cast<ULONG>(REG_OPENED_EXISTING_KEY));
        EXPECT_EQ(create(&child, u"child", REG_OPTION_VOLATILE, nullptr, key), STATUS_SUCCESS);
        HANDLE refused = nullptr;
        EXPECT_EQ(create(&refused, u"below", 0, nullptr, child), STATUS_CHILD_MUST_BE_VOLATILE);
        EXPECT_EQ(create(&refused, u"a\\b", 0, nullptr, key), STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(create(&refused, u"\\child", 0, nullptr, key), STATUS_OBJECT_PATH_SYNTAX_BAD);
        EXPECT_EQ(open(&refused, u"Machine", KEY_READ), STATUS_OBJECT_PATH_SYNTAX_BAD);
        EXPECT_EQ(open(&refused, u"\\Registry\\Machine\\nothing", KEY_READ),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(create(&refused, path, REG_OPTION_CREATE_LINK), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(refused, nullptr);
        for (HANDLE handle : {key, again, child})
            EXPECT_EQ(ZwClose(handle), STATUS_SUCCESS);
        EXPECT_EQ(ZwFlushKey(key), STATUS_INVALID_HANDLE);
    });
}

TEST_F(RegistryTest, ValuesKeepTypeDataAndAccess) {
    run([] {
        HANDLE key = nullptr, reader = nullptr;
        ASSERT_EQ(create(&key, path, 0), STATUS_SUCCESS);
        UNICODE_STRING name = string(u"Rate");
        ULONG rate = 48'000;
        EXPECT_EQ(ZwSetValueKey(key, &name, 0, REG_DWORD, &rate, sizeof rate), STATUS_SUCCESS);
        ASSERT_EQ(open(&reader, path, GENERIC_READ), STATUS_SUCCESS);
        EXPECT_EQ(ZwSetValueKey(reader, &name, 0, REG_DWORD, &rate, sizeof rate),
                  STATUS_ACCESS_DENIED);
        EXPECT_EQ(ZwDeleteValueKey(reader, &name), STATUS_ACCESS_DENIED);

        std::array<std::byte, 64> buffer{};
        auto *partial = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer.data());
        ULONG needed = 0;
        EXPECT_EQ(ZwQueryValueKey(reader, &name, KeyValuePartialInformation, nullptr, 0, &needed),
                  STATUS_BUFFER_TOO_SMALL);
        EXPECT_EQ(needed, 16u);
        EXPECT_EQ(ZwQueryValueKey(reader, &name, KeyValuePartialInformation, partial, 64, &needed),
                  STATUS_SUCCESS);
        EXPECT_EQ(partial->Type, static_cast<ULONG>(REG_DWORD));
        EXPECT_EQ(std::memcmp(partial->Data, &rate, 4), 0);
        EXPECT_EQ(
            ZwEnumerateValueKey(reader, 0, KeyValueBasicInformation, buffer.data(), 64, &needed),
            STATUS_SUCCESS);
        EXPECT_EQ(
            ZwEnumerateValueKey(reader, 1, KeyValueBasicInformation, buffer.data(), 64, &needed),
            STATUS_NO_MORE_ENTRIES);
        EXPECT_EQ(ZwDeleteValueKey(key, &name), STATUS_SUCCESS);
        EXPECT_EQ(ZwDeleteValueKey(key, &name), STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(ZwClose(reader), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(key), STATUS_SUCCESS);
    });
}

TEST_F(RegistryTest, DeletedKeysKeepTheirHandlesUseless) {
    run([] {
        HANDLE key = nullptr, child = nullptr;
        ASSERT_EQ(create(&key, path, 0), STATUS_SUCCESS);
        ASSERT_EQ(create(&child, u"child", 0, nullptr, key), STATUS_SUCCESS);
        EXPECT_EQ(ZwDeleteKey(key), STATUS_CANNOT_DELETE);
        EXPECT_EQ(ZwDeleteKey(child), STATUS_SUCCESS);
        EXPECT_EQ(ZwDeleteKey(child), STATUS_KEY_DELETED);
        std::array<std::byte, 64> buffer{};
        ULONG needed = 0;
        EXPECT_EQ(ZwQueryKey(child, KeyBasicInformation, buffer.data(), 64, &needed),
                  STATUS_KEY_DELETED);
        EXPECT_EQ(ZwEnumerateKey(key, 0, KeyBasicInformation, buffer.data(), 64, &needed),
                  STATUS_NO_MORE_ENTRIES);
        EXPECT_EQ(ZwClose(child), STATUS_SUCCESS);
        EXPECT_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(key), STATUS_SUCCESS);
    });
}

TEST_F(RegistryTest, EnumeratesKeysInOrder) {
    run([this] {
        ASSERT_TRUE(registry().create_key(std::u16string(path) + u"\\b"));
        ASSERT_TRUE(registry().create_key(std::u16string(path) + u"\\A"));
        HANDLE key = nullptr;
        ASSERT_EQ(open(&key, path, KEY_READ), STATUS_SUCCESS);
        std::array<std::byte, 128> buffer{};
        auto *basic = reinterpret_cast<KEY_BASIC_INFORMATION *>(buffer.data());
        ULONG needed = 0;
        EXPECT_EQ(ZwEnumerateKey(key, 0, KeyBasicInformation, basic, 128, &needed), STATUS_SUCCESS);
        EXPECT_EQ(basic->Name[0], u'A');
        EXPECT_EQ(ZwEnumerateKey(key, 1, KeyBasicInformation, basic, 17, &needed),
                  STATUS_BUFFER_OVERFLOW);
        EXPECT_EQ(needed, 18u);
        EXPECT_EQ(ZwEnumerateKey(key, 0, KeyNameInformation, basic, 128, &needed),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(ZwQueryKey(key, KeyNameInformation, buffer.data(), 128, &needed), STATUS_SUCCESS);
        ULONG bytes;
        std::memcpy(&bytes, buffer.data(), 4);
        EXPECT_EQ(std::u16string_view(reinterpret_cast<WCHAR *>(buffer.data() + 4), bytes / 2),
                  path);
        EXPECT_EQ(ZwClose(key), STATUS_SUCCESS);
    });
}

// ---- RtlQueryRegistryValues --------------------------------------------------------------------

struct Seen {
    std::vector<std::pair<std::u16string, std::u16string>> strings;
    unsigned calls = 0;
    NTSTATUS answer = STATUS_SUCCESS;
};

NTSTATUS NTAPI remember(PWSTR name, ULONG type, PVOID data, ULONG length, PVOID context, PVOID) {
    auto &seen = *static_cast<Seen *>(context);
    ++seen.calls;
    if (type == REG_SZ)
        seen.strings.emplace_back(name, std::u16string(static_cast<PWSTR>(data), length / 2 - 1));
    return seen.answer;
}

class QueryTableTest : public RegistryTest {
  protected:
    void SetUp() override {
        RegistryTest::SetUp();
        const std::u16string key = path;
        constexpr WCHAR multi[] = u"one\0two\0";
        ASSERT_TRUE(registry().set_string(key, u"Name", u"loop"));
        ASSERT_TRUE(registry().set_dword(key, u"Rate", 48'000));
        ASSERT_TRUE(
            registry().set_value(key, u"Multi", REG_MULTI_SZ, std::as_bytes(std::span(multi))));
        constexpr WCHAR expand[] = u"%SystemRoot%\\x";
        ASSERT_TRUE(
            registry().set_value(key, u"Expand", REG_EXPAND_SZ, std::as_bytes(std::span(expand))));
        constexpr std::byte blob[12] = {};
        ASSERT_TRUE(registry().set_value(key, u"Blob", REG_BINARY, blob));
        ASSERT_TRUE(registry().set_string(key + u"\\Sub", u"Inner", u"deep"));
    }
    static RTL_QUERY_REGISTRY_TABLE entry(PRTL_QUERY_REGISTRY_ROUTINE routine, ULONG flags,
                                          PCWSTR name, PVOID context = nullptr, ULONG type = 0,
                                          PVOID data = nullptr, ULONG length = 0) {
        return {routine, flags, const_cast<PWSTR>(name), context, type, data, length};
    }
    static NTSTATUS query(std::vector<RTL_QUERY_REGISTRY_TABLE> table, PVOID context = nullptr,
                          PCWSTR at = path, ULONG relative = RTL_REGISTRY_ABSOLUTE) {
        table.push_back({});
        return RtlQueryRegistryValues(relative, const_cast<PWSTR>(at), table.data(), context,
                                      nullptr);
    }
    static constexpr ULONG type_check = 0x100;
    static constexpr ULONG direct = RTL_QUERY_REGISTRY_DIRECT;
};

TEST_F(QueryTableTest, CallbacksGetExpandedAndSplitStrings) {
    run([] {
        Seen seen;
        EXPECT_EQ(query({entry(remember, 0, u"Name"), entry(remember, 0, u"Multi"),
                         entry(remember, 0, u"Expand"),
                         entry(remember, RTL_QUERY_REGISTRY_NOEXPAND, u"Multi"),
                         entry(remember, RTL_QUERY_REGISTRY_SUBKEY, u"Sub"),
                         entry(remember, RTL_QUERY_REGISTRY_TOPKEY, u"Name")},
                        &seen),
                  STATUS_SUCCESS);
        const std::vector<std::pair<std::u16string, std::u16string>> expected = {
            {u"Name", u"loop"},  {u"Multi", u"one"},
            {u"Multi", u"two"},  {u"Expand", u"C:\\Windows\\x"},
            {u"Inner", u"deep"}, {u"Name", u"loop"}};
        EXPECT_EQ(seen.strings, expected);
        EXPECT_EQ(seen.calls, 7u); // and the raw multi string
        seen = {};
        EXPECT_EQ(query({entry(remember, 0, nullptr)}, &seen), STATUS_SUCCESS);
        EXPECT_EQ(seen.calls, 6u); // five values, one of them split
    });
}

TEST_F(QueryTableTest, DirectEntriesStoreByType) {
    run([] {
        ULONG rate = 0;
        UNICODE_STRING name{};
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Rate", &rate, REG_DWORD << 24),
                         entry(nullptr, direct | type_check, u"Name", &name, REG_SZ << 24)}),
                  STATUS_SUCCESS);
        EXPECT_EQ(rate, 48'000u);
        EXPECT_EQ(name.Length, 8);
        EXPECT_EQ(std::u16string(name.Buffer), u"loop");
        ExFreePool(name.Buffer);

        WCHAR small[4];
        name = {0, sizeof small, small};
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Name", &name, REG_SZ << 24)}),
                  STATUS_BUFFER_TOO_SMALL);
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Rate", &name, REG_SZ << 24)}),
                  STATUS_OBJECT_TYPE_MISMATCH);

        struct {
            LONG size_or_length;
            ULONG type;
            std::byte data[12];
        } blob{20, 0, {}};
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Blob", &blob, REG_BINARY << 24)}),
                  STATUS_SUCCESS);
        EXPECT_EQ(blob.size_or_length, 12);
        EXPECT_EQ(blob.type, static_cast<ULONG>(REG_BINARY));
        blob.size_or_length = -12;
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Blob", &blob, REG_BINARY << 24)}),
                  STATUS_SUCCESS);
        EXPECT_EQ(blob.size_or_length, 0); // the data's first bytes
        blob.size_or_length = 19;
        EXPECT_EQ(query({entry(nullptr, direct | type_check, u"Blob", &blob, REG_BINARY << 24)}),
                  STATUS_BUFFER_TOO_SMALL);
    });
}

TEST_F(QueryTableTest, DefaultsAndRequiredValues) {
    run([] {
        ULONG number = 7, fallback = 9;
        EXPECT_EQ(query({entry(nullptr, direct, u"None", &number, REG_DWORD, &fallback, 4)}),
                  STATUS_SUCCESS);
        EXPECT_EQ(number, 9u);
        EXPECT_EQ(query({entry(nullptr, direct, u"None", &number)}), STATUS_SUCCESS);
        EXPECT_EQ(query({entry(nullptr, direct | RTL_QUERY_REGISTRY_REQUIRED, u"None", &number)}),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        Seen seen;
        EXPECT_EQ(
            query({entry(remember, 0, u"None", nullptr, REG_SZ, const_cast<PWSTR>(u"standard"))},
                  &seen),
            STATUS_SUCCESS);
        ASSERT_EQ(seen.strings.size(), 1u);
        EXPECT_EQ(seen.strings[0].second, u"standard");
        EXPECT_EQ(query({entry(remember, RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_REQUIRED,
                               u"NoKey")}),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_F(QueryTableTest, InvalidEntriesAndErrorsOfCallbacks) {
    run([] {
        ULONG number = 0;
        Seen seen;
        EXPECT_EQ(query({entry(remember, direct, u"Rate", &number)}, &seen),
                  STATUS_INVALID_PARAMETER);
        EXPECT_EQ(query({entry(nullptr, 0, u"Rate")}), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(query({entry(nullptr, direct, u"Multi", &number)}), STATUS_INVALID_PARAMETER);
        EXPECT_EQ(seen.calls, 0u);
        seen.answer = STATUS_NO_MEMORY;
        EXPECT_EQ(query({entry(remember, 0, u"Name"), entry(remember, 0, u"Rate")}, &seen),
                  STATUS_NO_MEMORY);
        EXPECT_EQ(seen.calls, 1u);
        seen.answer = STATUS_BUFFER_TOO_SMALL; // ignored, says the page
        EXPECT_EQ(query({entry(remember, 0, u"Name"), entry(remember, 0, u"Rate")}, &seen),
                  STATUS_SUCCESS);
        EXPECT_EQ(seen.calls, 3u);
    });
}

TEST_F(QueryTableTest, PathsHandlesAndDeletion) {
    run([this] {
        Seen seen;
        const auto nowhere = u"\\Registry\\Machine\\Software\\nowhere";
        EXPECT_EQ(query({entry(remember, 0, u"Name")}, &seen, nowhere),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(query({entry(remember, 0, u"Name")}, &seen, nowhere,
                        RTL_REGISTRY_ABSOLUTE | RTL_REGISTRY_OPTIONAL),
                  STATUS_SUCCESS);
        EXPECT_EQ(query({}, nullptr, u"", 77), STATUS_INVALID_PARAMETER);
        HANDLE key = nullptr;
        ASSERT_EQ(open(&key, path, KEY_READ), STATUS_SUCCESS);
        EXPECT_EQ(query({entry(remember, RTL_QUERY_REGISTRY_DELETE, u"Name")}, &seen,
                        static_cast<PCWSTR>(key), RTL_REGISTRY_HANDLE),
                  STATUS_SUCCESS);
        EXPECT_EQ(seen.calls, 1u);
        EXPECT_EQ(registry().value(path, u"Name").error(), Status(STATUS_OBJECT_NAME_NOT_FOUND));
        EXPECT_EQ(RtlCheckRegistryKey(RTL_REGISTRY_HANDLE, static_cast<PWSTR>(key)),
                  STATUS_SUCCESS);
        EXPECT_EQ(ZwClose(key), STATUS_INVALID_HANDLE); // it was closed, as the page warns
    });
}

TEST_F(QueryTableTest, UncheckedDirectQueryOfAnUntrustedHiveStopsTheBox) {
    ASSERT_TRUE(registry().set_dword(u"\\Registry\\User\\.Default\\x", u"v", 1));
    const auto outcome = kernel->scheduler().call([] {
        ULONG number = 0;
        query({entry(nullptr, direct, u"v", &number)}, nullptr, u"x", RTL_REGISTRY_USER);
        ADD_FAILURE() << "the call came back";
    });
    EXPECT_EQ(outcome, ke::CallOutcome::stopped);
    EXPECT_EQ(kernel->bug_check().facts().code, 0x139u);
    EXPECT_EQ(kernel->bug_check().facts().parameters[0], 9u);
}

TEST_F(RegistryTest, RtlWritesAndCreates) {
    run([this] {
        ULONG one = 1;
        EXPECT_EQ(RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"ks", u"v", REG_DWORD, &one, 4),
                  STATUS_SUCCESS);
        EXPECT_EQ(registry().value(std::u16string(services_path) + u"\\ks", u"v")->data.size(), 4u);
        EXPECT_EQ(RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, const_cast<PWSTR>(u"a\\b")),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(RtlCreateRegistryKey(RTL_REGISTRY_DEVICEMAP, const_cast<PWSTR>(u"KS")),
                  STATUS_SUCCESS);
        EXPECT_EQ(RtlCheckRegistryKey(RTL_REGISTRY_DEVICEMAP, const_cast<PWSTR>(u"ks")),
                  STATUS_SUCCESS);
        EXPECT_EQ(RtlCheckRegistryKey(RTL_REGISTRY_CONTROL, const_cast<PWSTR>(u"no")),
                  STATUS_OBJECT_NAME_NOT_FOUND);
        EXPECT_EQ(RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"ks", u"v"), STATUS_SUCCESS);
        EXPECT_EQ(RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"ks", u"v"),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    });
}

TEST_F(RegistryTest, AssignmentsOfTheCommandLine) {
    const std::u16string parameters = std::u16string(services_path) + u"\\cable\\Parameters";
    EXPECT_TRUE(registry().assign("cable", "Rate=0xBB80"));
    EXPECT_EQ(registry().value(parameters, u"rate")->type, static_cast<std::uint32_t>(REG_DWORD));
    EXPECT_TRUE(registry().assign("cable", "Audio\\Name=4294967296"));
    EXPECT_EQ(registry().value(parameters + u"\\Audio", u"Name")->type,
              static_cast<std::uint32_t>(REG_SZ));
    EXPECT_TRUE(registry().assign("cable", "Empty="));
    EXPECT_TRUE(registry().assign("cable", "\\Registry\\Machine\\Software\\x=12 a"));
    EXPECT_EQ(registry().value(u"\\Registry\\Machine\\Software", u"x")->type,
              static_cast<std::uint32_t>(REG_SZ));
    EXPECT_FALSE(registry().assign("cable", "Rate"));
    EXPECT_FALSE(registry().assign("cable", "=1"));
}

} // namespace
} // namespace ksbox::cm
