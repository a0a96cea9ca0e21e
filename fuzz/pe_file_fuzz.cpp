// Any bytes as a driver file: parsed, judged, and if it passes, loaded and unwound in. The driver's
// code never runs.
#include "loader/image.h"
#include "loader/unwind.h"

#include <cstring>

namespace {

using namespace ksbox::loader;

KSBOX_MS_ABI void on_missing(const ImportRecord *) {}

class Nobody : public SymbolResolver {
  public:
    const void *resolve(std::string_view, std::string_view) override { return nullptr; }
    const void *resolve(std::string_view, std::uint16_t) override { return nullptr; }
};

/// Unwinds from some addresses of every function, over a stack of numbers.
void unwind_everywhere(const Image &image) {
    ImageIndex index;
    index.add(image);
    static std::array<std::uint64_t, 1024> stack;
    for (std::size_t i = 0; i < stack.size(); ++i)
        stack[i] = reinterpret_cast<std::uint64_t>(image.base()) + i * 16;
    const UnwindEnvironment environment{
        .images = &index,
        .stack_low = reinterpret_cast<std::uint64_t>(stack.data()),
        .stack_high = reinterpret_cast<std::uint64_t>(stack.data() + stack.size())};
    for (const pe::RuntimeFunction &function :
         image.functions().first(std::min<std::size_t>(image.functions().size(), 64))) {
        for (const std::uint32_t offset : {0u, 1u, 4u, 9u, 30u}) {
            Context context{};
            context.gpr.fill(environment.stack_low + 256);
            context.rip = reinterpret_cast<std::uint64_t>(image.base()) + function.begin_rva +
                          std::min(offset, function.end_rva - function.begin_rva - 1);
            for (int depth = 0; depth < 16; ++depth)
                if (!unwind_frame(environment, context, HandlerKind::exception))
                    break;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto file = PeFile::parse(std::as_bytes(std::span(data, size)));
    constexpr std::uint32_t small_image = 16u << 20;
    if (!file || !file->check_loadable() || file->headers().image_size > small_image)
        return 0;
    AnonymousImageMemory memory;
    Nobody nobody;
    const auto image =
        Image::load(*file, memory, nobody,
                    {.name = "fuzz.sys", .path = {}, .security_cookie = 1, .missing = on_missing});
    if (!image)
        return 0;
    (void)(*image)->locate((*image)->base() + (*image)->size() - 1);
    (void)(*image)->find_export("DriverEntry");
    unwind_everywhere(**image);
    return 0;
}
