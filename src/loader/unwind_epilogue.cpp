// Epilogues. Version 2 records describe where each one's pops begin and how long it is. Otherwise
// the instructions tell, since the ABI allows only these forms: an optional `add rsp, n` or `lea
// rsp, [frame register + n]`, pops, then a return or a tail jump. @doc cpp/build/prolog-and-epilog
#include "loader/unwind_codes.h"

namespace ksbox::loader {

namespace {

/// A cursor over code bytes that never leaves its section.
class CodeReader {
  public:
    CodeReader(const Image &image, std::uint32_t rva) : image_(image), rva_(rva) {}

    [[nodiscard]] std::uint8_t byte(unsigned ahead) const {
        return read_image<std::uint8_t>(image_, std::uint64_t{rva_} + ahead).value_or(0);
    }
    [[nodiscard]] std::int64_t displacement8(unsigned ahead) const {
        return static_cast<std::int8_t>(byte(ahead));
    }
    [[nodiscard]] std::int64_t displacement32(unsigned ahead) const {
        return read_image<std::int32_t>(image_, std::uint64_t{rva_} + ahead).value_or(0);
    }
    void skip(unsigned bytes) { rva_ += bytes; }
    [[nodiscard]] std::uint32_t rva() const { return rva_; }

  private:
    const Image &image_;
    std::uint32_t rva_;
};

/// `add rsp, n` or `lea rsp, [frame register + n]` at the cursor, applied to rsp.
void take_deallocation(CodeReader &code, const UnwindInfo &info, Context &context) {
    const std::uint8_t rex = code.byte(0), opcode = code.byte(1), modrm = code.byte(2);
    if (rex == 0x48 && opcode == 0x83 && modrm == 0xc4) {
        context.rsp() += code.displacement8(3);
        code.skip(4);
    } else if (rex == 0x48 && opcode == 0x81 && modrm == 0xc4) {
        context.rsp() += code.displacement32(3);
        code.skip(7);
    } else if ((rex & 0xfe) == 0x48 && opcode == 0x8d && info.frame_register != 0 &&
               (modrm >> 3 & 7) == reg_rsp && (modrm & 7) != reg_rsp &&
               ((modrm & 7) | (rex & 1) << 3) == info.frame_register) {
        const std::uint64_t base = context.gpr[info.frame_register];
        if (modrm >> 6 == 1) {
            context.rsp() = base + code.displacement8(3);
            code.skip(4);
        } else if (modrm >> 6 == 2) {
            context.rsp() = base + code.displacement32(3);
            code.skip(7);
        }
    }
}

/// Pops at the cursor. False when the stack ran out.
bool take_pops(const UnwindEnvironment &environment, CodeReader &code, Context &context,
               SavedRegisters &saved) {
    for (;;) {
        const bool extended = code.byte(0) == 0x41;
        const std::uint8_t opcode = code.byte(extended ? 1 : 0);
        if ((opcode & 0xf8) != 0x58)
            return true;
        const unsigned number = (opcode & 7) | (extended ? 8 : 0);
        std::uint64_t value;
        if (!read_stack(environment, context.rsp(), value))
            return false;
        saved.gpr[number] = reinterpret_cast<std::uint64_t *>(context.rsp());
        context.gpr[number] = value;
        if (number != reg_rsp)
            context.rsp() += 8;
        code.skip(extended ? 2 : 1);
    }
}

/// Whether a jump to `rva` stays in a function that its compiler split into several .pdata entries:
/// it goes into the middle of one, or to a part that is chained to another.
bool is_same_function(const Image &image, std::uint32_t rva) {
    const pe::RuntimeFunction *entry = lookup_function_entry(image, rva);
    if (!entry)
        return false;
    if (rva != entry->begin_rva)
        return true;
    const auto flags = read_image<std::uint8_t>(image, entry->unwind_rva);
    return flags && (*flags >> 3 & unwind_flag_chained);
}

/// A return, or a jump that leaves the function.
bool at_exit(const Image &image, const CodeReader &code, const pe::RuntimeFunction &function) {
    const std::uint8_t first = code.byte(0), second = code.byte(1);
    if (first == 0xc3 || first == 0xc2 || (first == 0xf3 && second == 0xc3))
        return true;
    if (first == 0xeb || first == 0xe9) {
        const std::int64_t target = first == 0xeb
                                        ? code.rva() + 2 + code.displacement8(1)
                                        : code.rva() + std::int64_t{5} + code.displacement32(1);
        if (target > function.begin_rva && target < function.end_rva)
            return false;
        return target == function.begin_rva || target < 0 || target > UINT32_MAX ||
               !is_same_function(image, static_cast<std::uint32_t>(target));
    }
    // jmp through memory or a register, with or without REX.W: the forms of an import tail call.
    const unsigned prefix = (first & 0xf8) == 0x48 ? 1 : 0;
    const std::uint8_t modrm = code.byte(prefix + 1);
    return code.byte(prefix) == 0xff && (modrm >> 3 & 7) == 4 &&
           (modrm >> 6 == 0 || (modrm >> 6 == 3 && prefix));
}

/// Whether the record describes epilogues, and if so, whether rip is in one of them.
/// The first description holds the length of all of them, and says whether one ends the function;
/// those that follow hold each another's distance from the function's end. @observed in the records
/// of Microsoft's linker.
std::optional<bool> in_described_epilogue(const FrameUnwind &frame) {
    const auto is_description = [&](unsigned index) {
        return index < frame.info.code_count &&
               (unwind_slot(frame.info, index) >> 8 & 15) == unwind_operation_epilogue;
    };
    if (frame.info.version != 2 || !is_description(0))
        return std::nullopt;
    const std::uint16_t first = unwind_slot(frame.info, 0);
    const std::uint32_t length = first & 0xff;
    const bool one_at_end = first >> 12 & 1;
    const std::uint32_t from_end = frame.function.end_rva - frame.rva();
    if (one_at_end && from_end <= length)
        return true;
    for (unsigned i = 1; is_description(i); ++i) {
        const std::uint16_t description = unwind_slot(frame.info, i);
        const std::uint32_t distance = (description & 0xffu) | (description >> 12 & 15u) << 8;
        if (distance != 0 && from_end <= distance && distance - from_end < length)
            return true;
    }
    return false;
}

} // namespace

bool unwind_epilogue(const FrameUnwind &frame, bool &done) {
    const auto described = in_described_epilogue(frame);
    if (described && !*described)
        return false;
    Context trial = frame.context;
    SavedRegisters saved{};
    CodeReader code(frame.image, frame.rva());
    take_deallocation(code, frame.info, trial);
    // Where the stack ends amid pops, it is ruined or they only look like pops: the codes decide.
    if (!take_pops(frame.environment, code, trial, saved) ||
        (!described && !at_exit(frame.image, code, frame.function)))
        return false;
    done = pop_return_address(frame.environment, trial);
    frame.context = trial;
    for (std::size_t i = 0; frame.saved && i < saved.gpr.size(); ++i)
        if (saved.gpr[i])
            frame.saved->gpr[i] = saved.gpr[i];
    return true;
}

} // namespace ksbox::loader
