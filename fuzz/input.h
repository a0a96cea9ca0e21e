// A fuzzer's bytes as numbers and pieces; past their end everything is 0 and empty.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ksbox::fuzz {

class Input {
  public:
    Input(const std::uint8_t *data, std::size_t size)
        : left_(reinterpret_cast<const std::byte *>(data), size) {}

    bool empty() const { return left_.empty(); }
    std::span<const std::byte> take(std::size_t bytes) {
        const auto taken = left_.first(std::min(bytes, left_.size()));
        left_ = left_.subspan(taken.size());
        return taken;
    }
    std::span<const std::byte> rest() { return take(left_.size()); }

    template <typename T> T number() {
        T value{};
        const auto bytes = take(sizeof value);
        std::memcpy(&value, bytes.data(), bytes.size());
        return value;
    }
    std::uint8_t u8() { return number<std::uint8_t>(); }
    std::uint16_t u16() { return number<std::uint16_t>(); }
    std::uint32_t u32() { return number<std::uint32_t>(); }
    std::uint64_t u64() { return number<std::uint64_t>(); }

  private:
    std::span<const std::byte> left_;
};

} // namespace ksbox::fuzz
