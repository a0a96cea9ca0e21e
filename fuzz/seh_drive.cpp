// The linker sends the loader's calls of ksbox_seh_call and ksbox_restore_context to the functions
// here
// (--wrap), which choose what a driver's handler would have answered.
#include "seh_drive.h"

#include "loader/exports.h"
#include "loader/frame_exports.h"
#include "loader/raise_exports.h"
#include "loader/seh.h"
#include "loader/seh_activation.h"
#include "loader/stack_walk.h"

#include <array>
#include <csetjmp>
#include <cstdlib>

using namespace ksbox::loader;
using ksbox::fuzz::Choices;

extern "C" {
KSBOX_MS_ABI void ksbox_raise_status(Context *context, std::uint32_t status) noexcept;
KSBOX_MS_ABI void ksbox_raise_access_violation(Context *context) noexcept;
KSBOX_MS_ABI void ksbox_raise_misalignment(Context *context) noexcept;
KSBOX_MS_ABI void ksbox_raise_record(Context *context, ExceptionRecord *record) noexcept;
KSBOX_MS_ABI void ksbox_probe_for_read(Context *context, std::uint64_t address,
                                       std::uint64_t length, std::uint32_t alignment) noexcept;
KSBOX_MS_ABI void ksbox_unwind_local(Context *context, void *frame, void *target_ip) noexcept;
KSBOX_MS_ABI void ksbox_unwind(Context *context, void *frame, void *target_ip,
                               ExceptionRecord *record) noexcept;
KSBOX_MS_ABI void ksbox_long_jump(Context *caller, const JumpBuffer *buffer, int value) noexcept;
KSBOX_MS_ABI std::uint16_t ksbox_capture_back_trace(Context *context, std::uint32_t frames_to_skip,
                                                    std::uint32_t frames_to_capture,
                                                    void **back_trace) noexcept;
}

namespace {

constexpr std::uint32_t access_violation = 0xc0000005;

struct Drive {
    const Image *image = nullptr;
    Choices *choices = nullptr;
    UnwindEnvironment environment;
    unsigned depth = 0; ///< of exceptions inside handlers
    unsigned calls = 0; ///< of handlers, for this exception
};
Drive drive;
jmp_buf left_behind;

constexpr std::size_t stack_words = 2048;
alignas(64) std::array<std::uint64_t, stack_words> stack;
// What activations on the stack point at lies at its upper end, as frames of a dispatcher would.
struct OuterDispatch {
    Context exception, frame;
    DispatcherContext dispatcher;
    SehActivation activation;
};
static_assert(sizeof(OuterDispatch) < 4096);

std::uint64_t image_address(const Image &image, Choices &choices) {
    const auto base = reinterpret_cast<std::uint64_t>(image.base());
    const auto functions = image.functions();
    if (functions.empty() || choices.below(16) == 0)
        return base + choices.below(image.size());
    const pe::RuntimeFunction &function = functions[choices.below(functions.size())];
    const std::uint64_t length = function.end_rva - function.begin_rva;
    const std::uint64_t from_end = std::min<std::uint64_t>(length, 1 + choices.below(12));
    return base + (choices.below(2) ? function.begin_rva + choices.below(length)
                                    : function.end_rva - from_end);
}

std::uint64_t stack_address(Choices &choices) {
    const std::uint64_t odd = choices.below(64) == 0 ? choices.below(8) : 0;
    return reinterpret_cast<std::uint64_t>(stack.data()) + choices.below(stack_words) * 8 + odd;
}

Context any_context(const Image &image, Choices &choices) {
    Context context{};
    context.flags = context_full;
    for (std::uint64_t &value : context.gpr)
        value = stack_address(choices);
    context.rsp() = reinterpret_cast<std::uint64_t>(stack.data() + choices.below(stack_words / 2));
    context.rip = choices.below(24) == 0 ? choices.next() : image_address(image, choices);
    return context;
}

void fill_stack(const Image &image, Choices &choices) {
    for (std::uint64_t &word : stack) {
        const std::uint64_t kind = choices.below(8);
        word = kind < 5   ? image_address(image, choices)
               : kind < 7 ? stack_address(choices)
                          : choices.below(4) * 16;
    }
    auto *outer = reinterpret_cast<OuterDispatch *>(stack.data() + stack_words -
                                                    sizeof(OuterDispatch) / 8 - 8);
    *outer = {any_context(image, choices), any_context(image, choices), {}, {}};
    outer->exception.rsp() = outer->frame.rsp() =
        reinterpret_cast<std::uint64_t>(stack.data() + stack_words / 2 + choices.below(256));
    outer->dispatcher.context = &outer->frame;
    outer->dispatcher.establisher_frame = stack_address(choices);
    outer->dispatcher.scope_index = static_cast<std::uint32_t>(choices.below(3));
    outer->activation.phase = static_cast<SehActivation::Phase>(choices.below(3));
    outer->activation.exception = &outer->exception;
    outer->activation.dispatcher = &outer->dispatcher;
    for (int i = 0; i < 40; ++i) {
        const std::size_t at = choices.below(stack_words / 2);
        stack[at] = reinterpret_cast<std::uint64_t>(ksbox_seh_call_return);
        stack[at + 5] = reinterpret_cast<std::uint64_t>(&outer->activation);
    }
}

void raise_inside(Choices &choices) {
    if (++drive.depth > 2)
        return;
    ExceptionRecord record{};
    record.code = access_violation;
    Context context = any_context(*drive.image, choices);
    if (choices.below(2))
        (void)dispatch_exception(drive.environment, record, context);
    else
        (void)unwind_to_frame(drive.environment, stack_address(choices), context.rip, &record, 1,
                              context);
    --drive.depth;
}

/// The image's code is called where it is: it must be there.
void expect_in_image(const void *function) {
    if (!drive.image->contains(function) ||
        !drive.image->readable(drive.image->rva_of(function), 1))
        std::abort();
}

} // namespace

