#include "cli/drive_trace.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "cli/failures.h"

namespace ksbox::cli {

namespace {

bool has_words(const std::string &line, const std::string &event) {
    std::istringstream words(event);
    for (std::string word; words >> word;)
        if (line.find(word) == std::string::npos)
            return false;
    return true;
}

} // namespace

std::string DriveTrace::why_not_in_order(const std::vector<std::string> &events) {
    std::ifstream trace(file_);
    if (!trace)
        throw BadInput(file_.string() + ": the trace cannot be read");
    trace.seekg(behind_);
    std::size_t next = 0;
    std::streamoff behind = behind_;
    std::vector<bool> seen(events.size());
    for (std::string line; next < events.size() && std::getline(trace, line);) {
        for (std::size_t i = 0; i < events.size(); ++i)
            if (!seen[i] && has_words(line, events[i]))
                seen[i] = true;
        if (!has_words(line, events[next]))
            continue;
        ++next;
        behind = trace.tellg();
    }
    if (next == events.size()) {
        behind_ = behind;
        return {};
    }
    const std::string &missing = events[next];
    if (!seen[next])
        return fmt::format("there was no '{}'", missing);
    return fmt::format("'{}' was not behind '{}', only in front of it", missing, events[next - 1]);
}

} // namespace ksbox::cli
