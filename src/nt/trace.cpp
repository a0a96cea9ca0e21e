#include "nt/trace.h"

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "abi/windows.h"

#include "nt/ke/host_lock.h"

namespace ksbox {

namespace {

void append_escaped(std::string &line, std::string_view text) {
    for (char c : text) {
        if (c == '"' || c == '\\')
            line += {'\\', c};
        else if (static_cast<unsigned char>(c) < 0x20)
            line += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
        else
            line += c;
    }
}

} // namespace

Trace::Trace() : lock_(std::make_unique<ke::HostLock>()) {}

Trace::~Trace() {
    if (file_ >= 0)
        close(file_);
}

Result<std::unique_ptr<Trace>> Trace::create(const std::string &file) {
    std::unique_ptr<Trace> trace(new Trace);
    if (!file.empty()) {
        trace->file_ = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (trace->file_ < 0)
            return fail(STATUS_OBJECT_PATH_INVALID);
    }
    return trace;
}

std::string Trace::format(std::string_view kind, std::initializer_list<TraceField> fields) const {
    std::string line = fmt::format("{{\"t\":{},\"thread\":\"", now_100ns ? now_100ns() : 0);
    if (thread_name)
        append_escaped(line, thread_name());
    line += fmt::format("\",\"event\":\"{}\"", kind);
    for (const TraceField &field : fields) {
        line += fmt::format(",\"{}\":", field.name);
        if (const auto *text = std::get_if<std::string_view>(&field.value)) {
            line += '"';
            append_escaped(line, *text);
            line += '"';
        } else if (const auto *address = std::get_if<TracedAddress>(&field.value)) {
            if (address->address == nullptr) {
                line += "null";
                continue;
            }
            line += '"';
            append_escaped(line, name_of ? name_of(address->address) : "address");
            line += '"';
        } else if (const auto *signed_value = std::get_if<std::int64_t>(&field.value)) {
            line += fmt::format("{}", *signed_value);
        } else {
            line += fmt::format("{}", std::get<std::uint64_t>(field.value));
        }
    }
    line += "}\n";
    return line;
}

void Trace::event(std::string_view kind, std::initializer_list<TraceField> fields) {
    std::string line = format(kind, fields);
    ke::HostLockGuard guard(*lock_);
    if (file_ >= 0 && write(file_, line.data(), line.size()) != ssize_t(line.size()))
        failed_ = true;
    ring_[next_++ % ring_size] = std::move(line);
}

std::string Trace::recent() const {
    std::string text;
    for (std::size_t i = 0; i < ring_size; ++i)
        text += ring_[(next_ + i) % ring_size];
    return text;
}

} // namespace ksbox
