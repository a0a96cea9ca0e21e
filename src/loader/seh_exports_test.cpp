// The loader's exports as a driver calls them, and language handlers that are the driver's own.
#include "loader/exports.h"
#include "loader/seh_harness.h"

#include <gmock/gmock.h>

namespace ksbox::loader {
namespace {

using test::entry;

KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}

class SehExports : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const Export &symbol : seh_exports())
            resolver_.add_data(symbol.name, symbol.address);
        const auto bytes = test::read_image("handlers.sys");
        const auto file = PeFile::parse(bytes);
        ASSERT_TRUE(file) << file.error().message;
        auto image = Image::load(*file, memory_, resolver_,
                                 {.name = "handlers.sys", .path = {}, .missing = on_missing});
        ASSERT_TRUE(image) << image.error().message;
        image_ = std::move(*image);
        ASSERT_TRUE(image_->missing_imports().empty());
        harness_.images().add(*image_);
    }
    template <typename Result, typename... Arguments>
    Result call(const char *name, Arguments... arguments) {
        auto *function = entry<Result KSBOX_MS_ABI(Arguments...)>(image_->find_export(name));
        Result result{};
        EXPECT_FALSE(harness_.run([&] { result = function(arguments...); })) << name;
        return result;
    }

    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
    std::unique_ptr<Image> image_;
    test::SehHarness harness_;
};

TEST_F(SehExports, RunsTheDriversOwnLanguageHandler) {
    const auto *calls = static_cast<int *>(image_->find_export("handler_calls"));
    int good = 5;
    EXPECT_EQ(call<int>("checked_fault", &good), 5);
    EXPECT_EQ(*calls, 0);
    EXPECT_EQ(call<int>("checked_fault", static_cast<int *>(nullptr)), -1);
    EXPECT_EQ(*calls, 2); // the search, and the unwind of the target frame
}

TEST_F(SehExports, UnwindsToALabelInTheCaller) {
    EXPECT_EQ(call<int>("unwind_locally", 0), 1);
    EXPECT_EQ(call<int>("unwind_locally", 1), 701);
    EXPECT_EQ(call<int>("unwind_locally", 2), 701);
}

TEST_F(SehExports, CapturesReturnAddresses) {
    std::array<void *, 8> trace{};
    std::uint32_t hash = 0, again = 0;
    const auto capture = [&](std::uint32_t skip, std::uint32_t *to) {
        return call<std::uint16_t>("trace_from_here", skip, 8u, trace.data(), to);
    };
    ASSERT_GE(capture(0, &hash), 2);
    EXPECT_EQ(image_->locate(trace[0]).export_name, "trace_from_here");
    EXPECT_FALSE(image_->contains(trace[1]));
    void *const caller = trace[1];
    EXPECT_GE(capture(1, &again), 1);
    EXPECT_NE(caller, nullptr);
    EXPECT_FALSE(image_->contains(trace[0]));
    EXPECT_NE(hash, again);
}

TEST_F(SehExports, FindsTheImageOfAnAddress) {
    const auto find = entry<KSBOX_MS_ABI void *(const void *, void **)>(image_->entry_point());
    void *base = nullptr;
    EXPECT_EQ(find(image_->entry_point(), &base), image_->base());
    EXPECT_EQ(base, image_->base());
    EXPECT_EQ(find(&base, &base), nullptr);
    EXPECT_EQ(base, nullptr);
}

TEST_F(SehExports, ChecksTheStackOfLargeFrames) {
    for (const std::uint64_t bytes : {0ull, 1ull, 4096ull, 100000ull})
        EXPECT_EQ(call<std::uint64_t>("check_stack", bytes), 1u) << bytes;
}

} // namespace
} // namespace ksbox::loader
