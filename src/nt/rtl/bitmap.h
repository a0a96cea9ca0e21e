// Runs of bits in an RTL_BITMAP: a plain view with no policy. Bits beyond the size do not exist.
// The last, partial ULONG is the caller's memory as a whole, as RtlInitializeBitMap asks for.
#pragma once

#include <optional>

#include "abi/windows.h"

namespace ksbox::rtl {

struct BitRun {
    ULONG start;
    ULONG length;
};

class Bitmap {
  public:
    explicit Bitmap(const RTL_BITMAP &header) : words_(header.Buffer), size_(header.SizeOfBitMap) {}

    ULONG size() const { return size_; }
    bool test(ULONG bit) const { return words_[bit / 32] >> bit % 32 & 1; }
    void put(ULONG bit, bool value) {
        const ULONG mask = 1u << bit % 32;
        words_[bit / 32] = value ? words_[bit / 32] | mask : words_[bit / 32] & ~mask;
    }
    void put(ULONG start, ULONG count, bool value);

    bool has(ULONG start, ULONG count) const { return start <= size_ && count <= size_ - start; }
    /// Whether the run lies in the map and all its bits are `value`.
    bool all(ULONG start, ULONG count, bool value) const;
    ULONG count(bool value) const;

    /// The first run of `value` bits at or after `from`.
    std::optional<BitRun> next_run(ULONG from, bool value) const;
    /// `count` bits of `value` from the hint on, then from the beginning.
    std::optional<ULONG> find(ULONG count, ULONG hint, bool value) const;

  private:
    /// The first bit of that value at or after `from`, or size().
    ULONG seek(ULONG from, bool value) const;
    std::optional<ULONG> find_between(ULONG count, ULONG from, ULONG last_start, bool value) const;

    ULONG *words_;
    ULONG size_;
};

} // namespace ksbox::rtl
