// The drivers of this tree, as a driver author's build makes them: parsed, cut short, loaded with
// nothing bound, and unwound from the start and the inside of every function they have.
#include "loader/test_support.h"
#include "loader/unwind.h"

#include <gmock/gmock.h>

#include "test_paths.h"

namespace ksbox::loader {
namespace {

KSBOX_MS_ABI void on_missing(const ImportRecord *) {}

std::vector<std::byte> read_driver(const std::string &name) {
    return test::read_file(KSBOX_TEST_DRIVERS "/" + name);
}

class SampleDriver : public ::testing::TestWithParam<const char *> {};

TEST_P(SampleDriver, HasReadableTables) {
    const auto bytes = read_driver(GetParam());
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file) << file.error().message;
    const auto verdict = file->check_loadable();
    ASSERT_TRUE(verdict) << verdict.error().message;
    EXPECT_TRUE(file->damage().empty());
    EXPECT_GT(file->imports().size(), 1u);
    EXPECT_GT(file->functions().size(), 2u);
    ASSERT_TRUE(file->pdb());
    ASSERT_TRUE(file->load_config());
    EXPECT_NE(file->load_config()->security_cookie, 0u);
}

TEST_P(SampleDriver, IsRefusedWhenCutShort) {
    const auto bytes = read_driver(GetParam());
    const auto whole = PeFile::parse(bytes);
    ASSERT_TRUE(whole);
    std::size_t needed = 0;
    for (const Section &section : whole->sections())
        needed = std::max<std::size_t>(needed, section.file_offset + section.file_size);
    for (std::size_t size = 0; size < needed; size += 64) {
        const std::unique_ptr<std::byte[]> copy(new std::byte[size]);
        std::memcpy(copy.get(), bytes.data(), size);
        const auto part = PeFile::parse(std::span(copy.get(), size));
        ASSERT_FALSE(part) << size;
        EXPECT_EQ(part.error().kind, size ? LoadErrorKind::truncated : LoadErrorKind::not_pe)
            << part.error().message;
    }
}

TEST_P(SampleDriver, LoadsAndUnwinds) {
    const auto bytes = read_driver(GetParam());
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file);
    AnonymousImageMemory memory;
    test::MapResolver nothing;
    const auto image = Image::load(*file, memory, nothing,
                                   {.name = GetParam(), .path = {}, .missing = on_missing});
    ASSERT_TRUE(image) << image.error().message;
    std::size_t imports = 0;
    for (const ImportedModule &module : file->imports())
        if (!is_sanitizer_module(module.name))
            imports += module.symbols.size();
    EXPECT_GE((*image)->missing_imports().size(), imports);

    ImageIndex index;
    index.add(**image);
    alignas(16) std::array<std::uint64_t, 4096> stack{};
    UnwindEnvironment environment{.images = &index,
                                  .stack_low = reinterpret_cast<std::uint64_t>(stack.data()),
                                  .stack_high =
                                      reinterpret_cast<std::uint64_t>(stack.data() + stack.size())};
    for (const pe::RuntimeFunction &function : (*image)->functions()) {
        Context context{};
        context.rip = reinterpret_cast<std::uint64_t>((*image)->base()) + function.begin_rva;
        context.rsp() = environment.stack_low + 64;
        stack[8] = 0x1234; // the return address
        ASSERT_TRUE(unwind_frame(environment, context, HandlerKind::exception))
            << std::hex << function.begin_rva;
        EXPECT_EQ(context.rip, 0x1234u) << std::hex << function.begin_rva;
        EXPECT_EQ(context.rsp(), environment.stack_low + 72);
        for (std::uint32_t rva = function.begin_rva; rva < function.end_rva; ++rva) {
            Context inside{};
            inside.rip = reinterpret_cast<std::uint64_t>((*image)->base()) + rva;
            inside.rsp() = environment.stack_low + 1024;
            inside.gpr.fill(inside.rsp());
            if (unwind_frame(environment, inside, HandlerKind::exception))
                EXPECT_GT(inside.rsp(), environment.stack_low + 1024);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Built, SampleDriver,
                         ::testing::Values("cable.sys", "camera.sys", "gain.sys", "meter.sys",
                                           "midi.sys", "plain_ks.sys", "tone.sys"),
                         [](const auto &info) {
                             const std::string name = info.param;
                             return name.substr(0, name.find('.'));
                         });

} // namespace
} // namespace ksbox::loader
