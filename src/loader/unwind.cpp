// The unwind procedure of the x64 ABI. Steps and code meanings as on Microsoft's page; epilogues
// are in unwind_epilogue.cpp.
#include "loader/unwind.h"

#include "loader/raise_exports.h"
#include "loader/unwind_codes.h"

namespace ksbox::loader {

namespace {

enum Operation : unsigned {
    push_nonvolatile = 0,
    allocate_large = 1,
    allocate_small = 2,
    set_frame_register = 3,
    save_nonvolatile = 4,
    save_nonvolatile_far = 5,
    epilogue_description = unwind_operation_epilogue,
    save_xmm128 = 8,
    save_xmm128_far = 9,
    push_machine_frame = 10,
};

constexpr unsigned longest_chain = 32; // as the format allows; a loop ends here

std::optional<UnwindInfo> read_info(const Image &image, std::uint32_t rva) {
    const auto head = read_image<std::array<std::uint8_t, 4>>(image, rva);
    if (!head)
        return std::nullopt;
    UnwindInfo info{};
    info.version = (*head)[0] & 7;
    info.flags = (*head)[0] >> 3;
    info.prologue_size = (*head)[1];
    info.code_count = (*head)[2];
    info.frame_register = (*head)[3] & 15;
    info.frame_offset = (*head)[3] >> 4;
    const std::uint32_t slots = (info.code_count + 1u) & ~1u;
    const std::uint32_t tail_size = info.flags ? 4 : 0;
    const std::byte *bytes = image.readable(rva, 4 + slots * 2 + tail_size);
    if (!bytes || info.version < 1 || info.version > 2)
        return std::nullopt;
    info.codes = bytes + 4;
    info.tail = info.codes + slots * 2;
    return info;
}

/// Applies the unwind codes of one UNWIND_INFO to a context.
class PrologueUndo {
  public:
    PrologueUndo(const UnwindEnvironment &environment, const UnwindInfo &info, Context &context,
                 unsigned prologue_offset, SavedRegisters *saved)
        : environment_(environment), info_(info), context_(context), offset_(prologue_offset),
          saved_(saved) {}

    /// The frame's fixed address: the frame register's, once the prologue has set it.
    [[nodiscard]] std::uint64_t frame_base() const {
        if (info_.frame_register == 0 || !frame_register_set())
            return context_.rsp();
        return context_.gpr[info_.frame_register] - info_.frame_offset * 16u;
    }

    [[nodiscard]] bool run(bool &machine_frame) {
        base_ = frame_base();
        for (unsigned i = 0; i < info_.code_count;) {
            const std::uint16_t code = unwind_slot(info_, i);
            const unsigned operation = code >> 8 & 15;
            const unsigned argument = code >> 12;
            const unsigned slots = slot_count(operation, argument);
            if (slots == 0 || i + slots > info_.code_count)
                return false;
            const bool executed = (code & 0xff) <= offset_ && !is_padding(i);
            if (executed && !apply(operation, argument, i, machine_frame))
                return false;
            i += slots;
        }
        return true;
    }

  private:
    /// Version 2 records pad their epilogue descriptions to an even number; a zero slot there is no
    /// push of rax, which a prologue never does at offset 0.
    [[nodiscard]] bool is_padding(unsigned index) const {
        return info_.version == 2 && index != 0 && unwind_slot(info_, index) == 0 &&
               (unwind_slot(info_, index - 1) >> 8 & 15) == epilogue_description;
    }

    [[nodiscard]] bool frame_register_set() const {
        if (offset_ >= info_.prologue_size)
            return true;
        for (unsigned i = 0; i < info_.code_count;) {
            const std::uint16_t code = unwind_slot(info_, i);
            const unsigned operation = code >> 8 & 15;
            if (operation == set_frame_register)
                return (code & 0xff) <= offset_;
            const unsigned slots = slot_count(operation, code >> 12);
            if (slots == 0)
                return false;
            i += slots;
        }
        return true; // set by the part that this one is chained to
    }

