// Linked into conformance_test: writes how each test went to a file of its own in
// KSBOX_TEST_RESULTS, however the program is started. behaviour-coverage reads them.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace ksbox::behaviours {
namespace {

class ResultLog : public ::testing::EmptyTestEventListener {
    // A test that ends its process has failed.
    void OnTestStart(const ::testing::TestInfo &test) override { write(test, "failed"); }
    void OnTestEnd(const ::testing::TestInfo &test) override {
        const ::testing::TestResult &result = *test.result();
        write(test, result.Failed() ? "failed" : result.Skipped() ? "skipped" : "passed");
    }

    // Renamed into place: a reader sees a whole word.
    static void write(const ::testing::TestInfo &test, const char *word) {
        if (std::getenv("KSBOX_TEST_SEED")) // one run of many
            return;
        std::string name = std::string(test.test_suite_name()) + "." + test.name();
        std::ranges::replace(name, '/', ',');
        const std::filesystem::path folder = KSBOX_TEST_RESULTS;
        std::error_code ignored; // a read-only build folder has no page to make
        std::filesystem::create_directories(folder, ignored);
        const auto part = folder / (name + "." + std::to_string(getpid()));
        std::ofstream(part) << word << '\n';
        std::filesystem::rename(part, folder / name, ignored);
    }
};

[[maybe_unused]] const bool installed = [] {
    ::testing::UnitTest::GetInstance()->listeners().Append(new ResultLog);
    return true;
}();

} // namespace
} // namespace ksbox::behaviours
