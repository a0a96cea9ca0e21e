// Which image an address belongs to. One per box; the box adds images as it loads them.
#pragma once

#include "loader/image.h"

#include <atomic>
#include <optional>
#include <vector>

namespace ksbox::loader {

/// What stays known of an image that was unloaded: a late callback into it has a name.
struct UnloadedImage {
    std::string name;
    std::uint64_t base;
    std::size_t size;
};

/// Any thread may look images up while another adds or removes one: stack walks and checks of
/// indirect calls take no lock. Whoever changes the index does so one at a time, and an image that
/// is still executing must not be destroyed.
class ImageIndex {
  public:
    ImageIndex() = default;
    ImageIndex(const ImageIndex &) = delete;
    ImageIndex &operator=(const ImageIndex &) = delete;
    ~ImageIndex();

    void add(const Image &image);
    void remove(const Image &image);

    /// Null when no loaded image contains the address, or has its imports' thunks there.
    [[nodiscard]] const Image *find(std::uint64_t address) const;
    /// The image that was here last, if it was removed and nothing took its place. Of the images
    /// removed, the latest few dozen are known.
    [[nodiscard]] std::optional<UnloadedImage> find_unloaded(std::uint64_t address) const;

  private:
    struct Slot {
        std::atomic<const Image *> image{nullptr};
        std::atomic<std::uint64_t> base{0}, size{0};
    };
    /// Never moves and never goes while the index lives.
    struct Chunk {
        std::array<Slot, 16> slots;
        std::atomic<Chunk *> next{nullptr};
    };

    /// Holds unloaded_ for a few instructions.
    class UnloadedGuard;

    Chunk first_;
    mutable std::atomic<bool> unloaded_busy_{false};
    std::vector<UnloadedImage> unloaded_; // the latest last
};

/// RtlLookupFunctionEntry without the image: the .pdata entry that covers `rva`, or null (a leaf).
[[nodiscard]] const pe::RuntimeFunction *lookup_function_entry(const Image &image,
                                                               std::uint32_t rva);

} // namespace ksbox::loader
