#include "host_drive.h"

#include "loader/child_output.h"
#include "loader/image.h"
#include "loader/sanitizer_bindings.h"
#include "loader/symbolizer.h"
#include "loader/symbolizer_server.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace ksbox::loader;

extern "C" {
void __asan_on_error();
void __ubsan_on_report();
void __tsan_symbolize_external_ex(std::uint64_t address,
                                  void (*add)(void *, const char *, const char *, int, int),
                                  void *context);
}

namespace {

KSBOX_MS_ABI void on_missing(const ImportRecord *) {}

class Nobody : public SymbolResolver {
  public:
    const void *resolve(std::string_view, std::string_view) override { return nullptr; }
    const void *resolve(std::string_view, std::uint16_t) override { return nullptr; }
};

void expect(bool condition, const char *what) {
    if (condition)
        return;
    std::fprintf(stderr, "host_drive: %s\n", what);
    std::abort();
}

void symbolize(const Image &image) {
    ImageIndex images;
    images.add(image);
    const auto base = reinterpret_cast<std::uint64_t>(image.base());
    std::array<std::uint64_t, 12> addresses{};
    for (std::size_t i = 0; i < addresses.size(); ++i)
        addresses[i] = base + 0x1000 + i * 0x40;
    addresses.back() = 16;
    for (const char *tool : {"", "/no/such/tool"})
        for (const SymbolizedFrame &frame : Symbolizer(tool).symbolize(images, addresses, true))
            (void)frame.to_text();
    images.remove(image);
    (void)child_output({"echo", "words"}, 5000);
    (void)child_output({"false"}, 5000);
    (void)child_output({"sleep", "9"}, 10);
    (void)child_output({"yes"}, 5000);
}

int reports;
void count_report(const Image &, const Context &driver) noexcept {
    expect(driver.rip == 0x1234, "the report's context is another frame's");
    ++reports;
}

/// As sanitizer_call.S leaves it on the stack.
struct SanitizerFrame {
    std::uint64_t own_rbp, mark;
    const SanitizerCall *call;
    std::uint64_t r15, r14, r13, r12, rdi, rsi, rbx, rbp, return_address;
};

__attribute__((no_sanitize("address"))) void report_from_driver(const Image &image) {
    SanitizerCall call{};
    call.image = &image;
    call.report = count_report;
    volatile SanitizerFrame frame{};
    frame.own_rbp = reinterpret_cast<std::uint64_t>(&frame.rbp);
    frame.mark = 0x6b73626f785f7361;
    frame.call = &call;
    frame.return_address = 0x1234;
    __asan_on_error();
    __ubsan_on_report();
    frame.mark = 0;
    expect(reports == 2, "a sanitizer's report did not find the driver's frame");
}

void add_frame(void *count, const char *, const char *, int, int) {
    ++*static_cast<int *>(count);
}

void sanitizers(const Image &image) {
    for (const char *name : {"__asan_load8", "__tsan_read8", "__tsan_write4", "__tsan_func_entry",
                             "__tsan_func_exit", "__tsan_init", "__tsan_read8_pc",
                             "__tsan_atomic32_load", "__tsan_atomic128_load", "__no_such_function"})
        (void)host_sanitizer_call(name);
    __asan_on_error(); // of the host's own: there is no driver's frame
    report_from_driver(image);
    remember_sanitized_image(image);
    const auto code = reinterpret_cast<std::uint64_t>(image.base()) + 0x1010;
    int frames = 0;
    __tsan_symbolize_external_ex(code, add_frame, &frames); // by offset: no child to ask yet
    expect(frames == 1, "an address was not named for ThreadSanitizer");
    start_symbolizer_server();
    start_symbolizer_server(); // the second does nothing
    __tsan_symbolize_external_ex(code, add_frame, &frames);
    expect(frames >= 2, "an address was not symbolised for ThreadSanitizer");
    forget_sanitized_image(image);
    frames = 0;
    __tsan_symbolize_external_ex(code, add_frame, &frames);
    __tsan_symbolize_external_ex(16, add_frame, &frames);
    expect(frames == 0, "an address outside every driver was named for ThreadSanitizer");
}

} // namespace

namespace ksbox::fuzz {

void drive_host_side(const char *path) {
    std::ifstream stream(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const auto file = PeFile::parse(std::as_bytes(std::span(bytes)));
    expect(file.has_value(), path);
    AnonymousImageMemory memory;
    Nobody nobody;
    const auto image = Image::load(*file, memory, nobody,
                                   {.name = "host.sys", .path = path, .missing = on_missing});
    expect(image.has_value(), path);
    symbolize(**image);
    sanitizers(**image);
    // More images than an index has room for at once.
    ImageIndex index;
    for (int i = 0; i < 40; ++i)
        index.add(**image);
    for (int i = 0; i < 70; ++i) {
        index.remove(**image);
        index.add(**image);
    }
}

} // namespace ksbox::fuzz
