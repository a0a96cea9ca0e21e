#include "cli/underruns.h"

#include <cstring>

#include <fmt/format.h>

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
    std::vector<std::byte> list;
    try {
        PropertyName count = find_property("Cable.UNDERRUN_COUNT");
        underruns.count = filter.get_as<std::uint32_t>(count.set, count.id);
        if (underruns.count == 0)
            return underruns;
        list = filter.get(count.set, find_property("Cable.UNDERRUNS").id);
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        return std::nullopt;
    }
    auto items = read_at<std::uint32_t>(list, 4); // KSMULTIPLE_ITEM: size, count
    for (std::uint32_t i = 0; i < items; ++i)
        underruns.list.push_back(
            {read_at<std::uint64_t>(list, 8 + i * 16), read_at<std::uint64_t>(list, 16 + i * 16)});
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
