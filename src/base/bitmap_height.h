// The rows of a picture that a BITMAPINFOHEADER describes.
#pragma once

#include <cstdint>

namespace ksbox {

/// biHeight is negative for pictures whose first row is the top one; of any number.
inline std::uint32_t rows_of(std::int32_t bitmap_height) {
    const auto height = std::uint32_t(bitmap_height);
    return bitmap_height < 0 ? 0 - height : height;
}

} // namespace ksbox
