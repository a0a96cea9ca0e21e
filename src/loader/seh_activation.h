// The trace that the dispatcher leaves on the stack under each call into a driver's handler, filter
// or termination handler. An exception inside such a call must look past the runtime's own frames,
// and this says where the driver's frames go on.
#pragma once

#include "loader/unwind.h"

namespace ksbox::loader {

struct SehActivation {
    enum class Phase : std::uint32_t { search, unwind, consolidated };
    Phase phase;
    /// Search: the exception being dispatched. Driver frames go on where it was raised.
    /// Consolidated: the frame that an unwind has reached. Driver frames go on in it.
    Context *exception;
    /// The frame whose handler is running. Unwind: driver frames go on there, from its scope index.
    DispatcherContext *dispatcher;
};

/// What the runtime keeps behind DISPATCHER_CONTEXT::HistoryTable, after the fields of Windows's
/// UNWIND_HISTORY_TABLE: how __C_specific_handler finds the box's images again.
struct UnwindHistory {
    std::array<std::byte, 216> table{};
    static constexpr std::uint64_t expected_mark = 0x6b73'626f'785f'7365;
    std::uint64_t mark = expected_mark;
    const UnwindEnvironment *environment = nullptr;
    bool unwind_failed = false;

    /// Null if `dispatcher` was not made by this runtime.
    static UnwindHistory *of(const DispatcherContext &dispatcher) {
        auto *history = static_cast<UnwindHistory *>(dispatcher.history);
        return history && history->mark == expected_mark ? history : nullptr;
    }
};

/// Whether the exception is the fetch of an instruction at an address without code: the innermost
/// frame is then the one that called there.
[[nodiscard]] inline bool is_wild_call(const ExceptionRecord &record, const Context &context) {
    constexpr std::uint32_t status_access_violation = 0xc0000005;
    return record.code == status_access_violation && record.parameter_count >= 2 &&
           record.parameters[1] == context.rip;
}

/// If `context` stands just after a call made by ksbox_seh_call: its activation, else null.
[[nodiscard]] const SehActivation *seh_activation_at(const UnwindEnvironment &environment,
                                                     const Context &context);

} // namespace ksbox::loader

extern "C" {
/// Calls `function` (ms_abi, up to four integer arguments) with an activation on the stack.
std::uint64_t ksbox_seh_call(const void *function, std::uint64_t a1, std::uint64_t a2,
                             std::uint64_t a3, std::uint64_t a4,
                             const ksbox::loader::SehActivation *activation);
extern const char ksbox_seh_call_return[];
}