    /// How many slots an operation takes; 0 for one that does not exist.
    static unsigned slot_count(unsigned operation, unsigned argument) {
        switch (operation) {
        case push_nonvolatile:
        case allocate_small:
        case set_frame_register:
        case push_machine_frame:
        case epilogue_description: // each of its slots repeats the operation
            return 1;
        case save_nonvolatile:
        case save_xmm128:
            return 2;
        case save_nonvolatile_far:
        case save_xmm128_far:
            return 3;
        case allocate_large:
            return argument == 0 ? 2 : argument == 1 ? 3 : 0;
        default:
            return 0;
        }
    }

    [[nodiscard]] std::uint32_t far_value(unsigned index) const {
        return unwind_slot(info_, index + 1) |
               static_cast<std::uint32_t>(unwind_slot(info_, index + 2)) << 16;
    }

    [[nodiscard]] bool apply(unsigned operation, unsigned argument, unsigned index,
                             bool &machine_frame) {
        std::uint64_t &rsp = context_.rsp();
        const auto restore = [&](std::uint64_t address) {
            if (saved_)
                saved_->gpr[argument] = reinterpret_cast<std::uint64_t *>(address);
            return read_stack(environment_, address, context_.gpr[argument]);
        };
        const auto restore_xmm = [&](std::uint64_t address) {
            if (saved_)
                saved_->xmm[argument] = reinterpret_cast<Xmm *>(address);
            return read_stack(environment_, address, context_.floats.xmm[argument]);
        };
        switch (operation) {
        case push_nonvolatile:
            if (!restore(rsp))
                return false;
            rsp += 8;
            return true;
        case allocate_large:
            rsp += argument == 0 ? unwind_slot(info_, index + 1) * 8u : far_value(index);
            return true;
        case allocate_small:
            rsp += argument * 8u + 8;
            return true;
        case set_frame_register:
            rsp = context_.gpr[info_.frame_register] - info_.frame_offset * 16u;
            return true;
        case save_nonvolatile:
            return restore(base_ + unwind_slot(info_, index + 1) * 8u);
        case save_nonvolatile_far:
            return restore(base_ + far_value(index));
        case save_xmm128:
            return restore_xmm(base_ + unwind_slot(info_, index + 1) * 16u);
        case save_xmm128_far:
            return restore_xmm(base_ + far_value(index));
        case push_machine_frame: {
            const std::uint64_t frame = rsp + (argument ? 8 : 0); // an error code comes first
            machine_frame = true;
            return read_stack(environment_, frame, context_.rip) &&
                   read_stack(environment_, frame + 24, rsp);
        }
        default:
            return true; // an epilogue description
        }
    }

