#include "box/driver_images.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <sys/mman.h>

#include <fmt/format.h>

#include "abi/windows.h"

#include "base/read_file.h"
#include "box/exception_hooks.h"
#include "box/export_catalogue.h"
#include "box/image_guard.h"
#include "box/image_resolver.h"
#include "box/sanitizer_findings.h"
#include "kmdf/framework.h"
#include "nt/ex/executive.h"
#include "nt/ex/work_queue.h"
#include "nt/exports.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/pending_in.h"
#include "nt/ke/trap.h"
#include "nt/mm/layout.h"
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
    const char *why = "ksbox does not know";
    if (module_of(record->module) == "wdf01000")
        why = "needs full KMDF; ksbox has KMDF for miniport drivers";
    else if (known != nullptr)
        why = "ksbox knows but does not provide yet";
    bug_check(ke::bug_check_missing_export, reinterpret_cast<std::uint64_t>(record), 0, 0, 0,
              fmt::format("{} called {}!{}, which {}", record->image, record->module,
                          record->function, why));
}

} // namespace

// Ranges of unloaded images are not handed out again before some more have followed, so that a late
// callback into one has a name; but for ever would let a box that reloads a driver grow with each
// time. Windows too remembers its last unloaded drivers, and reuses their addresses.
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
        if (const auto kept = std::ranges::find(kept_, address, &Kept::image);
            kept != kept_.end()) {
            for (std::size_t page = 0; page < kept->pages.size(); ++page)
                (void)kernel_.memory().protect(address + page * page_bytes, page_bytes,
                                               kept->pages[page] ? mm::Protection::read_write
                                                                 : mm::Protection::none);
            kept_.erase(kept);
            return;
        }
        kernel_.memory().release(address, false);
        quarantine_.push_back(address);
        if (quarantine_.size() > quarantined_images) {
            kernel_.memory().recycle(quarantine_.front());
            quarantine_.pop_front();
        }
    }

    /// The kernel still has objects in the image's data: when the image is released, that stays,
    /// for the kernel to find them in when they come due, and nothing else does. Its range is never
    /// handed out again.
    void keep_data(const loader::Image &image) {
        std::vector<bool> keep(image.mapped_size() / page_bytes, false);
        for (const loader::Section &section : image.sections())
            if (section.writable() && section.size != 0)
                for (std::size_t page = section.rva / page_bytes;
                     page <= (section.rva + section.size - 1) / page_bytes; ++page)
                    keep[page] = true;
        kept_.push_back({image.base(), std::move(keep)});
    }

  private:
    static constexpr std::size_t quarantined_images = 8;
    static constexpr std::size_t page_bytes = mm::layout::page_bytes;

    Kernel &kernel_;
    std::deque<std::byte *> quarantine_; ///< the oldest first
    struct Kept {
        const std::byte *image;
        std::vector<bool> pages;
    };
    std::vector<Kept> kept_; ///< images to be released
};

DriverImages::DriverImages(Kernel &kernel)
    : kernel_(kernel), memory_(std::make_unique<Memory>(kernel)) {
    kernel.extension<kmdf::Framework>().table_of = [this](const void *address) {
        const loader::Image *image = index_.find(reinterpret_cast<std::uint64_t>(address));
        return image ? image->function_table() : std::span<const void *const>();
    };
}

DriverImages::~DriverImages() = default;

loader::LoadResult<loader::Image *> DriverImages::load(const std::filesystem::path &file) {
    const auto content = read_file(file.string());
    if (!content)
        return loader::refuse(loader::LoadErrorKind::not_pe,
                              fmt::format("cannot be read: {}", std::strerror(content.error())));
    auto pe = loader::PeFile::parse(content->span());
    if (!pe)
        return std::unexpected(pe.error());
    ImageResolver resolver(
        kernel_,
        [this](std::string_view module) -> loader::Image * {
            for (const Loaded &loaded : loaded_)
                if (!loaded.gone && loaded.image->name().size() == module.size() &&
                    strncasecmp(loaded.image->name().data(), module.data(), module.size()) == 0)
                    return loaded.image.get();
            return nullptr;
        },
        counts_calls_ ? &call_counts_ : nullptr);
    loader::LoadOptions options;
    options.name = file.filename().string();
    options.path = std::filesystem::absolute(file).string();
    options.security_cookie = kernel_.random("security cookie");
    options.missing = missing_import;
    options.sanitizer_report = report_sanitizer_error;
    options.user_shared_data = kernel_.shared_data().trapping_page();
    options.guard = guard_hooks();
    auto image = loader::Image::load(*pe, *memory_, resolver, std::move(options));
    if (!image)
        return std::unexpected(image.error());
    kernel_.memory().label((*image)->base(), (*image)->name());
    index_.add(**image);
    loaded_.push_back({std::move(*image), resolver.used()});
    return loaded_.back().image.get();
}

bool DriverImages::has_pending_objects(loader::Image &image) {
    const std::span<const std::byte> range(image.base(), image.size());
    return ke::has_pending_in(kernel_.scheduler(), range) ||
           kernel_.executive().work_queues().have_item_in(range);
}

void DriverImages::unload(loader::Image &image) {
    for (Loaded &loaded : loaded_)
        if (loaded.image.get() == &image)
            loaded.gone = true;
    unmap_unused();
}

void DriverImages::unmap_unused() {
    const auto unused = [this](const Loaded &candidate) {
        return candidate.gone && std::ranges::none_of(loaded_, [&](const Loaded &other) {
                   return std::ranges::find(other.uses, candidate.image.get()) != other.uses.end();
               });
    };
    for (auto found = std::ranges::find_if(loaded_, unused); found != loaded_.end();
         found = std::ranges::find_if(loaded_, unused)) {
        loader::Image &image = *found->image;
        kernel_.memory().label(image.base(), "unloaded " + image.name());
        index_.remove(image);
        {
            ke::HostLockGuard guard(symbolized_lock_);
            symbolized_.clear();
        }
        if (has_pending_objects(image))
            memory_->keep_data(image);
        loaded_.erase(found);
    }
}

std::string DriverImages::name_of(const void *address) const {
    const loader::Image *image = index_.find(reinterpret_cast<std::uint64_t>(address));
    if (image == nullptr)
        return {};
    return fmt::format("{}+{:#x}", image->name(), image->rva_of(address));
}

std::vector<loader::SymbolizedFrame>
DriverImages::symbolize(std::span<const std::uint64_t> addresses) const {
    std::vector<loader::SymbolizedFrame> frames(addresses.size());
    std::vector<std::uint64_t> unknown;
    std::vector<std::size_t> places;
    {
        ke::HostLockGuard guard(symbolized_lock_);
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            if (auto found = symbolized_.find(addresses[i]); found != symbolized_.end()) {
                frames[i] = found->second;
            } else {
                unknown.push_back(addresses[i]);
                places.push_back(i);
            }
        }
    }
    auto found = loader::Symbolizer().symbolize(index_, unknown, true);
    ke::HostLockGuard guard(symbolized_lock_);
    for (std::size_t i = 0; i < found.size(); ++i) {
        symbolized_.emplace(unknown[i], found[i]);
        frames[places[i]] = std::move(found[i]);
    }
    return frames;
}

} // namespace ksbox::box
