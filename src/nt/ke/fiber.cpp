#include "nt/ke/fiber.h"

#include <boost/context/detail/fcontext.hpp>
#include <cxxabi.h>

#include "base/sanitizer.h"

namespace ksbox::ke {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

Fiber::~Fiber() {
#if KSBOX_TSAN
    if (owns_tsan_fiber_)
        __tsan_destroy_fiber(tsan_fiber_);
#endif
}

// Runs on the stack that has just been switched to: finishes what switch_from() began.
void Fiber::arrive(Fiber &here) {
#if KSBOX_ASAN
    const void *bottom = nullptr;
    std::size_t bytes = 0;
    __sanitizer_finish_switch_fiber(here.fake_stack_, &bottom, &bytes);
    if (here.came_from_ != nullptr) {
        here.came_from_->stack_bottom_ = bottom;
        here.came_from_->stack_bytes_ = bytes;
    }
#endif
    *reinterpret_cast<ExceptionGlobals *>(abi::__cxa_get_globals()) = here.exceptions_;
}

void Fiber::prepare(std::byte *base, std::size_t bytes, void (*entry)(void *), void *argument) {
    stack_bottom_ = base;
    stack_bytes_ = bytes;
    entry_ = entry;
    argument_ = argument;
    context_ = make_fcontext(base + bytes, bytes, [](transfer_t transfer) {
        auto *self = static_cast<Fiber *>(transfer.data);
        self->came_from_->context_ = transfer.fctx;
        arrive(*self);
        self->entry_(self->argument_);
        __builtin_trap();
    });
#if KSBOX_TSAN
    if (owns_tsan_fiber_)
        __tsan_destroy_fiber(tsan_fiber_);
    tsan_fiber_ = __tsan_create_fiber(0);
    owns_tsan_fiber_ = true;
#endif
}

void Fiber::switch_from(Fiber &from, bool forever) {
    from.exceptions_ = *reinterpret_cast<ExceptionGlobals *>(abi::__cxa_get_globals());
    came_from_ = &from;
#if KSBOX_TSAN
    if (from.tsan_fiber_ == nullptr)
        from.tsan_fiber_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(tsan_fiber_, 0);
#endif
#if KSBOX_ASAN
    __sanitizer_start_switch_fiber(forever ? nullptr : &from.fake_stack_, stack_bottom_,
                                   stack_bytes_);
#endif
    transfer_t transfer = jump_fcontext(context_, this);
    // Back on `from`, whoever switched here: its own context is what it handed over.
    from.came_from_->context_ = transfer.fctx;
    arrive(from);
}

} // namespace ksbox::ke

#if KSBOX_ASAN
// Locals stay on the fiber's own stack. On ASan's separate stacks for them, the frames of a frozen
// thread would vanish with the fiber, and what they own would count as leaked.
extern "C" const char *__asan_default_options() {
    return "detect_stack_use_after_return=0";
}
#endif
