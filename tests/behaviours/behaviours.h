// The lines of docs/behaviours.md, and the tests of conformance_test with how they went.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ksbox::behaviours {

/// "- A4 [S] statement. (page)", or a heading.
struct Line {
    std::string id;   ///< "A4"; empty for a heading
    std::string tags; ///< "S", "D later"
    std::string text; ///< statement and pages, or the heading's words
    bool later() const { return tags.ends_with("later"); }
};
/// Throws std::runtime_error for a line that is none, and for an ID that comes twice.
std::vector<Line> read_behaviours(const std::filesystem::path &file);

enum class Outcome { passed, skipped, failed, not_run };
const char *name_of(Outcome outcome);

/// A test with its instances (time modes), under the names of its line's IDs.
struct Test {
    std::string name;                   ///< "Creating.A1_SuccessIsNoErrorAndAHandle"
    std::string file;                   ///< "creating_test.cpp"
    std::vector<std::string> instances; ///< "Time/Creating.A1_…/Simulated"
    Outcome outcome = Outcome::not_run; ///< the worst of its instances'
    std::vector<std::string> ids() const;
};

/// All tests of the program, in order of name. Throws std::runtime_error when it does not list
/// them.
std::vector<Test> list_tests(const std::filesystem::path &program);
/// From the files of result_log.cpp that are younger than the program.
void read_outcomes(std::vector<Test> &tests, const std::filesystem::path &program,
                   const std::filesystem::path &results);

/// The page; and what an earlier one says of each test.
std::string page_text(const std::vector<Line> &lines, const std::vector<Test> &tests);
std::map<std::string, Outcome> outcomes_on_page(const std::filesystem::path &page);

} // namespace ksbox::behaviours
