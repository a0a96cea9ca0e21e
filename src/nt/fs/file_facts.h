// What the host knows of a file, as Windows says it.
#pragma once

#include <cstdint>

#include <sys/stat.h>

#include "abi/windows.h"

namespace ksbox::fs {

inline constexpr std::uint64_t unix_epoch_100ns = 116'444'736'000'000'000;

inline LARGE_INTEGER large(std::uint64_t value) {
    LARGE_INTEGER out;
    out.QuadPart = static_cast<LONGLONG>(value);
    return out;
}

/// The last write stands for all four times: the host keeps no creation time that could be set, and
/// the others would tell when the run took place.
inline LARGE_INTEGER written_at(const struct stat &facts) {
    return large(unix_epoch_100ns + static_cast<std::uint64_t>(facts.st_mtim.tv_sec) * 10'000'000 +
                 static_cast<std::uint64_t>(facts.st_mtim.tv_nsec) / 100);
}

inline ULONG attributes_of(const struct stat &facts) {
    if (S_ISDIR(facts.st_mode))
        return FILE_ATTRIBUTE_DIRECTORY;
    return FILE_ATTRIBUTE_ARCHIVE |
           (facts.st_mode & 0222 ? 0u : static_cast<ULONG>(FILE_ATTRIBUTE_READONLY));
}

inline LARGE_INTEGER allocated(const struct stat &facts) {
    return large((static_cast<std::uint64_t>(facts.st_size) + 4095) / 4096 * 4096);
}

} // namespace ksbox::fs
