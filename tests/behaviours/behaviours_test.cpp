// The page of behaviours: what it puts on top, and what it takes from an earlier page.
#include "behaviours/behaviours.h"

#include <fstream>

#include <gmock/gmock.h>

namespace ksbox::behaviours {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<Line> lines = {{"", "", "A. First"},
                                 {"A1", "S", "One. (p)"},
                                 {"A2", "I", "Two. (p)"},
                                 {"", "", "B. Second"},
                                 {"B9", "D later", "Three. (p)"}};

Test test(const char *name, Outcome outcome) {
    return {.name = name, .file = "x_test.cpp", .instances = {}, .outcome = outcome};
}

std::filesystem::path written(const std::string &text) {
    const auto file = std::filesystem::path(::testing::TempDir()) / "behaviours-test.md";
    std::ofstream(file) << text;
    return file;
}

TEST(Behaviours, IdsAreTheFirstPartsOfTheName) {
    EXPECT_THAT(test("S.B12_C1a_Works", {}).ids(), ElementsAre("B12", "C1a"));
    EXPECT_THAT(test("S.A4_inferred_C1_Works", {}).ids(), ElementsAre("A4"));
    EXPECT_THAT(test("S.Works", {}).ids(), IsEmpty());
}

TEST(Behaviours, LinesWithoutAPassingTestAreOnTop) {
    const std::string page = page_text(lines, {test("S.A1_Works", Outcome::passed)});
    EXPECT_THAT(page, HasSubstr("passing test\n\nA2\n\n## Not yet"));
    EXPECT_THAT(page, HasSubstr("KMixer\n\nB9\n\n## A. First"));
    EXPECT_THAT(page, HasSubstr("One. (p)\n\n- passed: `S.A1_Works` in x_test.cpp\n\n**A2** [I]"));
}

TEST(Behaviours, OneFailingTestIsEnoughToBeOnTop) {
    for (Outcome outcome : {Outcome::failed, Outcome::skipped, Outcome::not_run}) {
        const std::string page =
            page_text(lines, {test("S.A1_Works", Outcome::passed), test("S.A1_Too", outcome),
                              test("S.A2_Works", Outcome::passed)});
        EXPECT_THAT(page, HasSubstr("passing test\n\nA1\n\n## Not yet"));
        EXPECT_THAT(page, HasSubstr(std::string("- ") + name_of(outcome) + ": `S.A1_Too`"));
    }
    const std::string page = page_text(lines, {test("S.A1_A2_Works", Outcome::passed)});
    EXPECT_THAT(page, Not(HasSubstr("A1\n\n## Not")));
}

TEST(Behaviours, APageRemembersOutcomes) {
    const auto known = outcomes_on_page(written(page_text(
        lines, {test("S.A1_A2_Works", Outcome::passed), test("S.A2_Not", Outcome::failed)})));
    EXPECT_EQ(known.size(), 2u);
    EXPECT_EQ(known.at("S.A1_A2_Works"), Outcome::passed);
    EXPECT_EQ(known.at("S.A2_Not"), Outcome::failed);
}

TEST(Behaviours, TheListIsRead) {
    const auto read = read_behaviours(written("# Title\nwords\n## A. First\n\n"
                                              "- A1a [S later] One. [I] Two. (p)\n"));
    ASSERT_EQ(read.size(), 2u);
    EXPECT_EQ(read[0].text, "A. First");
    EXPECT_EQ(read[1].id, "A1a");
    EXPECT_TRUE(read[1].later());
    EXPECT_EQ(read[1].text, "One. [I] Two. (p)");
    EXPECT_THROW(read_behaviours(written("- A1 [S] One.\n- A1 [S] Two.\n")), std::runtime_error);
    EXPECT_THROW(read_behaviours(written("- A1 One.\n")), std::runtime_error);
    EXPECT_THROW(read_behaviours(written("")), std::runtime_error);
}

} // namespace
} // namespace ksbox::behaviours
