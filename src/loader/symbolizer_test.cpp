// Addresses become functions and lines, and lose no report when the tool or the PDB is missing.
#include "loader/symbolizer.h"

#include "loader/child_output.h"
#include "loader/symbolizer_server.h"
#include "loader/test_support.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <unistd.h>

namespace ksbox::loader {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

KSBOX_MS_ABI void on_missing(const ImportRecord *) {}

class Symbolize : public ::testing::Test {
  protected:
    void load(const std::string &path, const std::string &name = "seh_O0.sys") {
        const auto bytes = test::read_image(name);
        const auto file = PeFile::parse(bytes);
        ASSERT_TRUE(file);
        auto image = Image::load(*file, memory_, resolver_,
                                 {.name = name, .path = path, .missing = on_missing});
        ASSERT_TRUE(image);
        image_ = std::move(*image);
        images_.add(*image_);
    }
    std::uint64_t address_of(const char *name) {
        return reinterpret_cast<std::uint64_t>(image_->find_export(name));
    }

    const std::string built_ = KSBOX_LOADER_TEST_IMAGES "/seh_O0.sys";
    AnonymousImageMemory memory_;
    test::MapResolver resolver_;
    std::unique_ptr<Image> image_;
    ImageIndex images_;
};

TEST_F(Symbolize, NamesFunctionFileAndLine) {
    load(built_);
    const std::array addresses = {address_of("no_handler"), address_of("catch_fault") + 20,
                                  std::uint64_t{0x10}};
    const auto frames = Symbolizer().symbolize(images_, addresses);
    ASSERT_EQ(frames.size(), 3u);
    ASSERT_EQ(frames[0].lines.size(), 1u);
    EXPECT_EQ(frames[0].lines[0].function, "no_handler");
    EXPECT_THAT(frames[0].lines[0].file, ::testing::EndsWith("test_images/seh.c"));
    EXPECT_GT(frames[0].lines[0].line, 100u);
    EXPECT_THAT(frames[0].to_text(), StartsWith("seh_O0.sys!no_handler seh.c:"));
    EXPECT_THAT(frames[1].to_text(), StartsWith("seh_O0.sys!catch_fault seh.c:"));
    EXPECT_EQ(frames[2].to_text(), "0x10");
}

TEST_F(Symbolize, AChildAnswersTheSameFromWithinReports) {
    load(built_);
    start_symbolizer_server();
    for (const char *name : {"no_handler", "catch_fault"}) {
        const auto rva = image_->rva_of(image_->find_export(name));
        std::array<ServedLine, 4> served;
        const std::size_t count =
            ask_symbolizer_server(built_.c_str(), rva, served.data(), served.size());
        const auto lines = Symbolizer().resolve(built_, std::array{rva})[0];
        ASSERT_EQ(count, lines.size());
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(served[i].function, lines[i].function);
            EXPECT_EQ(served[i].file, lines[i].file);
            EXPECT_EQ(served[i].line, static_cast<int>(lines[i].line));
        }
    }
    ServedLine line;
    EXPECT_EQ(ask_symbolizer_server("/no/such/file", 1, &line, 1), 0u);
}

TEST_F(Symbolize, FallsBackToExportsWithoutAPdb) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("ksbox_symbolizer_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    const auto lonely = folder / "seh_O0.sys";
    std::filesystem::copy_file(built_, lonely);
    load(lonely);
    const std::array addresses = {address_of("no_handler") + 4};
    EXPECT_THAT(Symbolizer().symbolize(images_, addresses)[0].to_text(),
                ::testing::MatchesRegex("seh_O0.sys\\+0x[0-9a-f]+ \\(no_handler\\+0x4\\)"));
    std::filesystem::remove_all(folder);
}

TEST_F(Symbolize, ReadsDwarfInTheImageWithoutAPdb) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("ksbox_dwarf_" + std::to_string(getpid()));
    std::filesystem::create_directory(folder);
    const auto lonely = folder / "dwarf.sys";
    std::filesystem::copy_file(KSBOX_LOADER_TEST_IMAGES "/dwarf.sys", lonely);
    load(lonely, "dwarf.sys");
    const std::array addresses = {address_of("no_handler") + 4};
    EXPECT_THAT(Symbolizer().symbolize(images_, addresses)[0].to_text(),
                StartsWith("dwarf.sys!no_handler seh.c:"));
    std::filesystem::remove_all(folder);
}

TEST_F(Symbolize, FallsBackToExportsWithoutTheTool) {
    load(built_);
    const std::array addresses = {address_of("no_handler")};
    const auto frames = Symbolizer("/no/such/tool").symbolize(images_, addresses);
    EXPECT_THAT(frames[0].to_text(), HasSubstr("(no_handler+0x0)"));
}

TEST_F(Symbolize, RemembersUnloadedImages) {
    load(built_);
    const std::array addresses = {address_of("no_handler")};
    images_.remove(*image_);
    image_.reset();
    EXPECT_THAT(Symbolizer().symbolize(images_, addresses)[0].to_text(),
                ::testing::MatchesRegex("seh_O0.sys\\+0x[0-9a-f]+ \\(unloaded\\)"));
}

TEST(ChildOutput, GivesUpOnBadChildren) {
    EXPECT_EQ(child_output({"echo", "hello"}, 5000), "hello\n");
    EXPECT_EQ(child_output({"false"}, 5000), std::nullopt);
    EXPECT_EQ(child_output({"/no/such/program"}, 5000), std::nullopt);
    EXPECT_EQ(child_output({"sleep", "100"}, 50), std::nullopt);
    EXPECT_EQ(child_output({"yes"}, 5000), std::nullopt);
}

} // namespace
} // namespace ksbox::loader
