// Reads the list of behaviours, and the tests that conformance_test has.
#include "behaviours/behaviours.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace ksbox::behaviours {

namespace fs = std::filesystem;

std::vector<Line> read_behaviours(const fs::path &file) {
    static const std::regex item(R"(- ([A-Z]\d+[a-z]?) \[([^\]]+)\] (.+))");
    std::vector<Line> lines;
    std::set<std::string> ids;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        std::smatch match;
        if (line.starts_with("## "))
            lines.push_back({"", "", line.substr(3)});
        else if (std::regex_match(line, match, item))
            lines.push_back({match[1], match[2], match[3]});
        else if (line.starts_with("- "))
            throw std::runtime_error("no behaviour: " + line);
        else
            continue;
        if (!lines.back().id.empty() && !ids.insert(lines.back().id).second)
            throw std::runtime_error("twice: " + lines.back().id);
    }
    if (ids.empty())
        throw std::runtime_error("no behaviours in " + file.string());
    return lines;
}

const char *name_of(Outcome outcome) {
    constexpr const char *names[] = {"passed", "skipped", "failed", "not run"};
    return names[std::size_t(outcome)];
}

// "B12_C1_C8_SourceFirst": all parts that are IDs, up to the first that is none.
std::vector<std::string> Test::ids() const {
    static const std::regex id("[A-Z][0-9]+[a-z]?");
    std::vector<std::string> all;
    std::string rest = name.substr(name.find('.') + 1) + "_";
    for (std::size_t end; (end = rest.find('_')) != std::string::npos; rest.erase(0, end + 1)) {
        const std::string part = rest.substr(0, end);
        if (!std::regex_match(part, id))
            break;
        all.push_back(part);
    }
    return all;
}

std::vector<Test> list_tests(const fs::path &program) {
    const fs::path list = program.string() + ".tests.json";
    const std::string command = "'" + program.string() +
                                "' --gtest_list_tests '--gtest_output=json:" + list.string() +
                                "' >/dev/null";
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error(program.string() + " does not list its tests");
    std::ifstream stream(list);
    std::map<std::string, Test> tests;
    for (const auto &suite : nlohmann::json::parse(stream).at("testsuites"))
        for (const auto &one : suite.at("testsuite")) {
            std::string suite_name = suite.at("name"), test_name = one.at("name");
            const std::string instance = suite_name + "." + test_name;
            suite_name.erase(0, suite_name.find('/') + 1); // npos + 1 is 0
            test_name = test_name.substr(0, test_name.find('/'));
            Test &test = tests[suite_name + "." + test_name];
            test.name = suite_name + "." + test_name;
            test.file = fs::path(one.at("file").get<std::string>()).filename();
            test.instances.push_back(instance);
        }
    std::vector<Test> all;
    for (auto &[name, test] : tests)
        all.push_back(std::move(test));
    return all;
}

void read_outcomes(std::vector<Test> &tests, const fs::path &program, const fs::path &results) {
    const auto built = fs::last_write_time(program);
    const auto outcome_of = [&](std::string instance) {
        std::ranges::replace(instance, '/', ',');
        const fs::path file = results / instance;
        std::error_code missing;
        const auto written = fs::last_write_time(file, missing);
        if (missing || written < built)
            return Outcome::not_run;
        std::string word;
        std::ifstream(file) >> word;
        return word == "passed"    ? Outcome::passed
               : word == "skipped" ? Outcome::skipped
                                   : Outcome::failed;
    };
    for (Test &test : tests) {
        test.outcome = Outcome::passed;
        for (const std::string &instance : test.instances) {
            const Outcome outcome = outcome_of(instance);
            if (outcome == Outcome::failed || test.outcome == Outcome::failed)
                test.outcome = Outcome::failed;
            else
                test.outcome = std::max(test.outcome, outcome);
        }
    }
}

} // namespace ksbox::behaviours