extern "C" {

std::uint64_t __wrap_ksbox_seh_call(const void *function, std::uint64_t a1, std::uint64_t a2,
                                    std::uint64_t a3, std::uint64_t a4,
                                    const SehActivation *activation) {
    Choices &choices = *drive.choices;
    if (activation->phase == SehActivation::Phase::consolidated)
        return image_address(*drive.image, choices);
    expect_in_image(function);
    constexpr unsigned most_calls = 200;
    if (++drive.calls > most_calls)
        longjmp(left_behind, 1);
    if (choices.below(16) == 0)
        raise_inside(choices);
    const bool is_language_handler = a4 != 0;
    if (!is_language_handler) // a filter's value; that of a termination handler is ignored
        return static_cast<std::uint64_t>(choices.below(6) == 0    ? 1
                                          : choices.below(12) == 0 ? -1
                                                                   : 0);
    if (choices.below(8) != 0)
        return static_cast<std::uint64_t>(c_specific_handler(
            reinterpret_cast<ExceptionRecord *>(a1), reinterpret_cast<void *>(a2),
            reinterpret_cast<Context *>(a3), reinterpret_cast<DispatcherContext *>(a4)));
    return choices.below(16) == 0 ? choices.below(4) : 1;
}

[[noreturn]] void __wrap_ksbox_restore_context(Context *) {
    longjmp(left_behind, 1);
}
}

namespace ksbox::loader::raise_seam {
UnwindEnvironment current_environment() noexcept {
    return drive.environment;
}
void unhandled(const ExceptionRecord &, const Context &, DispatchOutcome) noexcept {
    longjmp(left_behind, 1);
}
std::uint64_t user_probe_address() noexcept {
    return 0x7fff'ffff'0000;
}
} // namespace ksbox::loader::raise_seam

