#include "cli/terminal.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace ksbox::cli {

namespace {
constexpr int bar_width = 40;
}

Paint::Paint() {
    const char *no_color = std::getenv("NO_COLOR");
    on_ = isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::string Paint::with(std::string_view code, std::string_view text) const {
    return on_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), on_(total != 0 && isatty(STDERR_FILENO) != 0) {}

void Progress::at(std::uint64_t done, const std::string &behind) {
    if (!on_)
        return;
    int percent = static_cast<int>(done >= total_ ? 100 : done * 100 / total_);
    if (percent == drawn_percent_ && behind == drawn_behind_)
        return;
    drawn_percent_ = percent;
    drawn_behind_ = behind;
    int filled = percent * bar_width / 100;
    fmt::print(stderr, "\r{} [{}{}] {:3}%  {}\x1b[K", what_, std::string(filled, '='),
               std::string(bar_width - filled, ' '), percent, behind);
    std::fflush(stderr);
}

Progress::~Progress() {
    if (on_ && drawn_percent_ >= 0)
        fmt::print(stderr, "\r\x1b[K");
}

} // namespace ksbox::cli
