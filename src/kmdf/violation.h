// Misuse of the framework by a driver: bug check WDF_VIOLATION, in words.
// @doc debugger/bug-check-0x10d---wdf-violation
#pragma once

#include <cstdint>
#include <string>

namespace ksbox::kmdf {

/// The bug check's first parameter.
enum class Violation : std::uint32_t {
    lock_held = 2,
    verifier = 3,
    null_parameter = 4,
    invalid_handle = 5,
    request = 6,
    object = 7,
    lock_operation = 0xB,
    api_unavailable = 0x10,
};

[[noreturn]] void violation(Violation what, std::uint64_t second, std::uint64_t third,
                            const std::string &sentence);
[[noreturn]] void violation(Violation what, const void *subject, const std::string &sentence);

/// Stops the driver when a parameter that its function's page requires is null.
void require_parameter(const void *value, const char *function, const char *parameter);

} // namespace ksbox::kmdf
