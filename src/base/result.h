// Results inside the runtime: a value, or the NTSTATUS that says why not. Exports turn a Result
// into a status at the border; nothing here throws.
#pragma once

#include <cstdint>
#include <expected>
#include <utility>

namespace ksbox {

/// An NTSTATUS as a type of its own, so that it is never mistaken for a count or a Win32 code.
/// Severity is the top two bits: 0 success, 1 informational, 2 warning, 3 error.
class [[nodiscard]] Status {
  public:
    constexpr Status() = default;
    constexpr explicit Status(std::int32_t value) : value_(value) {}
    constexpr explicit Status(std::uint32_t value) : value_(static_cast<std::int32_t>(value)) {}
    [[nodiscard]] constexpr std::int32_t value() const { return value_; }
    [[nodiscard]] constexpr bool success() const { return value_ >= 0; }
    constexpr bool operator==(const Status &) const = default;

  private:
    std::int32_t value_ = 0;
};

/// A T, or the error (or warning) status that prevented it. STATUS_PENDING is an outcome, never
/// the error of a Result.
template <typename T> using Result = std::expected<T, Status>;

/// Shorthand for the error side: `return fail(STATUS_NO_MATCH);`
constexpr std::unexpected<Status> fail(std::int32_t status) {
    return std::unexpected(Status(status));
}
constexpr std::unexpected<Status> fail(Status status) {
    return std::unexpected(status);
}

} // namespace ksbox

/// Evaluates a Result; on error returns it from the enclosing function, else yields the value.
#define KS_TRY(expression)                                                                         \
    ({                                                                                             \
        auto ks_try_result = (expression);                                                         \
        if (!ks_try_result)                                                                        \
            return std::unexpected(ks_try_result.error());                                         \
        *std::move(ks_try_result);                                                                 \
    })

/// As KS_TRY for a Result<void>.
#define KS_CHECK(expression)                                                                       \
    do {                                                                                           \
        if (auto ks_check_result = (expression); !ks_check_result)                                 \
            return std::unexpected(ks_check_result.error());                                       \
    } while (false)