namespace ksbox::fuzz {

namespace {

/// Runs `action`, which a handler may leave for good.
template <typename Action> void attempt(Action action) {
    drive.depth = drive.calls = 0;
    if (setjmp(left_behind) == 0)
        action();
}

ExceptionRecord any_record(Choices &choices, const Context &context) {
    ExceptionRecord record{};
    constexpr std::array codes = {access_violation, 0xc000009au, status_longjump,
                                  status_unwind_consolidate};
    record.code = codes[choices.below(codes.size())];
    record.flags = choices.below(4) == 0 ? exception_noncontinuable : 0;
    record.parameter_count = 2;
    static JumpBuffer buffer;
    buffer.rip = context.rip;
    buffer.rsp = context.rsp();
    record.parameters = {reinterpret_cast<std::uint64_t>(&buffer),
                         choices.below(3) == 0 ? context.rip : stack_address(choices)};
    return record;
}

void drive_exports(const Image &image, Choices &choices) {
    std::array<void *, 16> trace{};
    JumpBuffer buffer{};
    for (unsigned which = 0; which < 12; ++which) {
        static Context context; // survives the jump out
        context = any_context(image, choices);
        ExceptionRecord record = any_record(choices, context);
        buffer.frame = which & 1 ? stack_address(choices) : 0;
        buffer.rip = context.rip;
        auto *frame = reinterpret_cast<void *>(stack_address(choices));
        auto *target = reinterpret_cast<void *>(image_address(image, choices));
        const std::uint64_t number = choices.next();
        attempt([&] {
            switch (which) {
            case 0:
                return ksbox_raise_status(&context, 0xc000009a);
            case 1:
                return ksbox_raise_access_violation(&context);
            case 2:
                return ksbox_raise_misalignment(&context);
            case 3:
                return ksbox_raise_record(&context, &record);
            case 4:
                return ksbox_probe_for_read(&context, number & 0xffff'ffff, number >> 60, 4);
            case 5:
                return ksbox_probe_for_read(&context, number, number >> 32, 1);
            case 6:
                return ksbox_unwind_local(&context, frame, target);
            case 7:
                return ksbox_unwind(&context, frame, target, &record);
            case 8:
            case 9:
                return ksbox_long_jump(&context, &buffer, static_cast<int>(number & 1));
            case 10:
                context.gpr[reg_r9] = reinterpret_cast<std::uint64_t>(stack.data());
                (void)ksbox_capture_back_trace(&context, number & 1, 16, trace.data());
                return;
            default:
                return ksbox_RtlRestoreContext(&context, &record);
            }
        });
    }
}

void drive_frame(const Image &image, Choices &choices, std::uint64_t rip) {
    static Context context;
    context = any_context(image, choices);
    context.rip = rip;
    std::uint64_t base = 0, establisher = 0;
    const void *data = nullptr;
    const pe::RuntimeFunction *entry = ksbox_RtlLookupFunctionEntry(rip, &base, nullptr);
    static SavedRegisters saved;
    if (entry)
        attempt([&] {
            const Context kept = context;
            (void)ksbox_RtlVirtualUnwind(static_cast<std::uint32_t>(choices.below(4)), base, rip,
                                         entry, &context, &data, &establisher,
                                         choices.below(2) ? &saved : nullptr);
            context = kept;
        });
    attempt([&] {
        std::array<WalkedFrame, 32> frames;
        (void)walk_stack(drive.environment, context, frames);
    });
    attempt([&] {
        ExceptionRecord record = any_record(choices, context);
        (void)dispatch_exception(drive.environment, record, context);
    });
    attempt([&] {
        ExceptionRecord record = any_record(choices, context);
        (void)unwind_to_frame(drive.environment, choices.below(4) ? stack_address(choices) : 0,
                              image_address(image, choices), choices.below(4) ? &record : nullptr,
                              7, context);
    });
}

} // namespace

void drive_exceptions(const Image &image, Choices &choices) {
    ImageIndex index;
    index.add(image);
    static const std::array<std::uint8_t, 64> leaf{}; // stands for memcpy
    drive.image = &image;
    drive.choices = &choices;
    drive.environment = {.images = &index,
                         .stack_low = reinterpret_cast<std::uint64_t>(stack.data()),
                         .stack_high = reinterpret_cast<std::uint64_t>(stack.data() + stack.size()),
                         .memory_leaf_begin = reinterpret_cast<std::uint64_t>(leaf.data()),
                         .memory_leaf_end = reinterpret_cast<std::uint64_t>(leaf.data() + 64)};
    (void)seh_exports();
    fill_stack(image, choices);
    constexpr std::size_t most_functions = 48;
    const std::size_t functions = std::min(image.functions().size(), most_functions);
    for (std::size_t i = 0; i < functions; ++i)
        for (int place = 0; place < 6; ++place)
            drive_frame(image, choices, image_address(image, choices));
    drive_frame(image, choices, drive.environment.memory_leaf_begin + 3);
    for (int round = 0; round < 4; ++round)
        drive_exports(image, choices);
    void *base = nullptr;
    (void)ksbox_RtlPcToFileHeader(image.base() + 1, &base);
    index.remove(image);
    (void)index.find_unloaded(reinterpret_cast<std::uint64_t>(image.base()));
    drive = {};
}

} // namespace ksbox::fuzz
