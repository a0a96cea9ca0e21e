// Handle values and their slots.
#include "nt/ob/handle_table.h"

#include <algorithm>

namespace ksbox::ob {

std::optional<std::uint32_t> HandleTable::insert(const ObjectManager::HandleEntry &entry) {
    std::uint32_t index;
    if (!free_.empty()) {
        index = free_.back();
        free_.pop_back();
        slots_[index] = entry;
    } else {
        if (slots_.size() >= most)
            return std::nullopt;
        index = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(entry);
    }
    ++used_;
    return index * 4;
}

const ObjectManager::HandleEntry *HandleTable::find(std::uint64_t value) const {
    // The two low bits are for the application's use and ignored.
    const std::uint64_t index = value / 4;
    if (index >= slots_.size() || !slots_[index].body)
        return nullptr;
    return &slots_[index];
}

std::optional<ObjectManager::HandleEntry> HandleTable::remove(std::uint64_t value) {
    const auto *found = find(value);
    if (!found)
        return std::nullopt;
    auto entry = *found;
    slots_[value / 4] = {nullptr, 0, 0};
    free_.push_back(static_cast<std::uint32_t>(value / 4));
    --used_;
    return entry;
}

std::optional<std::uint32_t> HandleTable::first(std::uint32_t from) const {
    for (std::size_t i = std::max(from / 4, 1U); i < slots_.size(); ++i)
        if (slots_[i].body)
            return static_cast<std::uint32_t>(i * 4);
    return from && used_ ? first(0) : std::nullopt;
}

std::uint32_t HandleTable::count(const void *body) const {
    return static_cast<std::uint32_t>(
        std::count_if(slots_.begin(), slots_.end(), [&](auto &slot) { return slot.body == body; }));
}

} // namespace ksbox::ob
