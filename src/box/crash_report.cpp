#include "box/crash_report.h"

#include <vector>

#include <fmt/format.h>

#include "box/driver_images.h"
#include "loader/symbolizer.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"
#include "nt/trace.h"

namespace ksbox::box {

namespace {

std::string registers_text(const ke::RegisterFacts &r) {
    return fmt::format("  rip {:016x}  rsp {:016x}  rbp {:016x}\n"
                       "  rax {:016x}  rbx {:016x}  rcx {:016x}\n"
                       "  rdx {:016x}  rsi {:016x}  rdi {:016x}\n"
                       "  r8  {:016x}  r9  {:016x}  r10 {:016x}\n"
                       "  r11 {:016x}  r12 {:016x}  r13 {:016x}\n"
                       "  r14 {:016x}  r15 {:016x}  eflags {:08x}\n",
                       r.rip, r.rsp, r.rbp, r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.r8, r.r9,
                       r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.eflags);
}

std::vector<loader::SymbolizedFrame> symbolized_stack(Kernel &kernel) {
    const ke::BugCheckFacts &facts = kernel.bug_check().facts();
    std::vector<std::uint64_t> addresses;
    for (std::uint32_t i = 0; i < facts.stack_frames; ++i)
        addresses.push_back(facts.stack[i].address);
    return loader::Symbolizer().symbolize(kernel.extension<DriverImages>().index(), addresses,
                                          facts.origin == ke::Origin::call);
}

std::string stack_text(Kernel &kernel, const char *title, std::span<const std::uint64_t> stack) {
    if (stack.empty())
        return {};
    std::string text = fmt::format("{}:\n", title);
    for (const loader::SymbolizedFrame &frame : kernel.extension<DriverImages>().symbolize(stack))
        if (!frame.image.empty())
            text += "  " + frame.to_text() + '\n';
    return text;
}

// Of the pool block that the box stopped for, if it did.
std::string block_history(Kernel &kernel) {
    const mm::PoolMisuse *misuse = kernel.pool().stopped_for();
    if (misuse == nullptr || misuse->code != kernel.bug_check().facts().code)
        return {};
    return stack_text(kernel, "allocated by", misuse->allocated) +
           stack_text(kernel, "freed by", misuse->freed);
}

// The driver's innermost frame with a source line; import thunks and instrumentation have none. If
// there is none at all, its innermost frame.
const loader::SymbolizedFrame *blamed_frame(const std::vector<loader::SymbolizedFrame> &stack) {
    const loader::SymbolizedFrame *innermost = nullptr;
    for (const loader::SymbolizedFrame &frame : stack) {
        if (frame.image.empty())
            continue;
        if (!frame.lines.empty())
            return &frame;
        if (innermost == nullptr)
            innermost = &frame;
    }
    return innermost;
}

} // namespace

std::string crash_summary(Kernel &kernel) {
    const ke::BugCheckFacts &facts = kernel.bug_check().facts();
    std::string reason = facts.reason.data();
    return fmt::format("bug check {:#x} {}: {}", facts.code, ke::bug_check_name(facts.code),
                       reason.substr(0, reason.find('\n')));
}

std::string crash_report(Kernel &kernel) {
    const ke::BugCheckFacts &facts = kernel.bug_check().facts();
    std::vector<loader::SymbolizedFrame> stack = symbolized_stack(kernel);
    std::string text = fmt::format("bug check {:#x} {} ({:#x}, {:#x}, {:#x}, {:#x})\n", facts.code,
                                   ke::bug_check_name(facts.code), facts.parameters[0],
                                   facts.parameters[1], facts.parameters[2], facts.parameters[3]);
    text += fmt::format("  {}\n", facts.reason.data());
    if (const loader::SymbolizedFrame *frame = blamed_frame(stack))
        text += fmt::format("  in {}\n", frame->to_text());
    if (facts.callback[0] != '\0')
        text += fmt::format("  while the driver was called as {}\n", facts.callback.data());
    text += fmt::format("  thread {}, IRQL {}, {:.7f} s after boot", facts.thread.data(),
                        facts.irql, double(facts.time_100ns) / 1e7);
    if (facts.irp != 0) {
        std::string name = kernel.trace().name_of
                               ? kernel.trace().name_of(reinterpret_cast<const void *>(facts.irp))
                               : std::string("an IRP");
        text += ", " + name;
    }
    text += "\nstack:\n";
    for (const loader::SymbolizedFrame &frame : stack)
        if (!frame.image.empty())
            text += "  " + frame.to_text() + '\n';
        else
            text += "  (runtime)\n";
    text += block_history(kernel);
    if (facts.has_registers)
        text += "registers:\n" + registers_text(facts.registers);
    if (std::string events = kernel.trace().recent(); !events.empty())
        text += "last events:\n" + events;
    return text;
}

} // namespace ksbox::box
