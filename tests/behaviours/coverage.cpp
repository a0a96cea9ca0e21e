// behaviour-coverage: joins docs/behaviours.md with conformance_test's tests and how they went.
// --check fails when docs/behaviour-coverage.md says anything else; --write runs what has not run
// since conformance_test was built and is not on the page, and writes the page.
#include "behaviours/behaviours.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

using namespace ksbox::behaviours;

namespace {

struct Places {
    std::filesystem::path program, behaviours, results, page;
};

/// Outcomes of the tests; of those that have not run, what the page says.
std::vector<Test> tests_of(const Places &places) {
    std::vector<Test> tests = list_tests(places.program);
    read_outcomes(tests, places.program, places.results);
    const auto known = outcomes_on_page(places.page);
    for (Test &test : tests)
        if (const auto found = known.find(test.name);
            test.outcome == Outcome::not_run && found != known.end())
            test.outcome = found->second;
    return tests;
}

/// Runs the tests that nothing is known of.
void run_unknown(const Places &places) {
    std::string filter;
    for (const Test &test : tests_of(places))
        if (test.outcome == Outcome::not_run)
            for (const std::string &instance : test.instances)
                filter += (filter.empty() ? "" : ":") + instance;
    if (filter.empty())
        return;
    const std::string command =
        "GTEST_BRIEF=1 '" + places.program.string() + "' '--gtest_filter=" + filter + "'";
    if (std::system(command.c_str()) != 0)
        std::cerr << "tests fail; the page says so\n";
}

/// Tests that name no behaviour, and behaviours that the list does not have.
std::vector<std::string> complaints(const std::vector<Line> &lines,
                                    const std::vector<Test> &tests) {
    std::set<std::string> ids;
    for (const Line &line : lines)
        ids.insert(line.id);
    std::vector<std::string> all;
    for (const Test &test : tests) {
        if (test.ids().empty())
            all.push_back(test.name + " does not begin with a behaviour's ID");
        for (const std::string &id : test.ids())
            if (!ids.contains(id))
                all.push_back(test.name + ": docs/behaviours.md has no " + id);
    }
    return all;
}

std::string text_of(const std::filesystem::path &file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Prints the lines that only one of the texts has.
void print_difference(const std::string &committed, const std::string &right) {
    const auto split = [](const std::string &text) {
        std::multiset<std::string> lines;
        for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
            end = std::min(text.find('\n', at), text.size());
            lines.insert(text.substr(at, end - at));
        }
        return lines;
    };
    const auto print = [](char sign, const auto &from, const auto &without) {
        std::vector<std::string> only;
        std::ranges::set_difference(from, without, std::back_inserter(only));
        for (const std::string &line : only)
            std::cerr << sign << ' ' << line << '\n';
    };
    const auto old_lines = split(committed), new_lines = split(right);
    print('-', old_lines, new_lines);
    print('+', new_lines, old_lines);
}

int run(const Places &places, bool writes) {
    if (writes)
        run_unknown(places);
    const std::vector<Line> lines = read_behaviours(places.behaviours);
    const std::vector<Test> tests = tests_of(places);
    const std::vector<std::string> wrong = complaints(lines, tests);
    for (const std::string &sentence : wrong)
        std::cerr << sentence << '\n';
    const std::string page = page_text(lines, tests), committed = text_of(places.page);
    if (writes) {
        std::ofstream(places.page) << page;
    } else if (page != committed) {
        print_difference(committed, page);
        std::cerr << places.page.string()
                  << " is out of date: ninja -C build behaviour-page, and commit it\n";
        return 1;
    }
    return wrong.empty() ? 0 : 1;
}

} // namespace

int main(int count, char **arguments) {
    const std::string mode = count == 6 ? arguments[5] : "";
    if (mode != "--check" && mode != "--write") {
        std::cerr << "usage: behaviour-coverage PROGRAM BEHAVIOURS RESULTS PAGE --check|--write\n";
        return 2;
    }
    try {
        return run({arguments[1], arguments[2], arguments[3], arguments[4]}, mode == "--write");
    } catch (const std::exception &error) {
        std::cerr << "behaviour-coverage: " << error.what() << '\n';
        return 2;
    }
}
