#include "nt/trace.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <vector>

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

ShortName short_name(std::string_view name) {
    ShortName cut{};
    std::copy_n(name.data(), std::min(name.size(), cut.size() - 1), cut.data());
    return cut;
}

Trace::Trace() = default;

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

std::string Trace::format(std::uint64_t time_100ns, std::string_view thread, std::string_view kind,
                          std::span<const TraceField> fields) const {
    std::string line = fmt::format("{{\"t\":{},\"thread\":\"", time_100ns);
    append_escaped(line, thread);
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

void Trace::remember(std::string_view kind, std::span<const TraceField> fields) {
    ke::HostLockGuard guard(lock_);
    Entry &entry = ring_[next_++ % ring_size];
    entry.order = order_++;
    entry.time_100ns = now_100ns ? now_100ns() : 0;
    entry.kind = kind;
    std::string_view thread = thread_name ? thread_name() : "";
    entry.thread = short_name(thread);
    entry.field_count = std::min(fields.size(), Entry::most_fields);
    std::size_t used = 0;
    for (std::size_t i = 0; i < entry.field_count; ++i) {
        entry.fields[i] = fields[i];
        if (auto *text = std::get_if<std::string_view>(&entry.fields[i].value)) {
            std::size_t bytes = std::min(text->size(), Entry::text_bytes - used);
            std::copy_n(text->data(), bytes, entry.texts.data() + used);
            *text = {entry.texts.data() + used, bytes};
            used += bytes;
        }
    }
}

void Trace::event(std::string_view kind, std::initializer_list<TraceField> fields) {
    std::span<const TraceField> given(fields.begin(), fields.size());
    remember(kind, given);
    if (file_ < 0)
        return;
    std::string line =
        format(now_100ns ? now_100ns() : 0, thread_name ? thread_name() : "", kind, given);
    ke::HostLockGuard guard(lock_);
    if (write(file_, line.data(), line.size()) != ssize_t(line.size()))
        failed_ = true;
}

std::string Trace::recent() const {
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (const Entry &entry : ring_)
        if (!entry.kind.empty())
            lines.emplace_back(entry.order,
                               format(entry.time_100ns, entry.thread.data(), entry.kind,
                                      std::span(entry.fields).first(entry.field_count)));
    for (const Note &note : notes_) {
        if (note.kind == nullptr)
            continue;
        std::vector<TraceField> fields;
        const auto add = [&](const char *name, auto value) {
            if (name != nullptr)
                fields.push_back({name, value});
        };
        for (std::size_t i = 0; i < note.texts.size(); ++i)
            add(note.kind->texts[i], std::string_view(note.texts[i] ? note.texts[i] : ""));
        add(note.kind->subject, std::string_view(note.subject.data()));
        for (std::size_t i = 0; i < note.values.size(); ++i)
            add(note.kind->values[i], note.values[i]);
        lines.emplace_back(note.order,
                           format(note.time_100ns, note.thread.data(), note.kind->event, fields));
    }
    std::ranges::sort(lines);
    if (lines.size() > ring_size)
        lines.erase(lines.begin(), lines.end() - ring_size);
    std::string text;
    for (const auto &[order, line] : lines)
        text += line;
    return text;
}

} // namespace ksbox
