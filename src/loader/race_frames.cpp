// ThreadSanitizer's question about frames in driver code: sanitizer_call.S marks their addresses,
// and the runtime asks for their names while it reports. Built as symbolizer_server.cpp is, and for
// its reasons.
#include "loader/image.h"
#include "loader/sanitizer_bindings.h"
#include "loader/symbolizer_server.h"

namespace ksbox::loader {

namespace {

/// An instrumented image of this process, of whatever box: the runtime asks by address alone.
struct KnownImage {
    std::uint64_t base;
    std::uint64_t size;
    char name[64];
    char path[1024];
    KnownImage *next;
};
KnownImage *known_images = nullptr;
bool images_busy = false;

void lock_images() {
    while (__atomic_exchange_n(&images_busy, true, __ATOMIC_ACQUIRE)) {
    }
}

void unlock_images() {
    __atomic_store_n(&images_busy, false, __ATOMIC_RELEASE);
}

void copy_text(char *to, std::size_t room, const char *from) {
    for (; room > 1 && *from != '\0'; --room)
        *to++ = *from++;
    *to = '\0';
}

std::size_t length_of(const char *text) {
    std::size_t length = 0;
    while (text[length] != '\0')
        ++length;
    return length;
}

/// "name.sys!function", or "name.sys+0x1234".
void name_frame(char *to, std::size_t room, const char *image, const char *function,
                std::uint32_t rva) {
    copy_text(to, room, image);
    std::size_t used = length_of(to);
    if (function != nullptr) {
        copy_text(to + used, room - used, "!");
        used += length_of(to + used);
        copy_text(to + used, room - used, function);
        return;
    }
    copy_text(to + used, room - used, "+0x");
    used += length_of(to + used);
    for (int shift = 28; shift >= 0 && used + 1 < room; shift -= 4)
        if (rva >> shift != 0 || shift == 0)
            to[used++] = "0123456789abcdef"[rva >> shift & 15];
    to[used] = '\0';
}

using AddFrame = void (*)(void *context, const char *function, const char *file, int line,
                          int column);

void name_address(std::uint64_t address, AddFrame add_frame, void *context) {
    constexpr std::size_t most_lines = 8;
    ServedLine lines[most_lines];
    char name[400];
    lock_images();
    const KnownImage *image = known_images;
    while (image != nullptr && address - image->base >= image->size)
        image = image->next;
    if (image != nullptr) {
        const auto rva = static_cast<std::uint32_t>(address - image->base);
        const std::size_t count = ask_symbolizer_server(image->path, rva, lines, most_lines);
        for (std::size_t i = 0; i < count; ++i) {
            name_frame(name, sizeof name, image->name, lines[i].function, rva);
            add_frame(context, name, lines[i].file, lines[i].line, 0);
        }
        if (count == 0) {
            name_frame(name, sizeof name, image->name, nullptr, rva);
            add_frame(context, name, nullptr, 0, 0);
        }
    }
    unlock_images();
}

} // namespace

void remember_sanitized_image(const Image &image) {
    auto *known = new KnownImage;
    known->base = reinterpret_cast<std::uint64_t>(image.base());
    known->size = image.size();
    copy_text(known->name, sizeof known->name, image.name().c_str());
    copy_text(known->path, sizeof known->path, image.path().c_str());
    lock_images();
    known->next = known_images;
    known_images = known;
    unlock_images();
}

void forget_sanitized_image(const Image &image) {
    const auto base = reinterpret_cast<std::uint64_t>(image.base());
    lock_images();
    KnownImage **link = &known_images;
    while (*link != nullptr && (*link)->base != base)
        link = &(*link)->next;
    KnownImage *known = *link;
    if (known != nullptr)
        *link = known->next;
    unlock_images();
    delete known;
}

} // namespace ksbox::loader

/// The address has the mark that sanitizer_call.S sets. It returns from a call, which may be the
/// last thing of its line.
extern "C" void __tsan_symbolize_external_ex(std::uint64_t marked_address,
                                             ksbox::loader::AddFrame add_frame, void *context) {
    constexpr std::uint64_t mark = 1ull << 60;
    ksbox::loader::name_address((marked_address & ~mark) - 1, add_frame, context);
}
