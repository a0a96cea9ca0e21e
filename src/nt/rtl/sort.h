// Sorting of untyped elements in place: heap sort, so that neither recursion nor memory depends on
// the data, and equal input gives equal output.
#pragma once

#include <cstddef>
#include <utility>

namespace ksbox::rtl {

/// `less(a, b)` gets element addresses.
template <typename Less>
void sort_elements(char *base, std::size_t count, std::size_t width, Less less) {
    const auto at = [&](std::size_t i) { return base + i * width; };
    const auto swap = [&](char *a, char *b) {
        for (std::size_t i = 0; i < width; ++i)
            std::swap(a[i], b[i]);
    };
    const auto sift = [&](std::size_t root, std::size_t end) {
        for (std::size_t child; (child = 2 * root + 1) < end; root = child) {
            if (child + 1 < end && less(at(child), at(child + 1)))
                ++child;
            if (!less(at(root), at(child)))
                return;
            swap(at(root), at(child));
        }
    };
    for (std::size_t i = count / 2; i-- > 0;)
        sift(i, count);
    for (std::size_t end = count; end-- > 1;) {
        swap(at(0), at(end));
        sift(0, end);
    }
}

/// The element equal to the key, or null. `order(element)` is the key's order against it.
template <typename Order>
char *search_elements(char *base, std::size_t count, std::size_t width, Order order) {
    while (count) {
        char *middle = base + count / 2 * width;
        const int result = order(middle);
        if (result == 0)
            return middle;
        if (result > 0) {
            base = middle + width;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return nullptr;
}

/// The generator of Microsoft's rand(): 0 to 0x7FFF.
class Rand {
  public:
    void seed(unsigned value) { state_ = value; }
    int next() {
        state_ = state_ * 214013u + 2531011u;
        return static_cast<int>(state_ >> 16 & 0x7FFF);
    }

  private:
    unsigned state_ = 1;
};

} // namespace ksbox::rtl
