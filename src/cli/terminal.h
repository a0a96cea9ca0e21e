// What ksbox does differently on a terminal: colour on standard output, progress on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ksbox::cli {

/// Marks up text for standard output; plain unless that is a terminal and NO_COLOR is not set.
class Paint {
  public:
    Paint();
    explicit Paint(bool on) : on_(on) {}
    std::string heading(std::string_view text) const { return with("1;33", text); }
    std::string name(std::string_view text) const { return with("1;36", text); }
    std::string good(std::string_view text) const { return with("32", text); }
    std::string bad(std::string_view text) const { return with("1;31", text); }
    std::string faint(std::string_view text) const { return with("2", text); }

  private:
    std::string with(std::string_view code, std::string_view text) const;
    bool on_;
};

/// A bar on standard error that redraws itself at every percent, and whenever what stands behind it
/// changes; nothing when that is no terminal.
class Progress {
  public:
    Progress(std::string what, std::uint64_t total);
    ~Progress(); ///< wipes the bar
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;
    void at(std::uint64_t done, const std::string &behind = {});

  private:
    std::string what_;
    std::uint64_t total_;
    int drawn_percent_ = -1;
    std::string drawn_behind_;
    bool on_;
};

} // namespace ksbox::cli
