// Why a file cannot be read or run: one sentence for a person, and a kind for code and tests.
#pragma once

#include <expected>
#include <string>

namespace ksbox::loader {

enum class LoadErrorKind {
    not_pe,        ///< no PE headers at all
    truncated,     ///< headers or sections lie beyond the end of the file
    malformed,     ///< headers contradict themselves, or a table the loader needs is damaged
    wrong_machine, ///< x86, ARM64, …
    not_a_driver,  ///< a user-mode DLL or program
    unsupported,   ///< a feature of the format that ksbox does not run
    sanitizer,     ///< the driver is instrumented for a runtime this process does not have
    no_memory,     ///< the system window has no room
};

/// `message` is one clause without the file's name and without a full stop.
struct LoadError {
    LoadErrorKind kind;
    std::string message;
};

template <typename T> using LoadResult = std::expected<T, LoadError>;

inline std::unexpected<LoadError> refuse(LoadErrorKind kind, std::string message) {
    return std::unexpected(LoadError{kind, std::move(message)});
}

} // namespace ksbox::loader
