// The exports with which a driver walks frames and leaves them by itself. Those that may fail in
// the caller's name enter through thunks (raise_thunk.S).
#include "loader/frame_exports.h"

#include "loader/raise_exports.h"
#include "loader/unwind_codes.h"

namespace ksbox::loader {

namespace {

constexpr std::uint32_t status_bad_function_table = 0xc00000ff;

/// The driver may unwind a context of a stack that is not the current one; what it names is then
/// read as it stands.
UnwindEnvironment environment_for(const Context &context) {
    UnwindEnvironment environment = raise_seam::current_environment();
    if (!environment.on_stack(context.rsp(), 8)) {
        environment.stack_low = 0;
        environment.stack_high = ~std::uint64_t{0};
    }
    return environment;
}

/// The arguments beyond the fourth of an export that was entered through a thunk.
template <typename T> T stack_argument(const Context &caller, unsigned index) {
    return reinterpret_cast<const T *>(caller.rsp() + 0x20)[index];
}

} // namespace

} // namespace ksbox::loader

using namespace ksbox::loader;

extern "C" {

KSBOX_MS_ABI void *ksbox_RtlPcToFileHeader(void *address, void **base) noexcept {
    const UnwindEnvironment environment = raise_seam::current_environment();
    const Image *image = environment.images->find(reinterpret_cast<std::uint64_t>(address));
    *base = image ? image->base() : nullptr;
    return *base;
}

KSBOX_MS_ABI const pe::RuntimeFunction *
ksbox_RtlLookupFunctionEntry(std::uint64_t control_pc, std::uint64_t *image_base, void *) noexcept {
    const UnwindEnvironment environment = raise_seam::current_environment();
    const Image *image = environment.images->find(control_pc);
    *image_base = image ? reinterpret_cast<std::uint64_t>(image->base()) : 0;
    if (!image)
        return nullptr;
    const pe::RuntimeFunction *entry =
        lookup_function_entry(*image, image->rva_of(reinterpret_cast<const void *>(control_pc)));
    return entry ? image->mapped_entry(*entry) : nullptr;
}

KSBOX_MS_ABI LanguageHandler ksbox_virtual_unwind(Context *caller, std::uint32_t kind,
                                                  std::uint64_t image_base,
                                                  std::uint64_t control_pc) noexcept {
    const auto *entry = reinterpret_cast<const pe::RuntimeFunction *>(caller->gpr[reg_r9]);
    auto &context = *stack_argument<Context *>(*caller, 0);
    auto *handler_data = stack_argument<const void **>(*caller, 1);
    auto *establisher = stack_argument<std::uint64_t *>(*caller, 2);
    auto *saved = stack_argument<SavedRegisters *>(*caller, 3);
    const UnwindEnvironment environment = environment_for(context);
    const Image *image = environment.images->find(image_base);
    context.rip = control_pc;
    const auto frame = image ? unwind_function(environment, *image, *entry, context,
                                               static_cast<HandlerKind>(kind), saved)
                             : std::nullopt;
    if (!frame)
        raise_code_from_export(*caller, status_bad_function_table);
    *establisher = frame->establisher;
    if (frame->handler)
        *handler_data = frame->handler_data;
    return frame->handler;
}

KSBOX_MS_ABI void ksbox_RtlRestoreContext(Context *context,
                                          const ExceptionRecord *record) noexcept {
    restore_context_for(*context, record);
}

KSBOX_MS_ABI void ksbox_long_jump(Context *caller, const JumpBuffer *buffer, int value) noexcept {
    ExceptionRecord record{};
    record.code = status_longjump;
    record.address = reinterpret_cast<void *>(caller->rip);
    record.parameter_count = 1;
    record.parameters[0] = reinterpret_cast<std::uint64_t>(buffer);
    const auto result = static_cast<std::uint64_t>(value == 0 ? 1 : value);
    if (buffer->frame == 0) {
        caller->gpr[reg_rax] = result;
        restore_context_for(*caller, &record);
    }
    unwind_from_export(*caller, reinterpret_cast<void *>(buffer->frame),
                       reinterpret_cast<void *>(buffer->rip), &record,
                       reinterpret_cast<void *>(result));
}
}
