#include "box/coverage.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "loader/child_output.h"

namespace ksbox::box {

namespace {

constexpr int tool_timeout_ms = 60'000;
constexpr std::size_t most_bytes = std::size_t(1) << 30;

/// A folder that goes with the object.
class Scratch {
  public:
    Scratch() {
        std::error_code failed;
        std::string pattern =
            (std::filesystem::temp_directory_path(failed) / "ksbox-coverage-XXXXXX").string();
        if (!failed && mkdtemp(pattern.data()) != nullptr)
            folder_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        if (!folder_.empty())
            std::filesystem::remove_all(folder_, ignored);
    }
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    const std::filesystem::path &folder() const { return folder_; }

  private:
    std::filesystem::path folder_;
};

std::expected<void, std::string> write_file(const std::filesystem::path &to, const void *bytes,
                                            std::size_t size) {
    std::ofstream file(to, std::ios::binary);
    file.write(static_cast<const char *>(bytes), static_cast<std::streamsize>(size));
    file.close();
    if (!file)
        return std::unexpected(fmt::format("{} cannot be written", to.string()));
    return {};
}

/// Standard output of an LLVM tool, as Debian names it or plainly.
std::expected<std::string, std::string> run_tool(const std::string &tool,
                                                 const std::vector<std::string> &arguments) {
    for (const std::string &name : {tool + "-19", tool}) {
        std::vector<std::string> command{name};
        command.insert(command.end(), arguments.begin(), arguments.end());
        if (auto output = loader::child_output(command, tool_timeout_ms, most_bytes))
            return std::move(*output);
    }
    return std::unexpected(
        fmt::format("the coverage report cannot be made: {}-19 is not there, or fails", tool));
}

std::expected<std::string, std::string> lcov_lines(std::span<const std::byte> raw_profile,
                                                   const std::filesystem::path &driver) {
    const Scratch scratch;
    const auto raw = scratch.folder() / "driver.profraw";
    const auto merged = scratch.folder() / "driver.profdata";
    if (auto written = write_file(raw, raw_profile.data(), raw_profile.size()); !written)
        return std::unexpected(written.error());
    if (auto done = run_tool("llvm-profdata",
                             {"merge", "--sparse", raw.string(), "--output", merged.string()});
        !done)
        return std::unexpected(done.error());
    return run_tool("llvm-cov", {"export", "--format=lcov", "--instr-profile=" + merged.string(),
                                 driver.string()});
}

} // namespace

std::expected<void, std::string> write_coverage(const std::filesystem::path &to,
                                                std::span<const std::byte> raw_profile,
                                                const std::filesystem::path &driver) {
    if (to.extension() == ".profraw")
        return write_file(to, raw_profile.data(), raw_profile.size());
    auto lines = lcov_lines(raw_profile, driver);
    if (!lines)
        return std::unexpected(lines.error());
    return write_file(to, lines->data(), lines->size());
}

} // namespace ksbox::box
