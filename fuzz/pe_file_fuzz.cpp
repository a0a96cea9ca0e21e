// Any bytes as a driver file: parsed, judged, and if it passes, loaded with some of its imports
// bound, looked up in and unwound in. None of the driver's code runs.
// Covers: src/loader
#include "host_drive.h"
#include "loader/image.h"
#include "loader/shared_data_patch.h"
#include "loader/symbolizer.h"
#include "seh_drive.h"

#include <csetjmp>
#include <cstring>

namespace {

using namespace ksbox::loader;
using ksbox::fuzz::Choices;
using ksbox::fuzz::drive_exceptions;

KSBOX_MS_ABI void on_missing(const ImportRecord *) {}
KSBOX_MS_ABI void known() {}

/// Knows every other name.
class SomeNames : public SymbolResolver {
  public:
    const void *resolve(std::string_view, std::string_view name) override {
        return name.size() % 2 ? reinterpret_cast<const void *>(&known) : nullptr;
    }
    const void *resolve(std::string_view, std::uint16_t ordinal) override {
        return ordinal % 2 ? reinterpret_cast<const void *>(&known) : nullptr;
    }
    std::uint64_t *call_counter(std::string_view, std::string_view name) override {
        return name.size() % 3 == 0 ? &calls_ : nullptr;
    }

  private:
    std::uint64_t calls_ = 0;
};

jmp_buf refused;
bool allow_outside(const Image &, std::uint64_t address) noexcept {
    return address == reinterpret_cast<std::uint64_t>(&known);
}
void refuse(const Image &, const Context &, std::uint64_t) noexcept {
    longjmp(refused, 1);
}

std::uint64_t hash(const std::uint8_t *data, std::size_t size) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < size; ++i)
        value = (value ^ data[i]) * 0x100000001b3;
    return value;
}

/// Everything that `ksbox inspect` asks of a file, loadable or not.
void read_facts(const PeFile &file) {
    (void)file.headers().machine_name();
    (void)file.headers().subsystem_name();
    (void)file.carries_signature();
    if (file.pdb())
        (void)file.pdb()->file_name();
    for (const ImportedModule &module : file.imports())
        for (const ImportedSymbol &symbol : module.symbols)
            (void)symbol.display_name();
    for (const pe::DataDirectory &directory : file.headers().directories)
        (void)file.at(directory.rva, directory.size);
}

/// A pointer in the image, which may have described it as a red zone.
__attribute__((no_sanitize("address"))) const void *pointer_at(const std::byte *place) {
    return *reinterpret_cast<const void *const *>(place);
}

/// The image's own check of indirect calls, as its guarded code would call it.
void call_guard(const PeFile &file, const Image &image) {
    const auto &config = file.load_config();
    if (!config || !config->guard_check_pointer)
        return;
    for (const std::uint64_t other :
         {config->guard_dispatch_pointer, config->xfg_check_pointer, config->xfg_dispatch_pointer,
          config->xfg_table_dispatch_pointer})
        if (other - config->guard_check_pointer + 7 < 15)
            return; // one pointer over another
    const std::uint64_t slot = config->guard_check_pointer - file.headers().image_base;
    const std::byte *pointer = image.readable(static_cast<std::uint32_t>(slot), 8);
    if (!image.is_thunk(pointer_at(pointer)))
        return; // two pointers in one place
    auto *check = reinterpret_cast<void(KSBOX_MS_ABI *)(const void *)>(
        const_cast<void *>(pointer_at(pointer)));
    for (const void *target :
         {static_cast<const void *>(image.entry_point()), reinterpret_cast<const void *>(&known),
          static_cast<const void *>(image.base())})
        if (setjmp(refused) == 0)
            check(target);
}

void look_up(const Image &image, Choices &choices) {
    for (int i = 0; i < 16; ++i)
        (void)image.locate(image.base() + choices.below(image.size()));
    (void)image.find_export("DriverEntry");
    (void)image.find_export_ordinal(1);
    (void)image.find_export_ordinal(7);
    (void)image.may_be_called(image.base() + choices.below(image.size()));
    (void)image.security_cookie();
    ImageIndex index;
    index.add(image);
    const std::array addresses = {reinterpret_cast<std::uint64_t>(image.base()) +
                                      choices.below(image.size()),
                                  std::uint64_t{16}};
    for (const SymbolizedFrame &frame : Symbolizer("/no/such/tool").symbolize(index, addresses))
        (void)frame.to_text();
    index.remove(image);
    for (const SymbolizedFrame &frame : Symbolizer("/no/such/tool").symbolize(index, addresses))
        (void)frame.to_text();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const bool once = (ksbox::fuzz::drive_host_side(KSBOX_FUZZ_IMAGES "/seh_O0.sys"), true);
    (void)once;
    const auto file = PeFile::parse(std::as_bytes(std::span(data, size)));
    if (!file)
        return 0;
    read_facts(*file);
    constexpr std::uint32_t small_image = 16u << 20;
    if (file->headers().image_size > small_image)
        return 0;
    alignas(4096) static std::array<std::byte, 4096> shared_page;
    AnonymousImageMemory memory;
    SomeNames names;
    const auto image = Image::load(*file, memory, names,
                                   {.name = "fuzz.sys",
                                    .path = {},
                                    .security_cookie = hash(data, size),
                                    .missing = on_missing,
                                    .user_shared_data = shared_page.data(),
                                    .guard = {.is_target = allow_outside, .failed = refuse}});
    if (!image)
        return 0;
    Choices choices(hash(data, size));
    look_up(**image, choices);
    call_guard(*file, **image);
    drive_exceptions(**image, choices);
    return 0;
}
