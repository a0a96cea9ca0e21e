// The names that a script has given so far, and what each stands for.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "drive/line.h"

namespace ksbox::drive {

class Names {
  public:
    enum class Kind : std::uint8_t { filter, pin };

    // All throw Problem through the line, with the names that there are.

    /// `tentative`: the command that gives it shall fail, so that nothing has the name afterwards.
    void give(const Line &line, const Word &name, Kind kind, bool tentative);
    void expect(const Line &line, const Word &name, Kind kind) const;
    Kind kind(const Line &line, const Word &name) const;
    void close(const Line &line, const Word &name);

    // A pin plays or records, then finishes, and has then played or recorded.
    enum class Stream : std::uint8_t { none, plays, records };
    void start(const Line &line, const Word &pin, Stream stream, bool tentative);
    /// What it records goes to a file, which finish() writes.
    void write_at_finish(const Word &pin, const Word &file);
    void finish(const Line &line, const Word &pin);
    /// At the end of the script: throws Problem when a file is never written.
    void expect_written() const;
    /// `stream` has been started on it, and finished.
    void expect_finished(const Line &line, const Word &pin, Stream stream) const;
    bool knows(const std::string &name) const { return names_.contains(name); }

  private:
    struct Entry {
        Kind kind = Kind::filter;
        bool open = true;
        bool streams = false; ///< now
        bool cut = false;     ///< closed while it did
        Stream last = Stream::none;
        std::optional<Word> file; ///< still to be written
    };
    std::string list() const;
    const Entry &entry(const Line &line, const Word &name, bool also_closed = false) const;

    std::map<std::string, Entry> names_;
};

} // namespace ksbox::drive
