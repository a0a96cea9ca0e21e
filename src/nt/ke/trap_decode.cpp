#include "nt/ke/trap_decode.h"

#include <Zydis/Zydis.h>

namespace ksbox::ke {

RefusedInstruction decode_refused(const std::uint8_t *instruction) {
    const std::uint8_t *byte = instruction;
    while (*byte == 0xf0 || *byte == 0x66 || *byte == 0xf2 || *byte == 0xf3)
        ++byte;
    std::uint8_t rex = (*byte & 0xf0) == 0x40 ? *byte++ : 0;
    auto length = [&](int behind_opcode) {
        return static_cast<unsigned>(byte - instruction + behind_opcode);
    };
    auto privileged = [&](const char *name, int bytes) {
        return RefusedInstruction{Refused::privileged, 0, length(bytes), name};
    };
    switch (byte[0]) {
    case 0xcd:
        if (byte[1] == 0x29)
            return {Refused::fast_fail, 0, length(2), "int 29h"};
        if (byte[1] == 0x2c)
            return {Refused::assertion, 0, length(2), "int 2ch"};
        if (byte[1] == 0x2d)
            return {Refused::debug_service, 0, length(2), "int 2dh"};
        return privileged("int n", 2);
    case 0xf4:
        return privileged("hlt", 1);
    case 0xfa:
        return privileged("cli", 1);
    case 0xfb:
        return privileged("sti", 1);
    case 0xe4:
    case 0xe5:
        return privileged("in", 2);
    case 0xe6:
    case 0xe7:
        return privileged("out", 2);
    case 0xec:
    case 0xed:
    case 0x6c:
    case 0x6d:
        return privileged("in", 1);
    case 0xee:
    case 0xef:
    case 0x6e:
    case 0x6f:
        return privileged("out", 1);
    case 0x0f:
        break;
    default:
        return {};
    }
    unsigned gpr = (byte[2] & 7u) | ((rex & 1u) << 3);
    unsigned control = ((byte[2] >> 3) & 7u) | ((rex & 4u) << 1);
    switch (byte[1]) {
    case 0x20:
        if (control == 8)
            return {Refused::read_cr8, gpr, length(3), "mov reg, cr8"};
        return privileged("mov reg, cr", 3);
    case 0x22:
        if (control == 8)
            return {Refused::write_cr8, gpr, length(3), "mov cr8, reg"};
        return privileged("mov cr, reg", 3);
    case 0x21:
        return privileged("mov reg, dr", 3);
    case 0x23:
        return privileged("mov dr, reg", 3);
    case 0x31:
        return {Refused::rdtsc, 0, length(2), "rdtsc"};
    case 0x30:
        return privileged("wrmsr", 2);
    case 0x32:
        return privileged("rdmsr", 2);
    case 0x33:
        return privileged("rdpmc", 2);
    case 0x08:
        return privileged("invd", 2);
    case 0x09:
        return privileged("wbinvd", 2);
    case 0x06:
        return privileged("clts", 2);
    case 0x01:
        if (byte[2] == 0xf9)
            return {Refused::rdtscp, 0, length(3), "rdtscp"};
        if (byte[2] == 0xf8)
            return privileged("swapgs", 3);
        return privileged("a descriptor-table instruction", 3);
    default:
        return {};
    }
}

MemoryOperand decode_memory_operand(const std::uint8_t *instruction) {
    ZydisDecoder decoder;
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecodedInstruction decoded;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, instruction, ZYDIS_MAX_INSTRUCTION_LENGTH,
                                             &decoded, operands)))
        return {};
    for (unsigned i = 0; i < decoded.operand_count; ++i) {
        const ZydisDecodedOperand &operand = operands[i];
        if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY)
            continue;
        MemoryOperand result{.valid = true,
                             .absolute = false,
                             .base = 0,
                             .bytes = operand.size / 8u,
                             .length = decoded.length};
        if (operand.mem.base == ZYDIS_REGISTER_NONE && operand.mem.disp.has_displacement &&
            decoded.opcode >= 0xa0 && decoded.opcode <= 0xa1) {
            result.absolute = true;
            return result;
        }
        if (ZydisRegisterGetClass(operand.mem.base) != ZYDIS_REGCLASS_GPR64)
            return {};
        result.base = static_cast<unsigned>(ZydisRegisterGetId(operand.mem.base));
        return result;
    }
    return {};
}

} // namespace ksbox::ke
