// A structure must look the same to the runtime (ELF, LP64) and to a driver (PE, LLP64). The build
// compiles the same list of types and fields for PE and puts the numbers into a file.
#include "abi/windows.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace {

struct Measure {
    std::string what;
    std::uint32_t offset_or_size;
    std::uint32_t size_or_alignment;
};

const std::vector<Measure> &host_layout() {
    static const std::vector<Measure> layout = {
#define T(type) {#type, sizeof(type), alignof(type)},
#define F(type, field)                                                                             \
    {#type "." #field, __builtin_offsetof(type, field), sizeof(((type *)nullptr)->field)},
#include "abi/layout/all.inc"
    };
    return layout;
}

std::vector<std::uint32_t> pe_layout() {
    std::ifstream file(KSBOX_PE_LAYOUT, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::vector<std::uint32_t> numbers(bytes.size() / sizeof(std::uint32_t));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(std::uint32_t));
    return numbers;
}

TEST(Layout, IsTheSameForHostAndDriver) {
    const auto &host = host_layout();
    const auto driver = pe_layout();
    // The section may be padded to its alignment.
    ASSERT_GE(driver.size(), host.size() * 2);
    ASSERT_GT(host.size(), 2000u);
    for (std::size_t i = 0; i < host.size(); ++i) {
        EXPECT_EQ(host[i].offset_or_size, driver[2 * i]) << host[i].what;
        EXPECT_EQ(host[i].size_or_alignment, driver[2 * i + 1]) << host[i].what;
    }
}

} // namespace
