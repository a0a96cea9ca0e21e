#include "loader/sanitizer_bindings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>

namespace ksbox::loader {

namespace {

constexpr std::string_view sanitizer_module = "ksbox_sanitizer.sys";

/// A family of imports. The probe is a function that every host with that runtime has.
struct Family {
    std::string_view prefix;
    const char *probe;
    std::string_view name;
    std::string_view preset;
};
constexpr std::array families = {
    Family{"__asan_", "__asan_init", "AddressSanitizer", "asan"},
    Family{"__ubsan_", "__ubsan_handle_add_overflow", "UndefinedBehaviorSanitizer", "asan"},
    Family{"__tsan_", "__tsan_init", "ThreadSanitizer", "tsan"},
};

/// As clang lays it out since version 8 of the interface.
struct SanitizedGlobal {
    std::uint64_t address, size, size_with_red_zone, name, module_name, dynamic_initialiser,
        padding, odr_indicator;
};
static_assert(sizeof(SanitizedGlobal) == 64);

/// What the runtime takes for granted, and ends the process without.
__attribute__((no_sanitize("address"))) bool is_sound(const SanitizedGlobal &global,
                                                      std::span<const std::byte> image) {
    constexpr std::uint64_t granule = 8;
    const auto inside = [&](std::uint64_t address, std::uint64_t size) {
        const std::uint64_t offset = address - reinterpret_cast<std::uintptr_t>(image.data());
        return offset <= image.size() && image.size() - offset >= size;
    };
    return global.address % granule == 0 && global.size_with_red_zone % granule == 0 &&
           global.size <= global.size_with_red_zone &&
           inside(global.address, global.size_with_red_zone) && inside(global.name, 1) &&
           inside(global.module_name, 1);
}

/// Stands for libFuzzer's functions in a process without it: nobody wants to know then.
void ignore_coverage() {}

using GlobalsFunction = void (*)(SanitizedGlobal *first, std::uintptr_t count);

/// Not checked itself: a runtime poisons the descriptions of the globals it has registered.
__attribute__((no_sanitize("address"))) void for_each_global(std::span<std::byte> section,
                                                             std::span<const std::byte> image,
                                                             const char *function) {
    const auto apply = reinterpret_cast<GlobalsFunction>(dlsym(RTLD_DEFAULT, function));
    if (!apply || reinterpret_cast<std::uintptr_t>(section.data()) % alignof(SanitizedGlobal) != 0)
        return;
    auto *globals = reinterpret_cast<SanitizedGlobal *>(section.data());
    for (std::size_t i = 0; i < section.size() / sizeof(SanitizedGlobal); ++i)
        if (is_sound(globals[i], image)) // the linker may leave gaps
            apply(&globals[i], 1);
}

/// Images are programs of their own, and the same one may be there twice: that their globals have
/// equal names breaks no rule. The value says so to the runtime.
void forget_odr_indicators(std::span<std::byte> section) {
    constexpr std::uint64_t none = ~std::uint64_t{0};
    for (std::size_t at = 0; at + sizeof(SanitizedGlobal) <= section.size();
         at += sizeof(SanitizedGlobal))
        std::memcpy(section.data() + at + offsetof(SanitizedGlobal, odr_indicator), &none,
                    sizeof(none));
}

} // namespace

bool is_sanitizer_module(std::string_view module) {
    return module == sanitizer_module;
}

SanitizerCall host_sanitizer_call(std::string_view name) {
    const auto find = [](std::string_view function) -> const void * {
        return dlsym(RTLD_DEFAULT, std::string(function).c_str());
    };
    SanitizerCall call{};
    call.target = find(name);
    if (call.target == nullptr && name.starts_with("__sanitizer_cov_"))
        call.target = reinterpret_cast<const void *>(ignore_coverage);
    if (!name.starts_with("__tsan_"))
        return call;
    if (name.starts_with("__tsan_atomic") && !name.ends_with("_fence"))
        call.touch = name.ends_with("_load") ? SanitizerTouch::read : SanitizerTouch::write;
    call.function_entry = find("__tsan_func_entry");
    call.function_exit = find("__tsan_func_exit");
    const bool access = name.starts_with("__tsan_read") || name.starts_with("__tsan_write");
    if (const void *variant = access ? find(std::string(name) + "_pc") : nullptr) {
        call.target = variant;
        call.kind = SanitizerCallKind::with_caller;
    } else if (name == "__tsan_func_entry") {
        call.kind = SanitizerCallKind::function_entry;
    } else if (name != "__tsan_func_exit" && name != "__tsan_init" && !name.ends_with("_pc")) {
        call.kind = SanitizerCallKind::inside_entry;
    }
    return call;
}

LoadResult<void> check_sanitizers(std::span<const ImportedModule> imports) {
    for (const ImportedModule &module : imports) {
        if (!is_sanitizer_module(module.name))
            continue;
        for (const Family &family : families) {
            const bool wanted = std::ranges::any_of(module.symbols, [&](const auto &symbol) {
                return symbol.name.starts_with(family.prefix);
            });
            if (wanted && !dlsym(RTLD_DEFAULT, family.probe))
                return refuse(LoadErrorKind::sanitizer,
                              fmt::format("this driver is built with {}; run it with a ksbox built "
                                          "with the {} preset",
                                          family.name, family.preset));
        }
    }
    return {};
}

void register_sanitized_globals(std::span<std::byte> section, std::span<const std::byte> image) {
    forget_odr_indicators(section);
    for_each_global(section, image, "__asan_register_globals");
}

void unregister_sanitized_globals(std::span<std::byte> section, std::span<std::byte> image) {
    for_each_global(section, image, "__asan_unregister_globals");
    using Unpoison = void (*)(const void *, std::size_t);
    const auto unpoison =
        reinterpret_cast<Unpoison>(dlsym(RTLD_DEFAULT, "__asan_unpoison_memory_region"));
    if (unpoison)
        unpoison(image.data(), image.size());
}

} // namespace ksbox::loader
