// Calls that control flow guard lets pass or refuses, and imports that are bound late on Windows.
#include "loader/guard.h"

#include "loader/test_support.h"

#include <csetjmp>
#include <gmock/gmock.h>

namespace ksbox::loader {
namespace {

using test::entry;

KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    FAIL() << record->function;
}
KSBOX_MS_ABI int add(int a, int b) {
    return a + b;
}
KSBOX_MS_ABI int twelve() {
    return 12;
}

jmp_buf refused;
std::uint64_t refused_target;
Context refused_at;

bool is_outside_target(const Image &, std::uint64_t address) noexcept {
    return address == reinterpret_cast<std::uint64_t>(&add);
}
void refuse_call(const Image &, const Context &driver, std::uint64_t target) noexcept {
    refused_target = target;
    refused_at = driver;
    longjmp(refused, 1);
}

class Guard : public ::testing::Test {
  protected:
    void SetUp() override {
        resolver_.add("KsboxTestAdd", add);
        resolver_.add("ordinals.sys#12", twelve);
        bytes_ = test::read_image("guarded.sys");
        image_ = load({.is_target = is_outside_target, .failed = refuse_call});
        ASSERT_TRUE(image_);
    }
    std::unique_ptr<Image> load(const GuardHooks &hooks) {
        const auto file = PeFile::parse(bytes_);
        EXPECT_TRUE(file) << file.error().message;
        auto image =
            Image::load(*file, memory_, resolver_,
                        {.name = "guarded.sys", .path = {}, .missing = on_missing, .guard = hooks});
        EXPECT_TRUE(image) << image.error().message;
        return image ? std::move(*image) : nullptr;
    }
    /// Whether the driver's call of `target` is refused; checks what the hook was told.
    bool refuses(const char *caller, const void *target) {
        auto *call = entry<KSBOX_MS_ABI int(const void *, int, int)>(image_->find_export(caller));
        if (setjmp(refused) == 0) {
            (void)call(target, 20, 3);
            return false;
        }
        EXPECT_EQ(refused_target, reinterpret_cast<std::uint64_t>(target));
        return true;
    }

    std::vector<std::byte> bytes_;
    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
    std::unique_ptr<Image> image_;
};

TEST_F(Guard, ReadsTheTableOfTargets) {
    const auto file = PeFile::parse(bytes_);
    ASSERT_TRUE(file && file->load_config());
    EXPECT_TRUE(file->load_config()->has_guard_table());
    EXPECT_GE(file->load_config()->guard_targets.size(), 8u);
    EXPECT_TRUE(image_->may_be_called(image_->find_export("weigh")));
    EXPECT_TRUE(image_->may_be_called(image_->entry_point()));
    EXPECT_FALSE(image_->may_be_called(static_cast<std::byte *>(image_->entry_point()) + 1));
    EXPECT_FALSE(image_->may_be_called(image_->base()));
}

TEST_F(Guard, LetsTargetsPassWithTheirArguments) {
    EXPECT_EQ(entry<KSBOX_MS_ABI int(int)>(image_->find_export("call_chosen"))(4), 5);
    auto *call = entry<KSBOX_MS_ABI double(const void *, double, int, double, int)>(
        image_->find_export("call_with_floats"));
    EXPECT_EQ(call(image_->find_export("weigh"), 1.5, 2, 3.5, 4), 1500 + 200 + 35 + 4 + 1);
    for (const char *caller : {"call_any", "call_any_last"})
        EXPECT_FALSE(refuses(caller, reinterpret_cast<const void *>(&add))) << caller;
}

TEST_F(Guard, RefusesEverythingElse) {
    auto *function = static_cast<std::byte *>(image_->find_export("weigh"));
    for (const void *target :
         {static_cast<const void *>(function + 1), static_cast<const void *>(image_->base()),
          static_cast<const void *>(nullptr), static_cast<const void *>(&refused),
          reinterpret_cast<const void *>(&twelve)})
        EXPECT_TRUE(refuses("call_any", target)) << target;
    EXPECT_TRUE(refuses("call_any", function + 1));
    EXPECT_EQ(image_->locate(reinterpret_cast<const void *>(refused_at.rip)).export_name,
              "call_any");
    EXPECT_TRUE(refuses("call_any_last", function + 1)); // a jump: the caller's caller is next
    EXPECT_FALSE(image_->contains(reinterpret_cast<const void *>(refused_at.rip)));
}

TEST_F(Guard, ChecksNothingWithoutHooks) {
    image_ = load({});
    ASSERT_TRUE(image_);
    EXPECT_EQ(entry<KSBOX_MS_ABI int(int)>(image_->find_export("call_chosen"))(4), 5);
    EXPECT_FALSE(refuses("call_any", reinterpret_cast<const void *>(&add)));
}

TEST_F(Guard, BindsDelayedImportsAtLoad) {
    const auto file = PeFile::parse(bytes_);
    ASSERT_EQ(file->imports().size(), 2u);
    EXPECT_FALSE(file->imports()[0].delayed);
    EXPECT_TRUE(file->imports()[1].delayed);
    EXPECT_EQ(file->imports()[1].name, "ordinals.sys");
    EXPECT_EQ(entry<KSBOX_MS_ABI int()>(image_->find_export("call_delayed"))(), 120);
}

TEST_F(Guard, KnowsItsThunks) {
    EXPECT_FALSE(image_->is_thunk(image_->base()));
    EXPECT_FALSE(image_->is_thunk(image_->entry_point()));
    EXPECT_TRUE(image_->is_thunk(image_->base() + image_->size()));
    EXPECT_FALSE(image_->is_thunk(image_->base() + image_->size() + 1));
    EXPECT_FALSE(image_->is_thunk(image_->base() + image_->mapped_size()));
}

/// basic.c linked so that its sections share pages.
TEST(SmallAlignment, SharesPagesAndRuns) {
    const auto bytes = test::read_image("aligned.sys");
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_LT(file->headers().section_alignment, 4096u);
    AnonymousImageMemory memory;
    test::MapResolver resolver;
    resolver.add("KsboxTestAdd", add);
    resolver.add("ordinals.sys#12", twelve);
    resolver.add("KsboxTestMissing", twelve);
    const auto image = Image::load(*file, memory, resolver,
                                   {.name = "aligned.sys", .path = {}, .missing = on_missing});
    ASSERT_TRUE(image) << image.error().message;
    EXPECT_EQ(entry<KSBOX_MS_ABI int()>((*image)->find_export("sum_relocated"))(), 6);
    EXPECT_EQ(
        (entry<KSBOX_MS_ABI int(int, int)>((*image)->find_export("add_through_import"))(4, 5)), 9);
}

TEST(HybridImage, IsRefusedAsArm64) {
    auto bytes = test::read_image("guarded.sys");
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file);
    const auto &directory = file->headers().directories[pe::directory_load_config];
    const auto *config = file->at(directory.rva, 0x140).value().data();
    constexpr std::size_t hybrid_metadata = 0xc8;
    bytes[static_cast<std::size_t>(config - bytes.data()) + hybrid_metadata] = std::byte{1};
    const auto hybrid = PeFile::parse(bytes);
    ASSERT_TRUE(hybrid);
    const auto verdict = hybrid->check_loadable();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, LoadErrorKind::wrong_machine);
    EXPECT_THAT(verdict.error().message, ::testing::HasSubstr("ARM64EC"));
}

} // namespace
} // namespace ksbox::loader
