// --coverage: the lines of a driver built with COVERAGE, each with how often it ran.
#include <fstream>
#include <map>
#include <sstream>

#include "e2e/command.h"
#include "test_paths.h"

namespace e2e {
namespace {

bool says(const std::string &text, const std::string &part) {
    return text.find(part) != std::string::npos;
}

class Coverage : public Command {
  protected:
    using Counts = std::map<int, long>; // by line

    /// The DA lines of the source file in an lcov file.
    static Counts read_lcov(const std::string &lcov, const std::string &source) {
        std::istringstream lines(read_text(lcov));
        Counts counts;
        bool wanted = false;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("SF:"))
                wanted = line.ends_with("/" + source);
            int number = 0;
            long count = 0;
            if (wanted && sscanf(line.c_str(), "DA:%d,%ld", &number, &count) == 2)
                counts[number] = count;
        }
        return counts;
    }
    /// The line of tests/drivers/crash/faults.cpp with the text.
    static int line_with(const std::string &text) {
        std::ifstream source(KSBOX_TEST_DRIVER_SOURCES "/crash/faults.cpp");
        std::string line;
        for (int number = 1; std::getline(source, line); ++number)
            if (line.find(text) != std::string::npos)
                return number;
        ADD_FAILURE() << text;
        return 0;
    }
    Outcome inspect(const std::string &fault, const std::string &output) {
        return ksbox({"inspect", driver("crash_coverage"), "--coverage", output, "--set",
                      "Where=entry", "--set", "Fault=" + fault});
    }
};

TEST_F(Coverage, CountsTheLinesThatRan) {
    Outcome outcome = inspect("handled", file("c.lcov"));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    Counts counts = read_lcov(file("c.lcov"), "faults.cpp");
    EXPECT_EQ(counts[line_with("return HandleFault() ?")], 1);
    EXPECT_EQ(counts[line_with("*Nowhere = 42;")], 1);
    EXPECT_EQ(counts[line_with("        return TRUE;")], 1); // of the __except
    ASSERT_TRUE(counts.contains(line_with("KeBugCheckEx(MANUALLY_INITIATED_CRASH")));
    EXPECT_EQ(counts[line_with("KeBugCheckEx(MANUALLY_INITIATED_CRASH")], 0);
    ASSERT_TRUE(counts.contains(line_with("    return FALSE;")));
    EXPECT_EQ(counts[line_with("    return FALSE;")], 0);
    EXPECT_GT(counts[line_with("if (wcscmp(FaultNames[Index].Name, Name) == 0)")], 1);
    EXPECT_FALSE(read_lcov(file("c.lcov"), "driver.cpp").empty());
}

TEST_F(Coverage, IsWrittenAfterACrashToo) {
    Outcome outcome = inspect("null", file("c.lcov"));
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    Counts counts = read_lcov(file("c.lcov"), "faults.cpp");
    EXPECT_EQ(counts[line_with("*Nowhere = 42;")], 1);
    ASSERT_TRUE(counts.contains(line_with("return HandleFault() ?")));
    EXPECT_EQ(counts[line_with("return HandleFault() ?")], 0);
}

TEST_F(Coverage, RawCountsGoToAProfrawFile) {
    EXPECT_EQ(inspect("handled", file("c.profraw")).code, 0);
    EXPECT_EQ(read_text(file("c.profraw")).substr(0, 8), "\x81rforpl\xff");
}

TEST_F(Coverage, OfADriverWithoutCountsIsRefused) {
    const std::string line = refusal({"inspect", driver("crash"), "--coverage", file("c.lcov")}, 2);
    EXPECT_TRUE(says(line, "it is not built with COVERAGE")) << line;
    EXPECT_FALSE(std::filesystem::exists(file("c.lcov")));
}

TEST_F(Coverage, AFileThatCannotBeWrittenIsAFinding) {
    Outcome outcome = inspect("handled", "/nowhere/c.lcov");
    EXPECT_EQ(outcome.code, 1);
    EXPECT_TRUE(says(outcome.err, "/nowhere/c.lcov cannot be written")) << outcome.err;
}

} // namespace
} // namespace e2e
