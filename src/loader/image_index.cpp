#include "loader/image_index.h"

#include <algorithm>

namespace ksbox::loader {

namespace {
std::uint64_t base_of(const Image *image) {
    return reinterpret_cast<std::uint64_t>(image->base());
}
} // namespace

void ImageIndex::add(const Image &image) {
    images_.insert(std::ranges::upper_bound(images_, base_of(&image), {}, base_of), &image);
}

void ImageIndex::remove(const Image &image) {
    std::erase(images_, &image);
    unloaded_.push_back({image.name(), base_of(&image), image.size()});
}

const UnloadedImage *ImageIndex::find_unloaded(std::uint64_t address) const {
    if (find(address))
        return nullptr;
    for (auto at = unloaded_.rbegin(); at != unloaded_.rend(); ++at)
        if (address - at->base < at->size)
            return &*at;
    return nullptr;
}

const Image *ImageIndex::find(std::uint64_t address) const {
    const auto above = std::ranges::upper_bound(images_, address, {}, base_of);
    if (above == images_.begin())
        return nullptr;
    const Image *image = above[-1];
    return address - base_of(image) < image->size() ? image : nullptr;
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
