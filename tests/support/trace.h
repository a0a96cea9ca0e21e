// What a box's trace says: its JSON lines as events, to be counted.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace ksbox::testing {

using Event = nlohmann::json;
using Events = std::vector<Event>;

/// The events of the file from line `first` on. Throws when a line is no JSON object.
Events read_trace(const std::filesystem::path &file, std::size_t first = 0);

/// The events of that kind ("irp.dispatch") whose fields have these values.
Events matching(const Events &events, std::string_view kind,
                std::initializer_list<std::pair<const char *, std::string>> fields = {});
std::size_t count(const Events &events, std::string_view kind,
                  std::initializer_list<std::pair<const char *, std::string>> fields = {});

} // namespace ksbox::testing
