// The export cases linked into a driver, read from its file: what EXPORT_CASE (tests/drivers/
// exports/support/case.h) leaves in the section .xcase, and what the driver imports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace ksbox::exports {

struct ExportCase {
    std::uint32_t number = 0; ///< what the driver knows it by
    std::string file;         ///< "ke_event.cpp"
    std::uint32_t line = 0;
    std::vector<std::string> exports; ///< the first names the case
    std::uint32_t stop_code = 0;      ///< the bug check it ends in; 0: none
    std::string says;                 ///< a piece of its report
    std::uint32_t target = 0;         ///< EXPORT_CASE_ON_…

    /// The file's name up to the first underscore: "ke".
    std::string area() const { return file.substr(0, file.find_first_of("_.")); }
};

struct CaseTable {
    std::filesystem::path driver;
    std::vector<ExportCase> cases;
    std::set<std::string> imports; ///< by name, of every module
};

/// Throws std::runtime_error for a file that is no driver or whose table makes no sense.
CaseTable read_case_table(const std::filesystem::path &driver);

} // namespace ksbox::exports
