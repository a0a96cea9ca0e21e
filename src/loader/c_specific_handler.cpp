// The language handler behind __try: walks the scope table that the compiler put after it.
#include "loader/seh.h"
#include "loader/seh_activation.h"

#include <cstring>
#include <span>

namespace ksbox::loader {

namespace {

/// One __try. `target` is 0 for __finally, whose code is `handler`; otherwise `handler` is the
/// filter (or the constant 1 for EXCEPTION_EXECUTE_HANDLER) and `target` the __except block.
struct Scope {
    std::uint32_t begin, end, handler, target;

    [[nodiscard]] bool contains(std::uint64_t rva) const { return rva >= begin && rva < end; }
    [[nodiscard]] bool is_finally() const { return target == 0; }
};

constexpr std::uint32_t constant_execute_handler = 1;

/// A copy on the stack would need a bound; the table is read in place, in the image.
std::span<const Scope> scope_table(const DispatcherContext &dispatcher) {
    std::uint32_t count;
    std::memcpy(&count, dispatcher.handler_data, sizeof(count));
    const auto *first = static_cast<const std::byte *>(dispatcher.handler_data) + sizeof(count);
    return {reinterpret_cast<const Scope *>(first), count};
}

const void *code_at(const DispatcherContext &dispatcher, std::uint32_t rva) {
    return reinterpret_cast<const void *>(dispatcher.image_base + rva);
}

/// The filter's value: negative continues execution, 0 searches on, positive takes the exception.
int run_filter(const Scope &scope, ExceptionPointers &pointers, std::uint64_t frame,
               DispatcherContext &dispatcher) {
    if (scope.handler == constant_execute_handler)
        return 1;
    const SehActivation activation{SehActivation::Phase::search, pointers.context, &dispatcher};
    return static_cast<int>(ksbox_seh_call(code_at(dispatcher, scope.handler),
                                           reinterpret_cast<std::uint64_t>(&pointers), frame, 0, 0,
                                           &activation));
}

Disposition search(ExceptionRecord &record, std::uint64_t frame, Context &context,
                   DispatcherContext &dispatcher) {
    const std::uint64_t rva = dispatcher.control_pc - dispatcher.image_base;
    const auto scopes = scope_table(dispatcher);
    ExceptionPointers pointers{&record, &context};
    for (std::size_t i = dispatcher.scope_index; i < scopes.size(); ++i) {
        const Scope &scope = scopes[i];
        if (!scope.contains(rva) || scope.is_finally())
            continue;
        const int answer = run_filter(scope, pointers, frame, dispatcher);
        if (answer < 0)
            return Disposition::continue_execution;
        if (answer == 0)
            continue;
        // The __except block reads GetExceptionCode from rax.
        UnwindHistory *history = UnwindHistory::of(dispatcher);
        if (!history)
            return Disposition::continue_search;
        unwind_to_frame(*history->environment, frame, dispatcher.image_base + scope.target, &record,
                        record.code, context);
        history->unwind_failed = true; // it came back: the dispatcher gives up
        return Disposition::continue_search;
    }
    return Disposition::continue_search;
}

/// Whether a jump to `target` stays inside the same __try, whose __finally then must not run.
bool leaves(const Scope &scope, std::span<const Scope> scopes, std::uint64_t target) {
    for (const Scope &other : scopes)
        if (other.contains(target) && other.handler == scope.handler &&
            other.target == scope.target)
            return false;
    return true;
}

Disposition unwind(const ExceptionRecord &record, std::uint64_t frame,
                   DispatcherContext &dispatcher) {
    const std::uint64_t rva = dispatcher.control_pc - dispatcher.image_base;
    const std::uint64_t target = dispatcher.target_ip - dispatcher.image_base;
    const bool in_target_frame = record.flags & exception_target_unwind;
    const auto scopes = scope_table(dispatcher);
    while (dispatcher.scope_index < scopes.size()) {
        // Stored before the call: if the handler raises, it is not run a second time.
        const Scope &scope = scopes[dispatcher.scope_index++];
        if (!scope.contains(rva))
            continue;
        if (in_target_frame && !leaves(scope, scopes, target))
            break;
        if (!scope.is_finally()) {
            if (in_target_frame && scope.target == target)
                break; // the __except that took the exception: what encloses it stays
            continue;
        }
        const SehActivation activation{SehActivation::Phase::unwind, nullptr, &dispatcher};
        constexpr std::uint64_t abnormal_termination = 1;
        ksbox_seh_call(code_at(dispatcher, scope.handler), abnormal_termination, frame, 0, 0,
                       &activation);
    }
    return Disposition::continue_search;
}

} // namespace

Disposition c_specific_handler(ExceptionRecord *record, void *establisher_frame, Context *context,
                               DispatcherContext *dispatcher) {
    const auto frame = reinterpret_cast<std::uint64_t>(establisher_frame);
    if (record->flags & (exception_unwinding | exception_exit_unwind))
        return unwind(*record, frame, *dispatcher);
    return search(*record, frame, *context, *dispatcher);
}

} // namespace ksbox::loader
