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
#include "nt/ke/host_lock.h"

namespace ksbox {

/// A host address that the trace prints as driver+offset or an object's name, never as a number.
struct TracedAddress {
    const void *address;
};

struct TraceField {
    std::string_view name;
    std::variant<std::int64_t, std::uint64_t, std::string_view, TracedAddress> value;
};

/// A name as notes keep it: cut, zero-terminated.
using ShortName = std::array<char, 24>;
ShortName short_name(std::string_view name);

/// What every note of a kind has in common: literals, null for what it has not.
struct NoteKind {
    const char *event;                  ///< "irp.dispatch"
    std::array<const char *, 2> texts;  ///< names of the literals it carries
    const char *subject;                ///< name of the ShortName it carries
    std::array<const char *, 3> values; ///< names of its numbers
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

    /// An event of the hottest paths for the ring only; `texts` are literals. A few dozen
    /// instructions; any IRQL. With a file, use event().
    void note(const NoteKind &kind, std::uint64_t time_100ns, const ShortName &thread,
              const std::array<const char *, 2> &texts, const std::array<std::uint64_t, 3> &values,
              const ShortName &subject = {}) noexcept {
        // A thread put aside for a lap of the ring would meet another one in its slot.
        ke::HostLockGuard guard(lock_);
        const auto order = order_++;
        notes_[order % ring_size] = {order, time_100ns, &kind, texts, values, thread, subject};
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
        ShortName thread{};
        std::array<TraceField, most_fields> fields;
        std::size_t field_count = 0;
        std::array<char, text_bytes> texts{};
    };
    struct Note {
        std::uint64_t order;
        std::uint64_t time_100ns;
        const NoteKind *kind;
        std::array<const char *, 2> texts;
        std::array<std::uint64_t, 3> values;
        ShortName thread, subject;
    };
    static constexpr std::size_t ring_size = 64;
    Trace();
    void remember(std::string_view kind, std::span<const TraceField> fields);
    std::string format(std::uint64_t time_100ns, std::string_view thread, std::string_view kind,
                       std::span<const TraceField> fields) const;

    int file_ = -1;
    bool failed_ = false;
    ke::HostLock lock_; ///< of the rings and the file
    std::array<Entry, ring_size> ring_;
    std::array<Note, ring_size> notes_{};
    std::uint64_t order_ = 0; ///< of both rings
    std::size_t next_ = 0;
};

} // namespace ksbox
