// What clients get while memory is short: each allocation that some work needs fails in turn.
#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "ksbox/box.h"
#include "support/status.h"

namespace ksbox::testing {

/// Whether an NTSTATUS, HRESULT or Win32 code says that memory is short.
inline bool says_no_memory(std::uint32_t code) {
    constexpr std::uint32_t no_system_resources = 1450; // ERROR_NO_SYSTEM_RESOURCES
    return code == status::insufficient_resources || code == no_system_resources ||
           code == 0x8007'0000 + no_system_resources;
}

/// Does the work with its first, second … allocation of pool failing, until it needs no more. The
/// work answers the code that the client got; that must be the usual one, or says_no_memory().
/// Returns how often it was the latter. The box is simulated: nobody else allocates meanwhile.
inline unsigned refused_without_memory(Box &box, const std::function<std::uint32_t()> &work) {
    const auto guarded = [&work] {
        try {
            return work();
        } catch (const BoxStopped &) {
            throw;
        } catch (const Error &error) {
            return error.code();
        }
    };
    const std::uint32_t usual = guarded();
    unsigned refused = 0;
    for (std::uint64_t number = 1;; ++number) {
        box.fail_allocation(number);
        const std::uint32_t code = guarded();
        const std::string failed = box.failed_allocation();
        box.fail_allocation(0);
        if (failed.empty()) {
            EXPECT_EQ(code, usual);
            return refused;
        }
        EXPECT_TRUE(code == usual || says_no_memory(code))
            << std::hex << code << " in place of " << usual << std::dec << ", allocation " << number
            << ": " << failed;
        refused += says_no_memory(code);
    }
}

} // namespace ksbox::testing
