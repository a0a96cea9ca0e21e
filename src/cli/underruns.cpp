#include "cli/underruns.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "cli/failures.h"
#include "ksbox/property_names.h"

namespace ksbox::cli {

namespace {

template <typename T> T read_at(std::span<const std::byte> bytes, std::size_t offset) {
    T value{};
    if (bytes.size() >= offset + sizeof value)
        std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

} // namespace

std::optional<DriverUnderruns> driver_underruns(Filter &filter) {
    DriverUnderruns underruns;
    const PropertyName count = find_property("Cable.UNDERRUN_COUNT");
    try {
        underruns.count = filter.get_as<std::uint32_t>(count.set, count.id);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        if (is_want_of_memory(error))
            throw;
        return std::nullopt; // another driver
    }
    if (underruns.count == 0)
        return underruns;
    std::vector<std::byte> list;
    try {
        list = filter.get(count.set, find_property("Cable.UNDERRUNS").id);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        return underruns; // that there were some is known
    }
    constexpr std::size_t header_bytes = 8, entry_bytes = 16; // KSMULTIPLE_ITEM: size, count
    const std::size_t held = std::max(list.size(), header_bytes) - header_bytes;
    const auto entries = std::min<std::size_t>(read_at<std::uint32_t>(list, 4), held / entry_bytes);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = header_bytes + i * entry_bytes;
        underruns.list.push_back(
            {read_at<std::uint64_t>(list, entry), read_at<std::uint64_t>(list, entry + 8)});
    }
    return underruns;
}

std::string to_string(const Underrun &underrun, std::size_t number,
                      std::uint64_t bytes_per_second) {
    auto seconds = [&](std::uint64_t bytes) {
        return bytes_per_second == 0 ? 0.0 : double(bytes) / double(bytes_per_second);
    };
    std::string text = fmt::format("under-run {}: at byte {} ({:.4f} s)", number,
                                   underrun.position_bytes, seconds(underrun.position_bytes));
    if (underrun.missing_bytes != 0)
        text += fmt::format(", {} bytes ({:.4f} s) late", underrun.missing_bytes,
                            seconds(underrun.missing_bytes));
    return text;
}

} // namespace ksbox::cli
