// What a DDI's page says about the highest IRQL it may be called at, enforced: a driver that calls
// above it is stopped, with the function's name.
#pragma once

#include "abi/windows.h"

#include <string>

#include "nt/ke/bug_check.h"
#include "nt/ke/thread.h"

namespace ksbox {

/// Bug check IRQL_NOT_LESS_OR_EQUAL when the current thread is above `highest`.
inline void require_irql(KIRQL highest, const char *function) {
    const KIRQL irql = ke::current_thread().irql;
    if (irql <= highest)
        return;
    constexpr ULONG irql_not_less_or_equal = 0xa;
    bug_check(irql_not_less_or_equal, 0, irql, 0, 0,
              std::string(function) + " was called at IRQL " + std::to_string(irql) +
                  "; it may be called up to " + std::to_string(highest));
}

} // namespace ksbox
