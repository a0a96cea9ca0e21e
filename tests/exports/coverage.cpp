// export-coverage: joins the export catalogue with the cases that driver files hold. Fails when an
// export that is `done` has no case; writes docs/coverage.md.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "box/exception_hooks.h"
#include "box/export_catalogue.h"
#include "exports/case_table.h"

namespace ksbox::exports {
namespace {

// The loader's exports in the catalogue call back into the box: its archive member must be linked.
[[gnu::used]] void (*const linked_with_the_box)(Kernel &) = &box::install_exception_hooks;

/// The cases of each export, as "file: first export".
using Tests = std::map<std::string, std::vector<std::string>, std::less<>>;

Tests tests_of(const std::vector<CaseTable> &tables) {
    Tests tests;
    for (const CaseTable &table : tables)
        for (const ExportCase &one : table.cases)
            for (const std::string &name : one.exports) {
                std::string test = one.file;
                if (name != one.exports.front())
                    test += ": " + one.exports.front();
                auto &all = tests[name];
                if (std::ranges::find(all, test) == all.end())
                    all.push_back(std::move(test));
            }
    return tests;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

/// A link for "NF:wdm.IoCreateDevice"; other pages as they are.
std::string link_of(std::string_view page) {
    if (page.size() < 4 || page[2] != ':')
        return std::string(page);
    const std::string_view name = page.substr(3);
    const auto dot = name.find('.');
    const std::string header = lower(name.substr(0, dot));
    return fmt::format("[{}](https://learn.microsoft.com/windows-hardware/drivers/ddi/{}/{}-{}-{})",
                       name, header, lower(page.substr(0, 2)), header, lower(name.substr(dot + 1)));
}

const char *state_of(const Export &entry) {
    constexpr const char *names[] = {"done", "partial", "stub"};
    return names[std::size_t(entry.state)];
}

std::string joined(const std::vector<std::string> &texts) {
    std::string all;
    for (const std::string &text : texts)
        all += (all.empty() ? "" : "; ") + text;
    return all;
}

void write_module(std::ostream &page, const std::string &module, const auto &exports,
                  const Tests &tests) {
    page << "\n## " << module << "\n\n| Export | State | Test | Page |\n|---|---|---|---|\n";
    for (const auto &[name, entry] : exports) {
        const auto found = tests.find(name);
        page << "| `" << name << "`" << (entry.is_data ? " (data)" : "") << " | " << state_of(entry)
             << " | " << (found == tests.end() ? "" : joined(found->second)) << " | "
             << link_of(entry.page) << " |\n";
    }
}

std::string page_text(const Tests &tests) {
    std::ostringstream page;
    page << "# Coverage\n\n"
            "Generated from the export tables and the cases in `tests/drivers/exports`: "
            "`ninja -C build coverage-page`.\n\n"
            "- **done**: behaves as its page says; the test calls it from driver code.\n"
            "- **partial**: some documented cases stop the driver with the function's name.\n"
            "- **stub**: calling it stops the driver with the function's name.\n\n"
            "| Module | done | of these tested | partial | stub |\n|---|---|---|---|---|\n";
    for (const auto &[module, exports] : box::export_catalogue().modules()) {
        std::size_t states[3] = {};
        std::size_t tested = 0;
        for (const auto &[name, entry] : exports) {
            ++states[std::size_t(entry.state)];
            tested += entry.state == ExportState::done && tests.contains(name);
        }
        page << "| " << module << " | " << states[0] << " | " << tested << " | " << states[1]
             << " | " << states[2] << " |\n";
    }
    for (const auto &[module, exports] : box::export_catalogue().modules())
        write_module(page, module, exports, tests);
    return page.str();
}

/// What is done without a case, and cases of names that nobody exports.
std::vector<std::string> complaints(const Tests &tests) {
    std::vector<std::string> all;
    std::set<std::string, std::less<>> known;
    for (const auto &[module, exports] : box::export_catalogue().modules())
        for (const auto &[name, entry] : exports) {
            known.insert(name);
            if (entry.state == ExportState::done && !tests.contains(name))
                all.push_back(fmt::format("{}!{} is done, but no case calls it", module, name));
        }
    for (const auto &[name, where] : tests)
        if (!known.contains(name))
            all.push_back(fmt::format("{}: {} is no export", joined(where), name));
    return all;
}

} // namespace
} // namespace ksbox::exports

int main(int count, char **arguments) {
    using namespace ksbox::exports;
    if (count < 3) {
        std::cerr << "usage: export-coverage PAGE DRIVER.sys…\n";
        return 2;
    }
    try {
        std::vector<CaseTable> tables;
        for (int i = 2; i < count; ++i)
            tables.push_back(read_case_table(arguments[i]));
        const Tests tests = tests_of(tables);
        const std::vector<std::string> wrong = complaints(tests);
        std::ofstream(arguments[1]) << page_text(tests);
        for (const std::string &sentence : wrong)
            std::cerr << sentence << '\n';
        if (!wrong.empty())
            std::cerr << "tests/drivers/exports/README.md says how to add a case.\n";
        return wrong.empty() ? 0 : 1;
    } catch (const std::exception &error) {
        std::cerr << "export-coverage: " << error.what() << '\n';
        return 2;
    }
}
