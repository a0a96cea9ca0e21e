// Capturing and loading a full CONTEXT.
#include "loader/context_asm.inc"

    .text

    .globl ksbox_capture_context
    .type ksbox_capture_context, @function
ksbox_capture_context:
    xchg rcx, rdi // the body below takes its argument in rcx; undone in the context
    KSBOX_SAVE_REGISTERS rcx
    mov [rcx + 0x80], rdi
    mov [rcx + 0xb0], rcx
    jmp .Lcontrol_registers

    .globl ksbox_rtl_capture_context
    .type ksbox_rtl_capture_context, @function
ksbox_rtl_capture_context:
    KSBOX_SAVE_REGISTERS rcx
.Lcontrol_registers:
    mov rax, [rsp]
    mov [rcx + 0xf8], rax
    lea rax, [rsp + 8]
    mov [rcx + 0x98], rax
    pushfq
    pop rax
    mov [rcx + 0x44], eax
    ret

// int _setjmp(buffer, frame): machine_context.h has the buffer's layout. Also _setjmpex: compilers
// give both the frame.
    .globl ksbox_setjmp
    .type ksbox_setjmp, @function
ksbox_setjmp:
    mov [rcx], rdx
    mov [rcx + 0x08], rbx
    lea rax, [rsp + 8]
    mov [rcx + 0x10], rax
    mov [rcx + 0x18], rbp
    mov [rcx + 0x20], rsi
    mov [rcx + 0x28], rdi
    mov [rcx + 0x30], r12
    mov [rcx + 0x38], r13
    mov [rcx + 0x40], r14
    mov [rcx + 0x48], r15
    mov rax, [rsp]
    mov [rcx + 0x50], rax
    stmxcsr [rcx + 0x58]
    fnstcw [rcx + 0x5c]
    movaps [rcx + 0x60], xmm6
    movaps [rcx + 0x70], xmm7
    movaps [rcx + 0x80], xmm8
    movaps [rcx + 0x90], xmm9
    movaps [rcx + 0xa0], xmm10
    movaps [rcx + 0xb0], xmm11
    movaps [rcx + 0xc0], xmm12
    movaps [rcx + 0xd0], xmm13
    movaps [rcx + 0xe0], xmm14
    movaps [rcx + 0xf0], xmm15
    xor eax, eax
    ret

    .globl ksbox_restore_context
    .type ksbox_restore_context, @function
ksbox_restore_context:
    mov rcx, rdi
    test dword ptr [rcx + 0x30], 8
    jz .Lno_floats
    fxrstor64 [rcx + 0x100]
    ldmxcsr [rcx + 0x34]
.Lno_floats:
    // The last registers travel below the target's stack pointer, which nobody owns.
    mov rdx, [rcx + 0x98]
    sub rdx, 24
    mov rax, [rcx + 0xf8]
    mov [rdx + 16], rax
    mov eax, [rcx + 0x44]
    mov [rdx + 8], rax
    mov rax, [rcx + 0x80]
    mov [rdx], rax
    mov [rcx], rdx
    mov rax, [rcx + 0x78]
    mov rdx, [rcx + 0x88]
    mov rbx, [rcx + 0x90]
    mov rbp, [rcx + 0xa0]
    mov rsi, [rcx + 0xa8]
    mov rdi, [rcx + 0xb0]
    mov r8, [rcx + 0xb8]
    mov r9, [rcx + 0xc0]
    mov r10, [rcx + 0xc8]
    mov r11, [rcx + 0xd0]
    mov r12, [rcx + 0xd8]
    mov r13, [rcx + 0xe0]
    mov r14, [rcx + 0xe8]
    mov r15, [rcx + 0xf0]
    mov rsp, [rcx]
    pop rcx
    popfq
    ret

// unsigned long ksbox_seh_call(function, a1, a2, a3, a4, activation): calls a language handler,
// filter or termination handler of a driver. The activation stands 32 bytes above the stack pointer
// that the called function returns to, so that a stack walk which arrives at
// ksbox_seh_call_return finds how to go on (seh_activation.h).
    .globl ksbox_seh_call
    .type ksbox_seh_call, @function
ksbox_seh_call:
    push rbp
    mov rbp, rsp
    sub rsp, 48
    mov [rsp + 32], r9
    mov rax, rdi
    mov r9, r8
    mov r8, rcx
    mov rcx, rsi
    call rax
    .globl ksbox_seh_call_return
ksbox_seh_call_return:
    leave
    ret

    .section .note.GNU-stack, "", @progbits
