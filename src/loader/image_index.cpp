#include "loader/image_index.h"

#include <algorithm>

namespace ksbox::loader {

namespace {

constexpr std::size_t most_unloaded = 64;

std::uint64_t base_of(const Image &image) {
    return reinterpret_cast<std::uint64_t>(image.base());
}

} // namespace

class ImageIndex::UnloadedGuard {
  public:
    explicit UnloadedGuard(const ImageIndex &index) : busy_(index.unloaded_busy_) {
        while (busy_.exchange(true, std::memory_order_acquire))
            ;
    }
    ~UnloadedGuard() { busy_.store(false, std::memory_order_release); }
    UnloadedGuard(const UnloadedGuard &) = delete;
    UnloadedGuard &operator=(const UnloadedGuard &) = delete;

  private:
    std::atomic<bool> &busy_;
};

ImageIndex::~ImageIndex() {
    for (Chunk *chunk = first_.next.load(); chunk != nullptr;) {
        Chunk *next = chunk->next.load();
        delete chunk;
        chunk = next;
    }
}

void ImageIndex::add(const Image &image) {
    const std::uint64_t base = base_of(image);
    {
        UnloadedGuard guard(*this);
        std::erase_if(unloaded_, [&](const UnloadedImage &gone) {
            return gone.base < base + image.mapped_size() && base < gone.base + gone.size;
        });
    }
    for (Chunk *chunk = &first_;; chunk = chunk->next.load()) {
        for (Slot &slot : chunk->slots) {
            if (slot.image.load(std::memory_order_relaxed))
                continue;
            slot.base.store(base, std::memory_order_relaxed);
            slot.size.store(image.mapped_size(), std::memory_order_relaxed);
            slot.image.store(&image, std::memory_order_release);
            return;
        }
        if (!chunk->next.load())
            chunk->next.store(new Chunk);
    }
}

void ImageIndex::remove(const Image &image) {
    for (Chunk *chunk = &first_; chunk != nullptr; chunk = chunk->next.load())
        for (Slot &slot : chunk->slots)
            if (slot.image.load(std::memory_order_relaxed) == &image)
                slot.image.store(nullptr, std::memory_order_release);
    UnloadedGuard guard(*this);
    if (unloaded_.size() == most_unloaded)
        unloaded_.erase(unloaded_.begin());
    unloaded_.push_back({image.name(), base_of(image), image.mapped_size()});
}

std::optional<UnloadedImage> ImageIndex::find_unloaded(std::uint64_t address) const {
    if (find(address))
        return std::nullopt;
    UnloadedGuard guard(*this);
    for (auto at = unloaded_.rbegin(); at != unloaded_.rend(); ++at)
        if (address - at->base < at->size)
            return *at;
    return std::nullopt;
}

const Image *ImageIndex::find(std::uint64_t address) const {
    for (const Chunk *chunk = &first_; chunk != nullptr; chunk = chunk->next.load()) {
        for (const Slot &slot : chunk->slots) {
            const Image *image = slot.image.load(std::memory_order_acquire);
            if (image && address - slot.base.load(std::memory_order_relaxed) <
                             slot.size.load(std::memory_order_relaxed))
                return image;
        }
    }
    return nullptr;
}

const pe::RuntimeFunction *lookup_function_entry(const Image &image, std::uint32_t rva) {
    const auto functions = image.functions();
    const auto above =
        std::ranges::upper_bound(functions, rva, {}, &pe::RuntimeFunction::begin_rva);
    if (above == functions.begin())
        return nullptr;
    const pe::RuntimeFunction &entry = above[-1];
    return rva < entry.end_rva ? &entry : nullptr;
}

} // namespace ksbox::loader
