// What file sources and sinks have in common: the file's name, what went wrong with it, and the
// properties that tell it.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include "filters/offer.h"
#include "media/result.h"

namespace ksbox::filters {

/// {9D3F1E52-7C0B-4E1C-9B1A-64F0C2A7D8E1}, of a file's filter. PROBLEM (get): UTF-8 without a zero
/// at its end, empty when there is none. BYTES (get): ULONGLONG. KEEP_PARTIAL (set, a sink's):
/// BOOL.
inline constexpr GUID file_property_set = {
    0x9d3f1e52, 0x7c0b, 0x4e1c, {0x9b, 0x1a, 0x64, 0xf0, 0xc2, 0xa7, 0xd8, 0xe1}};
enum FileProperty : ULONG { file_problem, file_bytes, file_keep_partial };

class FileOffer : public Offer {
  public:
    explicit FileOffer(std::filesystem::path file);
    static FileOffer &of(PKSFILTER filter) { return static_cast<FileOffer &>(Offer::of(filter)); }

    const std::filesystem::path &file() const { return file_; }
    // PASSIVE_LEVEL.
    std::string problem() const;
    void set_problem(std::string text);
    std::atomic<std::uint64_t> bytes = 0;
    std::atomic<bool> keeps_partial = false;

  private:
    const std::filesystem::path file_;
    mutable FAST_MUTEX lock_; ///< of problem_; a leaf
    std::string problem_;
};

} // namespace ksbox::filters
