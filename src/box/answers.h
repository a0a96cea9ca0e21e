// What drivers answer to a client, read without trust.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "abi/windows.h"

#include "ksbox/error.h"

namespace ksbox::box {

/// Reads a T at the offset; zeros where the answer is shorter.
template <typename T> T read_as(std::span<const std::byte> bytes, std::size_t offset = 0) {
    T value{};
    if (bytes.size() >= sizeof(T) && offset <= bytes.size() - sizeof(T))
        std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

/// The entries behind a KSMULTIPLE_ITEM: as many as it counts and the answer holds.
template <typename T> std::vector<T> entries_of(std::span<const std::byte> list) {
    if (list.size() < sizeof(KSMULTIPLE_ITEM))
        return {};
    const std::size_t held = (list.size() - sizeof(KSMULTIPLE_ITEM)) / sizeof(T);
    std::vector<T> entries(std::min<std::size_t>(read_as<KSMULTIPLE_ITEM>(list).Count, held));
    if (!entries.empty())
        std::memcpy(entries.data(), list.data() + sizeof(KSMULTIPLE_ITEM),
                    entries.size() * sizeof(T));
    return entries;
}

inline bool is_want_of_memory(NTSTATUS status) {
    return status == NTSTATUS(STATUS_INSUFFICIENT_RESOURCES);
}

/// What need not be there: nothing when the driver refuses to say. A want of memory is no answer.
template <typename Ask> auto optionally(Ask ask) -> std::optional<decltype(ask())> {
    try {
        return ask();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (is_want_of_memory(NTSTATUS(error.code())))
            throw;
        return std::nullopt;
    }
}

} // namespace ksbox::box
