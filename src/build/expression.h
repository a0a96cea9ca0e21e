// MSBuild's expressions: $(Property) with the functions that projects use, and conditions.
// @doc visualstudio/msbuild/msbuild-conditions, property-functions
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "build/files.h"

namespace ksbox::build {

/// Names are compared without regard to case; one that was never set is empty.
class Properties {
  public:
    std::string get(std::string_view name) const;
    bool has(std::string_view name) const;
    void set(std::string_view name, std::string value);

  private:
    std::map<std::string, std::string> values_; ///< by name in lower case
};

/// What an expression sees.
struct Scope {
    const Properties &properties;
    const Files &files;
    std::filesystem::path folder; ///< relative paths begin here
    /// %(Name), by name in lower case; null: left as it stands.
    const std::map<std::string, std::string> *metadata = nullptr;
};

/// `text` with its properties (and metadata) put in. The error is a sentence: a function that is
/// not known, a bracket without its end, a value that grows beyond a megabyte.
std::expected<std::string, std::string> expand(std::string_view text, const Scope &scope);

/// An empty condition is true. The error is a sentence.
std::expected<bool, std::string> condition_holds(std::string_view text, const Scope &scope);

} // namespace ksbox::build
