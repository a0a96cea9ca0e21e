// Entry thunks of exports that may raise: they capture the caller's full context, because SEH
// never unwinds through the runtime's own frames, and pass it on as first argument,
// before the export's own (three of them; the fourth is in its r9, the others on its stack). The export returns to its caller if it does not raise.
#include "loader/context_asm.inc"

.macro KSBOX_CAPTURE_AND_CALL target
    push rbp
    mov rbp, rsp
    sub rsp, 0x4f0 // shadow space, then the CONTEXT
    KSBOX_SAVE_REGISTERS rsp + 0x20
    pushfq
    pop rax
    mov [rsp + 0x20 + 0x44], eax
    mov rax, [rbp]
    mov [rsp + 0x20 + 0xa0], rax
    mov rax, [rbp + 8]
    mov [rsp + 0x20 + 0xf8], rax
    lea rax, [rbp + 16]
    mov [rsp + 0x20 + 0x98], rax
    mov r9, r8
    mov r8, rdx
    mov rdx, rcx
    lea rcx, [rsp + 0x20]
    call \target
    leave
.endm

.macro KSBOX_RAISE_THUNK name, target
    .globl \name
    .type \name, @function
\name:
    KSBOX_CAPTURE_AND_CALL \target
    ret
    .size \name, . - \name
.endm

    .text
    KSBOX_RAISE_THUNK ksbox_ExRaiseStatus, ksbox_raise_status
    KSBOX_RAISE_THUNK ksbox_ExRaiseAccessViolation, ksbox_raise_access_violation
    KSBOX_RAISE_THUNK ksbox_ExRaiseDatatypeMisalignment, ksbox_raise_misalignment
    KSBOX_RAISE_THUNK ksbox_RtlRaiseException, ksbox_raise_record
    KSBOX_RAISE_THUNK ksbox_ProbeForRead, ksbox_probe_for_read
    KSBOX_RAISE_THUNK ksbox_local_unwind, ksbox_unwind_local
    KSBOX_RAISE_THUNK ksbox_RtlUnwind, ksbox_unwind
    KSBOX_RAISE_THUNK ksbox_RtlUnwindEx, ksbox_unwind
    KSBOX_RAISE_THUNK ksbox_RtlVirtualUnwind, ksbox_virtual_unwind
    KSBOX_RAISE_THUNK ksbox_longjmp, ksbox_long_jump
    KSBOX_RAISE_THUNK ksbox_guard_refuse, ksbox_guard_refused
    KSBOX_RAISE_THUNK ksbox_RtlCaptureStackBackTrace, ksbox_capture_back_trace

// ProbeForWrite checks the range as ProbeForRead does, then writes to each of its pages.
    .globl ksbox_ProbeForWrite
    .type ksbox_ProbeForWrite, @function
ksbox_ProbeForWrite:
    mov [rsp + 8], rcx // the caller's home space is ours
    mov [rsp + 16], rdx
    KSBOX_CAPTURE_AND_CALL ksbox_probe_for_read
    mov rcx, [rsp + 8]
    mov rdx, [rsp + 16]
    jmp ksbox_probe_leaf_begin
    .size ksbox_ProbeForWrite, . - ksbox_ProbeForWrite

    .section .note.GNU-stack, "", @progbits
