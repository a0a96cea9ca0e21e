// Stack switching: one primitive under both executors. A fiber is a suspended stack; switching
// carries the C++ exception globals, mxcsr and the x87 control word along and tells the sanitizers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ksbox::ke {

class Fiber {
  public:
    /// The native stack of the calling host thread, to be switched away from.
    Fiber() = default;
    Fiber(const Fiber &) = delete;
    Fiber &operator=(const Fiber &) = delete;
    ~Fiber();

    /// A stack [base, base + bytes) whose first switch enters entry(argument), which never returns.
    void prepare(std::byte *base, std::size_t bytes, void (*entry)(void *), void *argument);

    /// Suspends `from` (the running stack) and resumes this fiber; returns when somebody switches
    /// back. With `forever` the running stack is never resumed.
    void switch_from(Fiber &from, bool forever = false);

  private:
    static void arrive(Fiber &here);

    struct ExceptionGlobals {
        void *caught = nullptr;
        unsigned uncaught = 0;
    };
    void *context_ = nullptr;
    Fiber *came_from_ = nullptr;
    ExceptionGlobals exceptions_;
    const void *stack_bottom_ = nullptr;
    std::size_t stack_bytes_ = 0;
    void *fake_stack_ = nullptr;
    void *tsan_fiber_ = nullptr;
    bool owns_tsan_fiber_ = false;
    void (*entry_)(void *) = nullptr;
    void *argument_ = nullptr;
};

} // namespace ksbox::ke
