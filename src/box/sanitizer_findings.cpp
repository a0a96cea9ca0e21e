#include "box/sanitizer_findings.h"

#include <algorithm>
#include <cstdio>

#include "base/sanitizer.h"
#include "box/driver_images.h"
#include "nt/ke/thread.h"
#include "nt/mm/pool.h"

namespace ksbox::box {

namespace {

constexpr std::size_t most_frames = 24;
constexpr std::size_t most_places = 1000; // a loop reports at the same few

void print_frames(const DriverImages &images, std::span<const std::uint64_t> stack,
                  const char *first, const char *others) {
    const char *relation = first;
    for (const loader::SymbolizedFrame &frame : images.symbolize(stack)) {
        if (frame.image.empty())
            continue;
        std::fprintf(stderr, "ksbox: %s %s\n", relation, frame.to_text().c_str());
        relation = others;
    }
}

void print_block(Kernel &kernel, const DriverImages &images) {
#if KSBOX_ASAN
    if (!__asan_report_present())
        return; // undefined behaviour
    const void *address = __asan_get_report_address();
    const std::string place = kernel.pool().describe(address);
    if (place.empty())
        return;
    std::fprintf(stderr, "ksbox: the address is %s\n", place.c_str());
    if (const auto misuse = kernel.pool().history(address)) {
        print_frames(images, misuse->allocated, "allocated by", "  called from");
        print_frames(images, misuse->freed, "freed by", "  called from");
    }
#endif
}

} // namespace

void SanitizerFindings::add(std::uint64_t return_address) {
    ke::HostLockGuard guard(lock_);
    if (places_.size() < most_places && std::ranges::find(places_, return_address) == places_.end())
        places_.push_back(return_address);
}

std::vector<std::uint64_t> SanitizerFindings::take(std::uint64_t begin, std::size_t bytes) {
    ke::HostLockGuard guard(lock_);
    std::vector<std::uint64_t> taken;
    std::erase_if(places_, [&](std::uint64_t place) {
        const bool inside = place - begin < bytes;
        if (inside)
            taken.push_back(place);
        return inside;
    });
    return taken;
}

void report_sanitizer_error(const loader::Image &, const loader::Context &driver) noexcept {
    ke::Thread *thread = ke::current_thread_or_null();
    if (thread == nullptr)
        return;
    Kernel &kernel = thread->kernel;
    const DriverImages &images = kernel.extension<DriverImages>();
    std::uint64_t stack[most_frames];
    const std::size_t frames =
        kernel.hooks.walk_stack(reinterpret_cast<const CONTEXT &>(driver), stack, most_frames);
    print_frames(images, std::span(stack, frames), "the sanitizer's error is in driver code at",
                 "  called from");
    print_block(kernel, images);
    kernel.extension<SanitizerFindings>().add(driver.rip);
}

} // namespace ksbox::box
