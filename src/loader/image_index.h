// Which image an address belongs to. One per box; the box adds images as it loads them.
#pragma once

#include "loader/image.h"

#include <vector>

namespace ksbox::loader {

/// What stays known of an image that was unloaded: a late callback into it has a name.
struct UnloadedImage {
    std::string name;
    std::uint64_t base;
    std::size_t size;
};

/// Not synchronised: the box changes it only while no other thread of it can walk a stack (in the
/// realtime executor: under its load lock, and the index is replaced, never edited under readers).
class ImageIndex {
  public:
    void add(const Image &image);
    void remove(const Image &image);

    /// Null when no loaded image contains the address.
    [[nodiscard]] const Image *find(std::uint64_t address) const;
    /// The image that was here last, if it was removed and nothing took its place.
    [[nodiscard]] const UnloadedImage *find_unloaded(std::uint64_t address) const;
    [[nodiscard]] std::span<const Image *const> images() const { return images_; }

  private:
    std::vector<const Image *> images_;   // sorted by base
    std::vector<UnloadedImage> unloaded_; // the latest last
};

/// RtlLookupFunctionEntry without the image: the .pdata entry that covers `rva`, or null (a leaf).
[[nodiscard]] const pe::RuntimeFunction *lookup_function_entry(const Image &image,
                                                               std::uint32_t rva);

} // namespace ksbox::loader
