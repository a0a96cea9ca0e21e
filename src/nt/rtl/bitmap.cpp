#include "nt/rtl/bitmap.h"

#include <algorithm>
#include <bit>

namespace ksbox::rtl {

void Bitmap::put(ULONG start, ULONG count, bool value) {
    while (count) {
        const ULONG offset = start % 32, bits = std::min(32 - offset, count);
        const ULONG mask = (bits == 32 ? ~0u : (1u << bits) - 1) << offset;
        ULONG &word = words_[start / 32];
        word = value ? word | mask : word & ~mask;
        start += bits;
        count -= bits;
    }
}

ULONG Bitmap::seek(ULONG from, bool value) const {
    for (ULONG bit = from; bit < size_;) {
        const ULONG word = (value ? words_[bit / 32] : ~words_[bit / 32]) >> bit % 32;
        if (word)
            return std::min(bit + static_cast<ULONG>(std::countr_zero(word)), size_);
        bit += 32 - bit % 32;
    }
    return size_;
}

bool Bitmap::all(ULONG start, ULONG count, bool value) const {
    return has(start, count) && (count == 0 || seek(start, !value) >= start + count);
}

ULONG Bitmap::count(bool value) const {
    ULONG total = 0;
    for (ULONG start = 0; auto run = next_run(start, value); start = run->start + run->length)
        total += run->length;
    return total;
}

std::optional<BitRun> Bitmap::next_run(ULONG from, bool value) const {
    const ULONG start = seek(from, value);
    if (start >= size_)
        return std::nullopt;
    return BitRun{start, seek(start, !value) - start};
}

std::optional<ULONG> Bitmap::find_between(ULONG count, ULONG from, ULONG last_start,
                                          bool value) const {
    while (auto run = next_run(from, value)) {
        if (run->start > last_start)
            return std::nullopt;
        if (run->length >= count)
            return run->start;
        from = run->start + run->length;
    }
    return std::nullopt;
}

std::optional<ULONG> Bitmap::find(ULONG count, ULONG hint, bool value) const {
    if (count > size_)
        return std::nullopt;
    if (hint >= size_)
        hint = 0;
    if (count == 0)
        return hint;
    if (auto found = find_between(count, hint, size_, value))
        return found;
    return hint ? find_between(count, 0, hint, value) : std::nullopt;
}

} // namespace ksbox::rtl
