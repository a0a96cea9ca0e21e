// The checks of indirect calls (guard.h). They change no register but r11 and the flags: the caller has
// already loaded the arguments of the call that it asks about.
#include "loader/context_asm.inc"

// Asks about the address in a register; the zero flag says no. Keeps what a called function may
// change: rax, rcx, rdx, r8 to r11 and xmm0 to xmm5.
.macro KSBOX_GUARD target
    push rbp
    mov rbp, rsp
    sub rsp, 0xd0
    and rsp, -16
    mov [rsp + 0x20], rax
    mov [rsp + 0x28], rcx
    mov [rsp + 0x30], rdx
    mov [rsp + 0x38], r8
    mov [rsp + 0x40], r9
    mov [rsp + 0x48], r10
    mov [rsp + 0x50], r11
    movaps [rsp + 0x60], xmm0
    movaps [rsp + 0x70], xmm1
    movaps [rsp + 0x80], xmm2
    movaps [rsp + 0x90], xmm3
    movaps [rsp + 0xa0], xmm4
    movaps [rsp + 0xb0], xmm5
    mov rdx, \target
    mov rcx, r11
    call ksbox_guard_allows
    test al, al
    mov rax, [rsp + 0x20]
    mov rcx, [rsp + 0x28]
    mov rdx, [rsp + 0x30]
    mov r8, [rsp + 0x38]
    mov r9, [rsp + 0x40]
    mov r10, [rsp + 0x48]
    mov r11, [rsp + 0x50]
    movaps xmm0, [rsp + 0x60]
    movaps xmm1, [rsp + 0x70]
    movaps xmm2, [rsp + 0x80]
    movaps xmm3, [rsp + 0x90]
    movaps xmm4, [rsp + 0xa0]
    movaps xmm5, [rsp + 0xb0]
    leave
.endm

    .text
    .globl ksbox_guard_check
    .type ksbox_guard_check, @function
ksbox_guard_check:
    KSBOX_GUARD rcx
    jz .Lcheck_refused
    ret
.Lcheck_refused:
    mov rdx, rcx
    mov rcx, r11
    jmp ksbox_guard_refuse
    .size ksbox_guard_check, . - ksbox_guard_check

    .globl ksbox_guard_dispatch
    .type ksbox_guard_dispatch, @function
ksbox_guard_dispatch:
    KSBOX_GUARD rax
    jz .Ldispatch_refused
    jmp rax
.Ldispatch_refused:
    mov rdx, rax
    mov rcx, r11
    jmp ksbox_guard_refuse
    .size ksbox_guard_dispatch, . - ksbox_guard_dispatch

    .section .note.GNU-stack, "", @progbits
