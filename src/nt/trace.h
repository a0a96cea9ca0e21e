// The trace: one JSON object a line for every IRP, callback, state change and frame, in virtual
// time. With no file it still keeps the last events for the bug check report.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace ksbox {

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
    /// Opens `file` for writing (write-through, so that a kill -9 leaves whole lines); empty: none.
    static Result<std::unique_ptr<Trace>> create(const std::string &file);
    ~Trace();

    /// Whether a file is written; callers skip costly fields otherwise.
    bool to_file() const { return file_ != nullptr; }

    /// One event. `kind` is a fixed dotted word: "irp.create", "callback", "state", "frame" …
    /// Virtual time and thread are added. Any IRQL; never a scheduling point.
    void event(std::string_view kind, std::initializer_list<TraceField> fields);

    /// The last events, oldest first, one a line.
    std::string recent() const;

    /// Who turns addresses into names, and tells time and thread; set by the kernel and the box.
    std::function<std::string(const void *)> name_of;
    std::function<std::uint64_t()> now_100ns;
    std::function<std::string_view()> thread_name;

  private:
    static constexpr std::size_t ring_size = 64;
    struct Entry;
    Trace();
    std::FILE *file_ = nullptr;
    std::unique_ptr<Entry[]> ring_;
    std::size_t next_ = 0;
};

} // namespace ksbox
