// Parsing: facts of good images, refusals of foreign ones, and never a read out of bounds.
#include "loader/pe_file.h"

#include "loader/test_support.h"

#include <gmock/gmock.h>

namespace ksbox::loader {
namespace {

using test::read_image;
using ::testing::HasSubstr;

TEST(PeFile, ReadsFactsOfADriver) {
    const auto bytes = read_image("basic.sys");
    const auto file = PeFile::parse(bytes);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(file->check_loadable());
    EXPECT_EQ(file->headers().machine_name(), "x64");
    EXPECT_EQ(file->headers().subsystem_name(), "native");
    EXPECT_TRUE(file->damage().empty());
    ASSERT_EQ(file->imports().size(), 2u);
    EXPECT_EQ(file->imports()[0].name, "ntoskrnl.exe");
    EXPECT_EQ(file->imports()[0].symbols[0].name, "KsboxTestAdd");
    EXPECT_EQ(file->imports()[1].name, "ordinals.sys");
    EXPECT_EQ(file->imports()[1].symbols[0].display_name(), "#12");
    const auto named = [&](std::string_view name) {
        return std::ranges::count(file->exports(), name, &ExportedSymbol::name);
    };
    EXPECT_EQ(named("add_through_import"), 1);
    EXPECT_EQ(named("values"), 0);
    EXPECT_GE(file->relocations().size(), 3u);
    EXPECT_EQ(file->functions().size(), 2u); // the rest are leaves
    ASSERT_TRUE(file->load_config());
    EXPECT_NE(file->load_config()->security_cookie, 0u);
    ASSERT_TRUE(file->pdb());
    EXPECT_EQ(file->pdb()->file_name(), "basic.pdb");
    EXPECT_FALSE(file->carries_signature());
}

TEST(PeFile, ReadsButRefusesWhatIsNoX64Driver) {
    struct Case {
        const char *name;
        LoadErrorKind kind;
        const char *message;
    };
    for (const Case &c :
         {Case{"foreign_x86.sys", LoadErrorKind::wrong_machine,
               "built for x86; ksbox runs x64 drivers"},
          Case{"foreign_arm64.sys", LoadErrorKind::wrong_machine,
               "built for ARM64; ksbox runs x64 drivers"},
          Case{"user_dll.dll", LoadErrorKind::not_a_driver,
               "a user-mode DLL (subsystem Windows GUI); ksbox runs kernel-mode drivers"}}) {
        const auto bytes = read_image(c.name);
        const auto file = PeFile::parse(bytes);
        ASSERT_TRUE(file) << file.error().message;
        EXPECT_FALSE(file->sections().empty());
        const auto verdict = file->check_loadable();
        ASSERT_FALSE(verdict) << c.name;
        EXPECT_EQ(verdict.error().kind, c.kind);
        EXPECT_EQ(verdict.error().message, c.message);
    }
}

TEST(PeFile, NamesWhatIsNoPe) {
    const auto refused = [](std::string_view text) {
        return PeFile::parse(std::as_bytes(std::span(text))).error();
    };
    EXPECT_EQ(refused("").message, "not a PE file: it is empty");
    EXPECT_EQ(refused("RIFF....WAVE").kind, LoadErrorKind::not_pe);
    EXPECT_EQ(refused("MZ").kind, LoadErrorKind::truncated);
    std::string dos(256, '\0');
    dos.replace(0, 2, "MZ");
    dos[0x3c] = 0x40;
    EXPECT_THAT(refused(dos).message, HasSubstr("no PE signature"));
}

/// Copies into a block of its own, so that AddressSanitizer sees a read one byte too far.
LoadResult<void> try_prefix(std::span<const std::byte> bytes, std::size_t size) {
    const std::unique_ptr<std::byte[]> copy(new std::byte[size]);
    std::memcpy(copy.get(), bytes.data(), size);
    const auto file = PeFile::parse(std::span(copy.get(), size));
    return file ? file->check_loadable() : std::unexpected(file.error());
}

TEST(PeFile, RefusesEveryTruncation) {
    const auto bytes = read_image("basic.sys");
    const auto whole = PeFile::parse(bytes);
    std::size_t end_of_sections = 0;
    for (const Section &section : whole->sections())
        end_of_sections =
            std::max<std::size_t>(end_of_sections, section.file_offset + section.file_size);
    for (std::size_t size = 0; size < end_of_sections; size += size < 1024 ? 1 : 64) {
        const auto verdict = try_prefix(bytes, size);
        ASSERT_FALSE(verdict) << size;
        if (size >= 2)
            EXPECT_EQ(verdict.error().kind, LoadErrorKind::truncated)
                << size << ": " << verdict.error().message;
    }
}

TEST(PeFile, SurvivesEveryFlippedByte) {
    auto bytes = read_image("basic.sys");
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const auto flip : {std::byte{0xff}, std::byte{0x80}, std::byte{0x01}}) {
            bytes[at] ^= flip;
            const auto verdict = try_prefix(bytes, bytes.size());
            bytes[at] ^= flip;
            if (!verdict) {
                ++refused;
                EXPECT_FALSE(verdict.error().message.empty());
            }
        }
    }
    EXPECT_GT(refused, 100u);
}

} // namespace
} // namespace ksbox::loader
