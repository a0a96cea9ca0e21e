#include "box/driver_images.h"

#include <cstring>
#include <sys/mman.h>

#include <fmt/format.h>

#include "abi/windows.h"

#include "base/read_file.h"
#include "box/exception_hooks.h"
#include "box/export_catalogue.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/trap.h"
#include "nt/mm/memory.h"

namespace ksbox::box {

namespace {

constexpr std::size_t populated_bytes = 4 << 20;

mm::Protection protection_of(loader::Protection protection) {
    switch (protection) {
    case loader::Protection::none:
        return mm::Protection::none;
    case loader::Protection::read:
        return mm::Protection::read;
    case loader::Protection::read_write:
        return mm::Protection::read_write;
    case loader::Protection::read_write_execute:
        return mm::Protection::read_write_execute; // sections that the driver itself wants so
    default:
        return mm::Protection::read_execute;
    }
}

// Stands in for an import that nobody provides: stops the driver with the function's name.
void KSBOX_MS_ABI missing_import(const loader::ImportRecord *record) {
    const Export *known = export_catalogue().find(record->module, record->function);
    bug_check(ke::bug_check_missing_export, reinterpret_cast<std::uint64_t>(record), 0, 0, 0,
              fmt::format("{} called {}!{}, which {}", record->image, record->module,
                          record->function,
                          known != nullptr ? "ksbox knows but does not provide yet"
                                           : "ksbox does not know"));
}

} // namespace

class DriverImages::Memory final : public loader::ImageMemory {
  public:
    explicit Memory(Kernel &kernel) : kernel_(kernel) {}

    std::byte *reserve(std::size_t bytes, std::size_t) override {
        auto range = kernel_.memory().commit(mm::Region::images, bytes, 1);
        if (!range)
            return nullptr;
        // All of it is written next: one call in place of a fault a page. A hint, which older hosts
        // do not take; a file that only claims to be large gets no memory for that.
        if (bytes <= populated_bytes)
            (void)madvise(*range, bytes, MADV_POPULATE_WRITE);
        return *range;
    }
    bool protect(std::byte *address, std::size_t bytes, loader::Protection protection) override {
        return kernel_.memory().protect(address, bytes, protection_of(protection)).has_value();
    }
    void release(std::byte *address, std::size_t) override {
        kernel_.memory().release(address, false);
    }

  private:
    Kernel &kernel_;
};

class DriverImages::Resolver final : public loader::SymbolResolver {
  public:
    Resolver(Kernel &kernel, DriverImages &images) : kernel_(kernel), images_(images) {}

    const void *resolve(std::string_view module, std::string_view name) override {
        if (const Export *entry = export_catalogue().find(module, name)) {
            if (const void *own = entry->is_data ? kernel_.box_data(name) : nullptr)
                return own;
            return entry->address;
        }
        const loader::Image *image = image_named(module);
        return image == nullptr ? nullptr : image->find_export(name);
    }
    const void *resolve(std::string_view module, std::uint16_t ordinal) override {
        const loader::Image *image = image_named(module);
        return image == nullptr ? nullptr : image->find_export_ordinal(ordinal);
    }
    std::uint64_t *call_counter(std::string_view module, std::string_view name) override {
        if (!images_.counts_calls_)
            return nullptr;
        const Export *entry = export_catalogue().find(module, name);
        return entry == nullptr || entry->is_data ? nullptr : images_.call_counts_.counter(name);
    }

  private:
    // Another driver of the box, whose exports this one imports.
    const loader::Image *image_named(std::string_view module) const {
        for (const auto &image : images_.images())
            if (image->name().size() == module.size() &&
                strncasecmp(image->name().data(), module.data(), module.size()) == 0)
                return image.get();
        return nullptr;
    }
    Kernel &kernel_;
    DriverImages &images_;
};

DriverImages::DriverImages(Kernel &kernel)
    : kernel_(kernel), memory_(std::make_unique<Memory>(kernel)),
      resolver_(std::make_unique<Resolver>(kernel, *this)) {}

DriverImages::~DriverImages() = default;

loader::LoadResult<loader::Image *> DriverImages::load(const std::filesystem::path &file) {
    const auto content = read_file(file.string());
    if (!content)
        return loader::refuse(loader::LoadErrorKind::not_pe,
                              fmt::format("cannot be read: {}", std::strerror(content.error())));
    auto pe = loader::PeFile::parse(content->span());
    if (!pe)
        return std::unexpected(pe.error());
    loader::LoadOptions options;
    options.name = file.filename().string();
    options.path = std::filesystem::absolute(file).string();
    options.security_cookie = kernel_.random("security cookie");
    options.missing = missing_import;
    options.user_shared_data = kernel_.shared_data().trapping_page();
    auto image = loader::Image::load(*pe, *memory_, *resolver_, std::move(options));
    if (!image)
        return std::unexpected(image.error());
    kernel_.memory().label((*image)->base(), (*image)->name());
    index_.add(**image);
    images_.push_back(std::move(*image));
    return images_.back().get();
}

void DriverImages::unload(loader::Image &image) {
    kernel_.memory().label(image.base(), "unloaded " + image.name());
    index_.remove(image);
    std::erase_if(images_, [&](const auto &candidate) { return candidate.get() == &image; });
}

std::string DriverImages::name_of(const void *address) const {
    const loader::Image *image = index_.find(reinterpret_cast<std::uint64_t>(address));
    if (image == nullptr)
        return {};
    return fmt::format("{}+{:#x}", image->name(), image->rva_of(address));
}

} // namespace ksbox::box
