// Exports are data: what a module offers to drivers, how complete it is, and the page
// it follows. Every `*_exports.cpp` ends with a table of these; the loader binds imports from them.
#pragma once

#include <cstdint>

namespace ksbox {

/// Whether F is a function type, or a pointer to one, with Microsoft's x64 calling convention.
template <typename F> inline constexpr bool is_ms_abi_v = false;
template <typename R, typename... A>
inline constexpr bool is_ms_abi_v<R __attribute__((ms_abi)) (A...)> = true;
template <typename R, typename... A>
inline constexpr bool is_ms_abi_v<R __attribute__((ms_abi)) (A...) noexcept> = true;
template <typename R, typename... A>
inline constexpr bool is_ms_abi_v<R __attribute__((ms_abi)) (A..., ...)> = true;
template <typename R, typename... A>
inline constexpr bool is_ms_abi_v<R __attribute__((ms_abi)) (A..., ...) noexcept> = true;
template <typename R, typename... A>
inline constexpr bool is_ms_abi_v<R __attribute__((ms_abi, noreturn)) (A...)> = true;
template <typename F> inline constexpr bool is_ms_abi_v<F *> = is_ms_abi_v<F>;
template <typename F> inline constexpr bool is_ms_abi_v<F *const> = is_ms_abi_v<F>;

/// Put beside every place that stores a driver's callback:
/// `KS_ASSERT_MS_ABI(PDRIVER_UNLOAD);`
#define KS_ASSERT_MS_ABI(...)                                                                      \
    static_assert(::ksbox::is_ms_abi_v<__VA_ARGS__>, #__VA_ARGS__ " is not ms_abi")

enum class ExportState : std::uint8_t {
    done,    ///< behaves as its page says, and a driver-side test calls it
    partial, ///< some documented cases fail loudly
    stub     ///< calling it stops the driver with the function's name
};

/// One name that a driver can import.
struct Export {
    const char *name;
    const void *address; ///< null for a stub: the loader makes one that names the function
    ExportState state;
    const char *page; ///< documentation page, "NF:wdm.IoCreateDevice"; "" where none exists
    bool is_data;     ///< the address is that of an object (IoFileObjectType), not of code
};

namespace detail {
template <auto Function> const void *code_address() {
    static_assert(is_ms_abi_v<decltype(Function)>, "an export must be ms_abi (NTAPI)");
    return reinterpret_cast<const void *>(Function);
}
} // namespace detail

/// An export complete as documented. Function is a pointer to an ms_abi function.
template <auto Function> Export done(const char *name, const char *page) {
    return {name, detail::code_address<Function>(), ExportState::done, page, false};
}

/// An export whose missing cases fail loudly.
template <auto Function> Export partial(const char *name, const char *page) {
    return {name, detail::code_address<Function>(), ExportState::partial, page, false};
}

/// Code that C++ cannot name with an ms_abi type (assembly).
inline Export done_raw(const char *name, const void *code, const char *page) {
    return {name, code, ExportState::done, page, false};
}

/// An exported object. Drivers see its address.
inline Export data(const char *name, const void *object, const char *page = "") {
    return {name, object, ExportState::done, page, true};
}

/// A known name without an implementation.
constexpr Export stub(const char *name, const char *page) {
    return {name, nullptr, ExportState::stub, page, false};
}

} // namespace ksbox
