// When the host's sanitizer finds an error, its own stack trace ends where driver code begins. The
// hooks here find the frame that ksbox_sanitizer_call left, and tell the box which driver frame
// it was called from.
#include "loader/context.h"
#include "loader/image.h"
#include "loader/image_index.h"
#include "loader/jump_thunk.h"
#include "loader/sanitizer_bindings.h"
#include "loader/symbolizer.h"

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <sys/uio.h>
#include <unistd.h>

extern "C" const char ksbox_sanitizer_call[];

namespace ksbox::loader {

namespace {

/// From the lowest address up, as sanitizer_call.S pushes it.
struct SanitizerFrame {
    static constexpr std::uint64_t expected_mark = 0x6b73626f785f7361;
    std::uint64_t own_rbp, mark;
    const SanitizerCall *call;
    std::uint64_t r15, r14, r13, r12, rdi, rsi, rbx, rbp, return_address;
};

constexpr std::size_t search_bytes = 128 * 1024; // the runtime's frames in between

/// Reads this process's memory and stops, instead of faulting, where there is none.
std::size_t read_memory(std::uint64_t address, std::span<std::uint64_t> to) {
    const iovec local{to.data(), to.size_bytes()};
    const iovec remote{reinterpret_cast<void *>(address), to.size_bytes()};
    const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    return got < 0 ? 0 : static_cast<std::size_t>(got) / sizeof(std::uint64_t);
}

/// Searches outwards from the runtime's frames: the first mark found is the call in progress.
std::optional<SanitizerFrame> find_frame(std::uint64_t from) {
    constexpr std::size_t frame_words = sizeof(SanitizerFrame) / sizeof(std::uint64_t);
    constexpr std::size_t step_words = 512;
    std::array<std::uint64_t, step_words + frame_words> words;
    for (std::uint64_t at = from & -8ull; at < from + search_bytes; at += step_words * 8) {
        const std::size_t got = read_memory(at, words);
        for (std::size_t i = 0; i + frame_words <= got && i < step_words; ++i) {
            SanitizerFrame frame;
            std::memcpy(&frame, &words[i], sizeof(frame));
            if (frame.mark == SanitizerFrame::expected_mark &&
                frame.own_rbp == at + i * 8 + offsetof(SanitizerFrame, rbp))
                return frame;
        }
        if (got < words.size())
            break; // the end of the stack
    }
    return std::nullopt;
}

void print_innermost(const Image &image, const Context &driver) noexcept {
    ImageIndex index;
    index.add(image);
    const std::array addresses = {driver.rip - 1};
    for (const SymbolizedFrame &frame : Symbolizer().symbolize(index, addresses))
        std::fprintf(stderr, "ksbox: the sanitizer's error is in driver code at %s\n",
                     frame.to_text().c_str());
}

/// Called by the hooks below, from within the sanitizer's report.
void report_sanitizer_error(std::uint64_t stack_pointer) noexcept {
    const auto frame = find_frame(stack_pointer);
    if (!frame)
        return; // the error is in host code
    Context driver{};
    driver.flags = context_full;
    driver.rip = frame->return_address;
    driver.rsp() = frame->own_rbp + 16;
    driver.gpr[reg_rbx] = frame->rbx;
    driver.gpr[reg_rbp] = frame->rbp;
    driver.gpr[reg_rsi] = frame->rsi;
    driver.gpr[reg_rdi] = frame->rdi;
    driver.gpr[reg_r12] = frame->r12;
    driver.gpr[reg_r13] = frame->r13;
    driver.gpr[reg_r14] = frame->r14;
    driver.gpr[reg_r15] = frame->r15;
    (frame->call->report ? frame->call->report : print_innermost)(*frame->call->image, driver);
}

} // namespace

void write_sanitizer_thunk(std::span<std::byte> to, const SanitizerCall &call) {
    write_jump_thunk(to, ThunkRegister::r10, &call, ksbox_sanitizer_call);
}

} // namespace ksbox::loader

// The runtimes call these, if they are there, when they are about to report.
extern "C" {
void __asan_on_error() {
    ksbox::loader::report_sanitizer_error(
        reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)));
}
void __ubsan_on_report() {
    ksbox::loader::report_sanitizer_error(
        reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)));
}
}
