// What only clang refuses, decided as Microsoft's compiler does: the texts that one source is
// compiled with instead.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "build/files.h"
#include "build/message.h"

namespace ksbox::build {

/// Whether the diagnostics have an error that clang alone makes.
bool may_be_decided(const std::string &said);

class Decisions {
  public:
    /// `is_open`: whether a file is the project's own, to be changed.
    Decisions(const Files &files, std::function<bool(const std::filesystem::path &)> is_open)
        : files_(files), is_open_(std::move(is_open)) {}

    /// Decides what a compilation with -H and -fdiagnostics-print-source-range-info refused. False:
    /// there is nothing that it knows.
    bool decide(const std::filesystem::path &source, const std::string &said);

    /// By the file that each takes the place of. The first line says which.
    const std::map<std::filesystem::path, std::string> &changed() const { return changed_; }
    const Messages &notes() const { return notes_; }

  private:
    bool declare_friends(const std::filesystem::path &source, const std::string &said);
    bool drop_redeclared(const std::string &said);
    bool cast_operands(const std::filesystem::path &source, const std::string &said);
    std::optional<std::string> text_of(const std::filesystem::path &file) const;
    unsigned added_lines(const std::filesystem::path &file, const std::string &text) const;
    void change(const std::filesystem::path &file, const std::string &text);

    const Files &files_;
    std::function<bool(const std::filesystem::path &)> is_open_;
    std::map<std::filesystem::path, std::string> changed_;
    Messages notes_;
};

} // namespace ksbox::build
