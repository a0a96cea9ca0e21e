// The language handler behind __try: walks the scope table that the compiler put after it.
#include "loader/raise_exports.h"
#include "loader/seh.h"
#include "loader/seh_activation.h"

#include <cstring>

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

/// A frame's scopes, as far as they and what they name lie in the frame's image.
class ScopeTable {
  public:
    explicit ScopeTable(const DispatcherContext &dispatcher) {
        const UnwindHistory *history = UnwindHistory::of(dispatcher);
        const UnwindEnvironment environment =
            history ? *history->environment : raise_seam::current_environment();
        image_ = environment.images->find(dispatcher.image_base);
        if (!image_ || !image_->contains(dispatcher.handler_data))
            return;
        const std::uint32_t table = image_->rva_of(dispatcher.handler_data);
        const std::byte *head = image_->readable(table, sizeof(count_));
        std::uint32_t count = 0;
        if (head)
            std::memcpy(&count, head, sizeof(count));
        if (count == 0 || count > longest_table)
            return;
        first_ = image_->readable(table + sizeof(count), count * std::uint32_t{sizeof(Scope)});
        count_ = first_ ? count : 0;
    }

    [[nodiscard]] std::uint32_t size() const { return count_; }
    /// A scope whose code is not in the image is an empty one.
    [[nodiscard]] Scope operator[](std::size_t index) const {
        Scope scope;
        std::memcpy(&scope, first_ + index * sizeof(Scope), sizeof(scope));
        const bool constant = !scope.is_finally() && scope.handler == constant_execute_handler;
        if ((!constant && !image_->readable(scope.handler, 1)) ||
            (!scope.is_finally() && !image_->readable(scope.target, 1)))
            return {};
        return scope;
    }

  private:
    static constexpr std::uint32_t longest_table = 1u << 16; // as many as a function's codes allow
    const Image *image_ = nullptr;
    const std::byte *first_ = nullptr;
    std::uint32_t count_ = 0;
};

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
    const ScopeTable scopes(dispatcher);
    ExceptionPointers pointers{&record, &context};
    for (std::size_t i = dispatcher.scope_index; i < scopes.size(); ++i) {
        const Scope scope = scopes[i];
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
bool leaves(const Scope &scope, const ScopeTable &scopes, std::uint64_t target) {
    for (std::uint32_t i = 0; i < scopes.size(); ++i) {
        const Scope other = scopes[i];
        if (other.contains(target) && other.handler == scope.handler &&
            other.target == scope.target)
            return false;
    }
    return true;
}

/// The scope whose __except block is the target, or the table's size. All that lies within its
/// __try is left, whatever the ranges say: after a call that does not return, clang has the block
/// begin at the last address that it counts as part of the __try.
std::uint32_t handling_scope(const ScopeTable &scopes, std::uint32_t first, std::uint64_t rva,
                             std::uint64_t target) {
    for (std::uint32_t i = first; i < scopes.size(); ++i) {
        const Scope scope = scopes[i];
        if (scope.contains(rva) && !scope.is_finally() && scope.target == target)
            return i;
    }
    return scopes.size();
}

Disposition unwind(const ExceptionRecord &record, std::uint64_t frame,
                   DispatcherContext &dispatcher) {
    const std::uint64_t rva = dispatcher.control_pc - dispatcher.image_base;
    const std::uint64_t target = dispatcher.target_ip - dispatcher.image_base;
    const bool in_target_frame = record.flags & exception_target_unwind;
    const ScopeTable scopes(dispatcher);
    const std::uint32_t handling = in_target_frame
                                       ? handling_scope(scopes, dispatcher.scope_index, rva, target)
                                       : scopes.size();
    while (dispatcher.scope_index < handling) { // what encloses the handling scope stays
        // Stored before the call: if the handler raises, it is not run a second time.
        const Scope scope = scopes[dispatcher.scope_index++];
        if (!scope.contains(rva))
            continue;
        if (in_target_frame && handling == scopes.size() && !leaves(scope, scopes, target))
            break;
        if (!scope.is_finally())
            continue;
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
