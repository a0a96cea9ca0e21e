#include "support/trace.h"

#include <algorithm>
#include <fstream>

namespace ksbox::testing {

Events read_trace(const std::filesystem::path &file, std::size_t first) {
    std::ifstream stream(file);
    Events events;
    std::string line;
    // In real time the last line may be half written: then it has not happened yet.
    for (std::size_t number = 0; std::getline(stream, line) && !stream.eof(); ++number)
        if (number >= first)
            events.push_back(nlohmann::json::parse(line));
    return events;
}

Events matching(const Events &events, std::string_view kind,
                std::initializer_list<std::pair<const char *, std::string>> fields) {
    Events result;
    std::copy_if(events.begin(), events.end(), std::back_inserter(result), [&](const Event &event) {
        return event.value("event", "") == kind &&
               std::all_of(fields.begin(), fields.end(), [&](const auto &field) {
                   auto found = event.find(field.first);
                   return found != event.end() && found->is_string() && *found == field.second;
               });
    });
    return result;
}

std::size_t count(const Events &events, std::string_view kind,
                  std::initializer_list<std::pair<const char *, std::string>> fields) {
    return matching(events, kind, fields).size();
}

} // namespace ksbox::testing
