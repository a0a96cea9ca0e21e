// The trace: one JSON object a line for every IRP, callback, state change and frame, in virtual
// time. With no file it still keeps the last events for the bug check report.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace ksbox {

namespace ke {
class HostLock;
}

/// A host address that the trace prints as driver+offset or an object's name, never as a number.
struct TracedAddress {
    const void *address;
};

struct TraceField {
    std::string_view name;
    std::variant<std::int64_t, std::uint64_t, std::string_view, TracedAddress> value;
};

class Trace {
  public:
    /// Opens `file` for writing, each event at once (so that a kill -9 leaves whole lines); empty:
    /// no file.
    static Result<std::unique_ptr<Trace>> create(const std::string &file);
    ~Trace();

    /// Whether a file is written; callers skip costly events otherwise.
    bool to_file() const { return file_ >= 0; }
    /// Whether a write failed (a full disk): the trace is then incomplete.
    bool failed() const { return failed_; }

    /// One event. `kind` is a fixed dotted word: "irp.dispatch", "callback", "ks.frame" …
    /// Virtual time and thread are added. Any IRQL; never a scheduling point.
    void event(std::string_view kind, std::initializer_list<TraceField> fields);

    /// An event of the hottest paths for the ring only: texts are literals, `number` says which
    /// IRP. A few dozen instructions; any IRQL. With a file, use event().
    void note(const char *kind, const char *what, std::uint64_t number,
              std::string_view thread) noexcept {
        const auto order = __atomic_fetch_add(&order_, 1, __ATOMIC_RELAXED);
        Note &entry = notes_[order % ring_size];
        entry = {order, now_100ns ? now_100ns() : 0, kind, what, number, {}};
        __builtin_memcpy(entry.thread.data(), thread.data(),
                         std::min(thread.size(), entry.thread.size() - 1));
    }

    /// The last events, oldest first, one a line.
    std::string recent() const;

    /// Who turns addresses into names, and tells time and thread; set by the kernel and the box.
    std::function<std::string(const void *)> name_of;
    std::function<std::uint64_t()> now_100ns;
    std::function<std::string_view()> thread_name;

  private:
    /// An event of the ring as it happened: texts are copied (and cut), nothing is formatted.
    struct Entry {
        static constexpr std::size_t most_fields = 10;
        static constexpr std::size_t text_bytes = 120;
        std::uint64_t order = 0;
        std::uint64_t time_100ns = 0;
        std::string_view kind; ///< a literal, as the fields' names are
        std::array<char, 24> thread{};
        std::array<TraceField, most_fields> fields;
        std::size_t field_count = 0;
        std::array<char, text_bytes> texts{};
    };
    struct Note {
        std::uint64_t order;
        std::uint64_t time_100ns;
        const char *kind;
        const char *what;
        std::uint64_t number;
        std::array<char, 24> thread;
    };
    static constexpr std::size_t ring_size = 64;
    Trace();
    void remember(std::string_view kind, std::span<const TraceField> fields);
    std::string format(std::uint64_t time_100ns, std::string_view thread, std::string_view kind,
                       std::span<const TraceField> fields) const;

    int file_ = -1;
    bool failed_ = false;
    std::unique_ptr<ke::HostLock> lock_;
    std::array<Entry, ring_size> ring_;
    std::array<Note, ring_size> notes_{};
    std::uint64_t order_ = 0; ///< of both rings
    std::size_t next_ = 0;
};

} // namespace ksbox
