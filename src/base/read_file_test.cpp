#include "base/read_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace ksbox {
namespace {

std::size_t size_of(const std::string &path) {
    const auto bytes = read_file(path);
    return bytes ? bytes->span().size() : ~std::size_t(0);
}

TEST(ReadFile, WholeEmptyAndUnsized) {
    const std::string path = testing::TempDir() + "read_file_test";
    std::ofstream(path) << "content";
    const auto bytes = read_file(path);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(std::string(reinterpret_cast<const char *>(bytes->span().data()), 7), "content");
    EXPECT_EQ(bytes->span().size(), 7u);
    std::ofstream(path, std::ios::trunc).flush();
    EXPECT_EQ(size_of(path), 0u);
    std::filesystem::remove(path);
    // Says that it has no bytes, and has more than one buffer's.
    EXPECT_GT(size_of("/proc/self/smaps"), 4096u);
}

TEST(ReadFile, SaysWhyNot) {
    EXPECT_EQ(read_file("/nowhere/at/all").error(), ENOENT);
    EXPECT_EQ(read_file("/").error(), EISDIR);
}

} // namespace
} // namespace ksbox
