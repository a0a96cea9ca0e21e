// Section A: which filter a path opens.
#include "conformance/factories_filter.h"

#include <algorithm>

namespace ksbox::testing {
namespace {

constexpr std::uint32_t name_not_found = 0xC0000034, // STATUS_OBJECT_NAME_NOT_FOUND
    invalid_device_request = 0xC0000010;

class Opening : public FactoriesFilter {
  protected:
    /// ZwCreateFile in the driver, on the path as kernel mode writes it.
    std::uint32_t open_in_kernel(const std::string &path) {
        std::u16string name(path.begin(), path.end());
        if (name.starts_with(u"\\\\?\\"))
            name.replace(0, 4, u"\\??\\");
        return read_at<std::uint32_t>(
            filter.get(factories_set, KSPROPERTY_FACTORIES_OPEN_IN_KERNEL, {},
                       std::as_bytes(std::span(name.data(), name.size()))));
    }
    Filter filter = open("creation");
};
KSBOX_IN_BOTH_MODES(Opening);

TEST_P(Opening, A10_TheReferenceStringSelectsTheFilterFactory) {
    for (const auto &[name, expected] :
         {std::pair("creation", FACTORIES_CREATION), std::pair("overrides", FACTORIES_OVERRIDES),
          std::pair("mistakes", FACTORIES_MISTAKES), std::pair("necessary", FACTORIES_NECESSARY),
          std::pair("{1F7D3A60-8C25-4B7E-A4D9-6E02B95C3F18}", FACTORIES_LISTS)}) {
        Filter opened = open(name);
        EXPECT_EQ(which(opened), std::uint32_t(expected)) << name;
    }
}

TEST_P(Opening, A10_EachFactoryHasAnInterfaceWithItsReferenceString) {
    std::vector<std::string> references;
    for (const InterfaceFacts &one : driver.filters())
        references.push_back(one.path.substr(one.path.rfind('\\') + 1));
    std::ranges::sort(references);
    EXPECT_EQ(references,
              (std::vector<std::string>{"creation", "denied", "mistakes", "necessary", "overrides",
                                        "{1f7d3a60-8c25-4b7e-a4d9-6e02b95c3f18}"}));
}

TEST_P(Opening, A10_TheCaseOfTheReferenceStringDoesNotMatter) {
    Filter opened = open("CrEaTiOn");
    EXPECT_EQ(which(opened), std::uint32_t(FACTORIES_CREATION));
}

TEST_P(Opening, A10_AnUnknownReferenceStringOpensNothing) {
    traced.mark();
    EXPECT_EQ(try_open("nothing"), name_not_found);
    EXPECT_EQ(try_open("creation2"), name_not_found);
    EXPECT_EQ(try_open("creatio"), name_not_found);
    EXPECT_EQ(traced.irps("IRP_MJ_CREATE"), 3u); // the driver is asked, and knows
}

TEST_P(Opening, A10_KernelModeOpensWithZwCreateFile) {
    EXPECT_EQ(open_in_kernel(path("creation")), 0u);
    EXPECT_EQ(open_in_kernel(path("overrides")), 0u);
    EXPECT_EQ(open_in_kernel(path("nothing")), name_not_found);
}

TEST_P(Opening, A10_EachOpenIsAFilterOfItsOwn) {
    Filter second = open("creation");
    const Created pin = create(filter, CREATION_TWO);
    ASSERT_EQ(pin.error, 0u);
    EXPECT_EQ(instances(filter, CREATION_TWO).CurrentCount, 1u);
    EXPECT_EQ(instances(second, CREATION_TWO).CurrentCount, 0u);
}

TEST_P(Opening, A18_AFilterDeniedToUserModeIsTheKernelsAlone) {
    EXPECT_EQ(try_open("denied"), invalid_device_request);
    EXPECT_EQ(open_in_kernel(path("denied")), 0u);
}

} // namespace
} // namespace ksbox::testing
