#include "nt/call_driver.h"

#include <fmt/format.h>

#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox {

namespace {

// Calls are many and rarely traced to a file: what that needs is kept out of their way.
[[gnu::noinline, gnu::cold]] void trace_enter(Kernel &kernel, const DriverCall &call) {
    kernel.trace().event("callback", {{"name", std::string_view(call.callback)},
                                      {"target", TracedAddress{call.target}},
                                      {"object", TracedAddress{call.object}},
                                      {"irql", std::uint64_t(call.irql)}});
}

[[gnu::noinline, gnu::cold]] void trace_leave(Kernel &kernel, const DriverCall &call,
                                              std::uint64_t result) {
    kernel.trace().event("return", {{"name", std::string_view(call.callback)},
                                    {"result", std::uint64_t(std::uint32_t(result))}});
}

[[noreturn, gnu::noinline, gnu::cold]] void irql_changed(const DriverCall &call, KIRQL irql) {
    bug_check(0xC8 /* IRQL_UNEXPECTED_VALUE */,
              (std::uint64_t(irql) << 16) | (std::uint64_t(call.irql) << 8), 0,
              reinterpret_cast<std::uint64_t>(call.target), 0,
              fmt::format("{} was called at IRQL {} and returned at IRQL {}", call.callback,
                          call.irql, irql));
}

} // namespace

void enter_driver(DriverCall &call) noexcept {
    ke::Thread &thread = ke::current_thread();
    Kernel &kernel = thread.kernel;
    call.irql = thread.irql;
    call.outer = thread.calls;
    thread.calls = &call;
    kernel.scheduler().point(ke::Point::call);
    call.entered_100ns = kernel.scheduler().peek_time();
    if (kernel.trace().to_file())
        trace_enter(kernel, call);
}

void leave_driver(DriverCall &call, std::uint64_t result) noexcept {
    ke::Thread &thread = ke::current_thread();
    Kernel &kernel = thread.kernel;
    if (thread.irql != call.irql)
        irql_changed(call, thread.irql);
    thread.calls = call.outer;
    if (kernel.trace().to_file())
        trace_leave(kernel, call, result);
    kernel.scheduler().point(ke::Point::call);
}

} // namespace ksbox
