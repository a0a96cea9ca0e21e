// Instrumented drivers: refused by a host without the runtime, and reported by a host with it.
#include "loader/image.h"

#include "base/sanitizer.h"

#include "loader/test_support.h"

#include <gmock/gmock.h>
#include <thread>

namespace ksbox::loader {
namespace {

using test::entry;
using ::testing::HasSubstr;

KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}
KSBOX_MS_ABI int add(int a, int b) {
    return a + b;
}

/// Where sanitized.c has that text.
[[maybe_unused]] int line_of(const std::string &text) {
    std::ifstream source(KSBOX_LOADER_TEST_SOURCES "/sanitized.c");
    std::string line;
    for (int number = 1; std::getline(source, line); ++number)
        if (line.find(text) != std::string::npos)
            return number;
    ADD_FAILURE() << text;
    return 0;
}

class Sanitized : public ::testing::Test {
  protected:
    LoadResult<std::unique_ptr<Image>> load(const std::string &name) {
        const auto bytes = test::read_image(name);
        const auto file = PeFile::parse(bytes);
        EXPECT_TRUE(file);
        resolver_.add("KsboxTestAdd", add);
        return Image::load(*file, memory_, resolver_,
                           {.name = name,
                            .path = std::string(KSBOX_LOADER_TEST_IMAGES "/") + name,
                            .missing = on_missing});
    }
    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
};

#define KSBOX_NEEDS_ASAN()                                                                         \
    if (!KSBOX_ASAN)                                                                               \
    GTEST_SKIP() << "needs AddressSanitizer: the asan preset runs it"
#define KSBOX_NEEDS_TSAN()                                                                         \
    if (!KSBOX_TSAN)                                                                               \
    GTEST_SKIP() << "needs ThreadSanitizer: the tsan preset runs it"

TEST_F(Sanitized, IsRefusedWithoutAddressSanitizer) {
    if (KSBOX_ASAN)
        GTEST_SKIP() << "needs a build without AddressSanitizer: dev and tsan run it";
    const auto image = load("with_asan.sys");
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().kind, LoadErrorKind::sanitizer);
    EXPECT_EQ(image.error().message, "this driver is built with AddressSanitizer; run it with a "
                                     "ksbox built with the asan preset");
}

class SanitizedDeath : public Sanitized {};

TEST_F(SanitizedDeath, ReportsOverflowsWithDriverFileAndLine) {
    KSBOX_NEEDS_ASAN();
    const auto image = load("with_asan.sys");
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_TRUE((*image)->missing_imports().empty());
    const auto read_index =
        entry<KSBOX_MS_ABI int(const int *, int)>((*image)->find_export("read_index"));
    const auto read_global = entry<KSBOX_MS_ABI int(int)>((*image)->find_export("read_global"));
    const auto read_stack = entry<KSBOX_MS_ABI int(int)>((*image)->find_export("read_stack"));
    const std::unique_ptr<int[]> heap(new int[4]{5, 6, 7, 8});
    EXPECT_EQ(read_index(heap.get(), 3), 8);
    EXPECT_EQ(read_global(3), 4);
    EXPECT_EQ(read_stack(3), 4);
    EXPECT_DEATH(read_index(heap.get(), 4), "driver code at with_asan.sys!read_index sanitized.c:"
                                            "(.|\n)*heap-buffer-overflow");
    EXPECT_DEATH(read_global(4), "driver code at with_asan.sys!read_global sanitized.c:"
                                 "(.|\n)*global-buffer-overflow");
    EXPECT_DEATH(read_stack(4), "driver code at with_asan.sys!read_stack sanitized.c:"
                                "(.|\n)*stack-buffer-overflow");
}

TEST_F(SanitizedDeath, LoadsAgainAfterAnUnload) {
    KSBOX_NEEDS_ASAN();
    for (int i = 0; i < 3; ++i) {
        const auto image = load("with_asan.sys");
        ASSERT_TRUE(image);
        EXPECT_EQ(entry<KSBOX_MS_ABI int(int)>((*image)->find_export("read_global"))(3), 4);
    }
}

TEST_F(SanitizedDeath, ReportsUndefinedBehaviour) {
    KSBOX_NEEDS_ASAN();
    const auto image = load("with_ubsan.sys");
    ASSERT_TRUE(image) << image.error().message;
    const auto add_numbers =
        entry<KSBOX_MS_ABI int(int, int)>((*image)->find_export("add_numbers"));
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(add_numbers(0x7fffffff, 1), -0x7fffffff - 1);
    const std::string report = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(report, ::testing::ContainsRegex("sanitized.c:[0-9]+:[0-9]+: runtime error: "
                                                 "signed integer overflow"));
    EXPECT_THAT(report, HasSubstr("driver code at with_ubsan.sys!add_numbers sanitized.c:"));
}

TEST_F(Sanitized, IsRefusedWithoutThreadSanitizer) {
    if (KSBOX_TSAN)
        GTEST_SKIP() << "needs a build without ThreadSanitizer: dev and asan run it";
    const auto image = load("with_tsan.sys");
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr("ThreadSanitizer"));
    EXPECT_THAT(image.error().message, HasSubstr("tsan preset"));
}

TEST_F(Sanitized, ExchangesPairsOfWords) {
    KSBOX_NEEDS_TSAN();
    const auto image = load("with_tsan.sys");
    ASSERT_TRUE(image) << image.error().message;
    const auto exchange =
        entry<KSBOX_MS_ABI unsigned char(long long volatile *, long long, long long, long long *)>(
            (*image)->find_export("exchange_128"));
    alignas(16) long long pair[2] = {1, 2};
    alignas(16) long long expected[2] = {1, 3};
    EXPECT_EQ(exchange(pair, 8, 7, expected), 0);
    EXPECT_THAT(expected, ::testing::ElementsAre(1, 2)); // what was found instead
    EXPECT_EQ(exchange(pair, 8, 7, expected), 1);
    EXPECT_THAT(pair, ::testing::ElementsAre(7, 8));
}

TEST_F(Sanitized, ReportsARaceBetweenThreads) {
    KSBOX_NEEDS_TSAN();
    const auto image = load("with_tsan.sys");
    ASSERT_TRUE(image) << image.error().message;
    const auto add_shared = entry<KSBOX_MS_ABI void(int)>((*image)->find_export("add_shared"));
    EXPECT_DEATH(
        {
            std::thread other([&] { add_shared(1000); });
            add_shared(1000);
            other.join();
            exit(0); // TSan makes it 66
        },
        "data race(.|\n)*with_tsan.sys!add_shared (.|\n)*sanitized.c:" +
            std::to_string(line_of("shared = KsboxTestAdd(")));
}

} // namespace
} // namespace ksbox::loader