    const UnwindEnvironment &environment_;
    const UnwindInfo &info_;
    Context &context_;
    unsigned offset_;
    SavedRegisters *saved_;
    std::uint64_t base_ = 0;
};

bool is_memory_leaf(const UnwindEnvironment &environment, std::uint64_t rip) {
    const auto between = [rip](const char *begin, const char *end) {
        return rip >= reinterpret_cast<std::uint64_t>(begin) &&
               rip < reinterpret_cast<std::uint64_t>(end);
    };
    return (rip >= environment.memory_leaf_begin && rip < environment.memory_leaf_end) ||
           between(ksbox_probe_leaf_begin, ksbox_probe_leaf_end) ||
           between(ksbox_touch_leaf_begin, ksbox_touch_leaf_end);
}

void take_handler(const Image &image, const UnwindInfo &info, HandlerKind kind,
                  UnwoundFrame &frame) {
    if (!(info.flags & static_cast<unsigned>(kind)))
        return;
    std::uint32_t rva;
    std::memcpy(&rva, info.tail, sizeof(rva));
    if (!image.readable(rva, 1))
        return;
    frame.handler = reinterpret_cast<LanguageHandler>(image.base() + rva);
    frame.handler_data = info.tail + sizeof(rva);
}

/// A frame with unwind data: `context` goes to the caller.
bool virtual_unwind(const UnwindEnvironment &environment, Context &context, HandlerKind kind,
                    UnwoundFrame &frame, SavedRegisters *saved) {
    const Image &image = *frame.image;
    const pe::RuntimeFunction &function = *frame.function;
    auto info = read_info(image, function.unwind_rva);
    if (!info)
        return false;
    const FrameUnwind unwind{environment, image, function, *info, context, saved};
    const std::uint32_t offset = unwind.rva() - function.begin_rva;
    const bool in_prologue = offset < info->prologue_size;
    frame.establisher = PrologueUndo(environment, *info, context, offset, saved).frame_base();

    bool done = false;
    if (!in_prologue && unwind_epilogue(unwind, done))
        return done;

    bool machine_frame = false;
    unsigned undo_offset = in_prologue ? offset : ~0u;
    for (unsigned chain = 0;; ++chain) {
        if (chain == longest_chain ||
            !PrologueUndo(environment, *info, context, undo_offset, saved).run(machine_frame))
            return false;
        if (!(info->flags & unwind_flag_chained))
            break;
        const auto chained = read_image<pe::RuntimeFunction>(image, image.rva_of(info->tail));
        if (!chained)
            return false;
        const auto next = read_info(image, chained->unwind_rva);
        if (!next)
            return false;
        *info = *next;
        undo_offset = ~0u; // the part before this one has run to its end
    }
    if (!in_prologue)
        take_handler(image, *info, kind, frame);
    return machine_frame || pop_return_address(environment, context);
}

} // namespace

bool pop_return_address(const UnwindEnvironment &environment, Context &context) {
    if (!read_stack(environment, context.rsp(), context.rip))
        return false;
    context.rsp() += 8;
    return true;
}

std::optional<UnwoundFrame> unwind_frame(const UnwindEnvironment &environment, Context &context,
                                         HandlerKind kind) {
    UnwoundFrame frame;
    const std::uint64_t rsp_before = context.rsp();
    frame.establisher = rsp_before;
    bool unwound;
    if (is_memory_leaf(environment, context.rip)) {
        context.gpr[reg_rdi] = context.gpr[reg_r10];
        context.gpr[reg_rsi] = context.gpr[reg_r11];
        unwound = pop_return_address(environment, context);
    } else {
        frame.image = environment.images->find(context.rip);
        if (!frame.image)
            return std::nullopt;
        frame.function = lookup_function_entry(
            *frame.image, frame.image->rva_of(reinterpret_cast<const void *>(context.rip)));
        unwound = frame.function ? virtual_unwind(environment, context, kind, frame, nullptr)
                                 : pop_return_address(environment, context);
    }
    // A frame that does not get nearer to the stack's base would make a walk endless.
    if (!unwound || context.rsp() <= rsp_before || context.rsp() > environment.stack_high)
        return std::nullopt;
    return frame;
}

std::optional<UnwoundFrame> unwind_function(const UnwindEnvironment &environment,
                                            const Image &image, const pe::RuntimeFunction &entry,
                                            Context &context, HandlerKind kind,
                                            SavedRegisters *saved) {
    UnwoundFrame frame;
    frame.image = &image;
    frame.function = &entry;
    frame.establisher = context.rsp();
    if (!virtual_unwind(environment, context, kind, frame, saved))
        return std::nullopt;
    return frame;
}

bool is_driver_code(const UnwindEnvironment &environment, std::uint64_t rip) {
    return is_memory_leaf(environment, rip) || environment.images->find(rip) != nullptr;
}

bool unwind_wild_call(const UnwindEnvironment &environment, Context &context) {
    Context called = context;
    if (is_driver_code(environment, context.rip) || !pop_return_address(environment, called) ||
        !environment.images->find(called.rip))
        return false;
    context = called;
    return true;
}

} // namespace ksbox::loader
