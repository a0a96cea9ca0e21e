// The structures of x64 structured exception handling that driver code sees: CONTEXT,
// EXCEPTION_RECORD, DISPATCHER_CONTEXT and friends, laid out as on Windows. Registers are an array,
// in the order of their encoding, because unwind codes name them by number.
// @doc cpp/build/exception-handling-x64, win32 CONTEXT
#pragma once

#include "loader/ms_abi.h"
#include "loader/pe_format.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace ksbox::loader {

enum Register : unsigned {
    reg_rax,
    reg_rcx,
    reg_rdx,
    reg_rbx,
    reg_rsp,
    reg_rbp,
    reg_rsi,
    reg_rdi,
    reg_r8,
    reg_r9,
    reg_r10,
    reg_r11,
    reg_r12,
    reg_r13,
    reg_r14,
    reg_r15,
};

struct alignas(16) Xmm {
    std::uint64_t low, high;
};

/// The first 512 bytes of an XSAVE area; also what a Linux signal frame holds as fpregs.
struct alignas(16) LegacyFloatState {
    std::uint16_t control_word, status_word;
    std::uint8_t tag_word, reserved1;
    std::uint16_t error_opcode;
    std::uint64_t error_address, data_address;
    std::uint32_t mxcsr, mxcsr_mask;
    std::array<Xmm, 8> x87;
    std::array<Xmm, 16> xmm;
    std::array<std::byte, 96> reserved2;
};
static_assert(sizeof(LegacyFloatState) == 512);

constexpr std::uint32_t context_amd64 = 0x100000;
constexpr std::uint32_t context_full = context_amd64 | 0xf; // control, integer, segments, floats

/// CONTEXT. `flags` says which parts are valid: restoring leaves the others alone.
struct alignas(16) Context {
    std::array<std::uint64_t, 6> home;
    std::uint32_t flags, mxcsr;
    std::uint16_t cs, ds, es, fs, gs, ss;
    std::uint32_t eflags;
    std::array<std::uint64_t, 6> debug;
    std::array<std::uint64_t, 16> gpr; ///< indexed by Register
    std::uint64_t rip;
    LegacyFloatState floats;
    std::array<Xmm, 26> vector;
    std::uint64_t vector_control, debug_control;
    std::array<std::uint64_t, 4> last_branch;

    [[nodiscard]] std::uint64_t &rsp() { return gpr[reg_rsp]; }
    [[nodiscard]] std::uint64_t rsp() const { return gpr[reg_rsp]; }
};
static_assert(sizeof(Context) == 0x4d0);
// context_asm.S counts on these.
static_assert(offsetof(Context, flags) == 0x30 && offsetof(Context, mxcsr) == 0x34 &&
              offsetof(Context, cs) == 0x38 && offsetof(Context, eflags) == 0x44 &&
              offsetof(Context, gpr) == 0x78 && offsetof(Context, rip) == 0xf8 &&
              offsetof(Context, floats) == 0x100);

constexpr std::uint32_t exception_noncontinuable = 0x01;
constexpr std::uint32_t exception_unwinding = 0x02;
constexpr std::uint32_t exception_exit_unwind = 0x04;
constexpr std::uint32_t exception_stack_invalid = 0x08;
constexpr std::uint32_t exception_nested_call = 0x10;
constexpr std::uint32_t exception_target_unwind = 0x20;
constexpr std::uint32_t exception_collided_unwind = 0x40;
constexpr std::uint32_t exception_unwind_flags = exception_unwinding | exception_exit_unwind |
                                                 exception_target_unwind |
                                                 exception_collided_unwind;

/// EXCEPTION_RECORD.
struct ExceptionRecord {
    std::uint32_t code, flags;
    ExceptionRecord *next;
    void *address;
    std::uint32_t parameter_count, padding;
    std::array<std::uint64_t, 15> parameters;
};
static_assert(sizeof(ExceptionRecord) == 0x98);

/// Records with a meaning of their own at the end of an unwind: parameter 0 is the jump buffer, or
/// the function that says where to go on. @doc win32 RtlRestoreContext
constexpr std::uint32_t status_longjump = 0x80000026;
constexpr std::uint32_t status_unwind_consolidate = 0x80000029;

/// EXCEPTION_POINTERS, what a filter expression reads through GetExceptionInformation.
struct ExceptionPointers {
    ExceptionRecord *record;
    Context *context;
};

/// EXCEPTION_DISPOSITION.
enum class Disposition : int {
    continue_execution = 0,
    continue_search = 1,
    nested_exception = 2,
    collided_unwind = 3,
};

struct DispatcherContext;
using LanguageHandler = Disposition(KSBOX_MS_ABI *)(ExceptionRecord *, void *establisher_frame,
                                                    Context *, DispatcherContext *);

/// DISPATCHER_CONTEXT: how the dispatcher tells a language handler which frame it is called for.
struct DispatcherContext {
    std::uint64_t control_pc, image_base;
    const pe::RuntimeFunction *function;
    std::uint64_t establisher_frame, target_ip;
    Context *context;
    LanguageHandler handler;
    const void *handler_data;
    void *history;
    std::uint32_t scope_index, padding;
};
static_assert(sizeof(DispatcherContext) == 0x50);

/// KNONVOLATILE_CONTEXT_POINTERS: where an unwind found the registers it restored.
struct SavedRegisters {
    std::array<Xmm *, 16> xmm;
    std::array<std::uint64_t *, 16> gpr;
};
static_assert(sizeof(SavedRegisters) == 0x100);

/// _JUMP_BUFFER: what _setjmp keeps for longjmp. `frame` is the function's establisher frame, or 0
/// for a jump that runs no termination handlers. context_asm.S counts on the offsets.
/// @doc mingw-w64 setjmp.h
struct JumpBuffer {
    std::uint64_t frame, rbx, rsp, rbp, rsi, rdi, r12, r13, r14, r15, rip;
    std::uint32_t mxcsr;
    std::uint16_t x87_control, spare;
    std::array<Xmm, 10> xmm6_to_15;
};
static_assert(sizeof(JumpBuffer) == 0x100 && offsetof(JumpBuffer, rip) == 0x50 &&
              offsetof(JumpBuffer, mxcsr) == 0x58 && offsetof(JumpBuffer, xmm6_to_15) == 0x60);

} // namespace ksbox::loader
