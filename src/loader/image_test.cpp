// Loading: a real image runs at the address it was given, bound, patched and protected.
#include "loader/image.h"

#include "loader/test_support.h"

#include <csetjmp>
#include <csignal>
#include <gmock/gmock.h>
#include <sys/mman.h>

namespace ksbox::loader {
namespace {

using test::MapResolver;
using test::read_image;

const ImportRecord *last_missing;
KSBOX_MS_ABI void on_missing(const ImportRecord *record) {
    last_missing = record;
}
KSBOX_MS_ABI int add(int a, int b) {
    return a + b;
}
KSBOX_MS_ABI int twelve() {
    return 12;
}

class LoadedImage : public ::testing::Test {
  protected:
    void SetUp() override {
        last_missing = nullptr;
        resolver_.add("KsboxTestAdd", add);
        resolver_.add("ordinals.sys#12", twelve);
        image_ = load();
        ASSERT_TRUE(image_);
    }
    std::unique_ptr<Image> load() {
        const auto file = PeFile::parse(bytes_);
        EXPECT_TRUE(file) << file.error().message;
        auto image = Image::load(*file, memory_, resolver_, options_);
        EXPECT_TRUE(image) << image.error().message;
        return image ? std::move(*image) : nullptr;
    }
    template <typename Signature> auto *exported(const char *name) {
        void *address = image_->find_export(name);
        EXPECT_NE(address, nullptr) << name;
        return test::entry<Signature>(address);
    }

    std::vector<std::byte> bytes_ = read_image("basic.sys");
    AnonymousImageMemory memory_;
    MapResolver resolver_;
    LoadOptions options_{.name = "basic.sys",
                         .path = {},
                         .security_cookie = 0xabcd'1234'5678'9abc,
                         .missing = on_missing};
    std::unique_ptr<Image> image_;
};

TEST_F(LoadedImage, IsRelocatedAndBound) {
    EXPECT_EQ(exported<KSBOX_MS_ABI int()>("sum_relocated")(), 6);
    EXPECT_EQ((exported<KSBOX_MS_ABI int(int, int)>("add_through_import")(20, 3)), 23);
    EXPECT_EQ(exported<KSBOX_MS_ABI int()>("call_by_ordinal")(), 13);
    EXPECT_EQ(
        (test::entry<KSBOX_MS_ABI int(std::uint64_t, std::uint64_t)>(image_->entry_point())(40, 2)),
        42);
    EXPECT_EQ(image_->find_export("no_such_export"), nullptr);
}

TEST_F(LoadedImage, AnswersTwoLoadsAtTwoAddresses) {
    const auto second = load();
    ASSERT_TRUE(second);
    EXPECT_NE(second->base(), image_->base());
    EXPECT_EQ(test::entry<KSBOX_MS_ABI int()>(second->find_export("sum_relocated"))(), 6);
}

TEST_F(LoadedImage, TrapsAMissingImportByName) {
    ASSERT_EQ(image_->missing_imports().size(), 1u);
    exported<KSBOX_MS_ABI int()>("call_missing")();
    ASSERT_NE(last_missing, nullptr);
    EXPECT_STREQ(last_missing->function, "KsboxTestMissing");
    EXPECT_STREQ(last_missing->module, "ntoskrnl.exe");
    EXPECT_STREQ(last_missing->image, "basic.sys");
}

TEST_F(LoadedImage, GetsTheCookieWithItsTopBitsCutOff) {
    EXPECT_EQ(exported<KSBOX_MS_ABI std::uint64_t()>("read_cookie")(), 0x1234'5678'9abcu);
    ASSERT_NE(image_->security_cookie(), nullptr);
    EXPECT_EQ(*image_->security_cookie(), 0x1234'5678'9abcu);
}

TEST_F(LoadedImage, ReadsTheSharedPageWhereItIs) {
    alignas(4096) static std::array<std::uint32_t, 1024> page;
    page[0x320 / 4] = 777;
    options_.user_shared_data = page.data();
    image_ = load();
    ASSERT_TRUE(image_);
    EXPECT_EQ(exported<KSBOX_MS_ABI std::uint32_t()>("read_tick_count")(), 777u);
}

TEST_F(LoadedImage, LocatesAddresses) {
    auto *address = static_cast<std::byte *>(image_->find_export("call_missing"));
    const ImageLocation location = image_->locate(address + 3);
    EXPECT_EQ(location.export_name, "call_missing");
    EXPECT_EQ(location.export_offset, 3u);
    EXPECT_EQ(location.section, ".text");
    EXPECT_EQ(image_->locate(image_->entry_point()).section, "INIT");
    EXPECT_EQ(image_->locate(image_->base()).section, "header");
    EXPECT_TRUE(image_->contains(image_->base() + image_->size() - 1));
    EXPECT_FALSE(image_->contains(image_->base() + image_->size()));
}

sigjmp_buf on_fault;
void jump_out(int) {
    siglongjmp(on_fault, 1);
}

/// Whether `action` faults.
template <typename Action> bool faults(Action action) {
    struct sigaction trap{}, before{};
    trap.sa_handler = jump_out;
    trap.sa_flags = SA_NODEFER;
    sigaction(SIGSEGV, &trap, &before);
    const bool faulted = sigsetjmp(on_fault, 1) != 0;
    if (!faulted)
        action();
    sigaction(SIGSEGV, &before, nullptr);
    return faulted;
}

void touch(std::byte *address) {
    *const_cast<volatile std::byte *>(address) = *address;
}

TEST_F(LoadedImage, NeverHasAPageBothWritableAndExecutable) {
    for (const Section &section : image_->sections())
        EXPECT_EQ(faults([&] { touch(image_->base() + section.rva); }),
                  section.executable() || !section.writable())
            << section.name;
    EXPECT_TRUE(faults([&] { touch(image_->base()); }));
    EXPECT_TRUE(faults([&] { exported<KSBOX_MS_ABI void(int)>("write_constant")(1); }));
    EXPECT_TRUE(image_->remarks().empty());
}

TEST_F(LoadedImage, LeavesItsRangeInaccessible) {
    std::byte *code = static_cast<std::byte *>(image_->find_export("sum_relocated"));
    std::byte *data = image_->base() + image_->sections()[1].rva;
    image_.reset();
    EXPECT_TRUE(faults([&] { (void)*const_cast<volatile std::byte *>(data); }));
    EXPECT_TRUE(faults([&] { test::entry<KSBOX_MS_ABI int()>(code)(); }));
}

class NoMemory : public ImageMemory {
  public:
    explicit NoMemory(bool reserves) : reserves_(reserves) {}
    std::byte *reserve(std::size_t bytes, std::size_t alignment) override {
        return reserves_ ? real_.reserve(bytes, alignment) : nullptr;
    }
    bool protect(std::byte *, std::size_t, Protection) override { return false; }
    void release(std::byte *address, std::size_t bytes) override {
        ++released;
        real_.release(address, bytes);
    }
    int released = 0;

  private:
    bool reserves_;
    AnonymousImageMemory real_;
};

TEST_F(LoadedImage, GivesEverythingBackWhenMemoryEnds) {
    const auto file = PeFile::parse(bytes_);
    for (const bool reserves : {false, true}) {
        NoMemory memory(reserves);
        const auto image = Image::load(*file, memory, resolver_, options_);
        ASSERT_FALSE(image);
        EXPECT_EQ(image.error().kind, LoadErrorKind::no_memory);
        EXPECT_EQ(memory.released, reserves ? 1 : 0);
    }
}

} // namespace
} // namespace ksbox::loader
