// From driver code into the host's sanitizer runtime: ms_abi to System V, up to seven words of
// integer arguments; both conventions give halves of 128 bits in order, and return them in rdx:rax.
// Entered by a jump, with r10 = SanitizerCall*. The frame it leaves is found again by
// sanitizer_report.cpp when the runtime reports an error: marks, the call, nonvolatile registers.
#include "loader/context_asm.inc"

    .text
    .globl ksbox_sanitizer_call, ksbox_touch_leaf_begin, ksbox_touch_leaf_end
    .type ksbox_sanitizer_call, @function
ksbox_sanitizer_call:
    // What an atomic access would fault on, it faults on here, as the driver's own code: a leaf as
    // probe_leaf.S's is.
ksbox_touch_leaf_begin:
    mov rax, r10
    mov r10, rdi
    mov r11, rsi
    cmp qword ptr [rax + 48], 1 // SanitizerTouch
    jb .Ltouched
    je .Lread
    lock or byte ptr [rcx], 0
.Lread:
    test byte ptr [rcx], al
.Ltouched:
    mov r10, rax
ksbox_touch_leaf_end:
    push rbp
    mov rbp, rsp
    // The runtime needs room: a driver that has used up its stack faults here, in its guard page,
    // and not where the runtime holds locks. Page by page, so that no probe leaps over the guard.
    test byte ptr [rsp - 0x1000], al
    test byte ptr [rsp - 0x2000], al
    test byte ptr [rsp - 0x3000], al
    test byte ptr [rsp - 0x4000], al
    push rbx
    push rsi
    push rdi
    push r12
    push r13
    push r14
    push r15
    push r10
    movabs rax, 0x6b73626f785f7361 // SanitizerFrame::expected_mark
    push rax
    push rbp
    sub rsp, 176 // the seventh argument below, aligned
    movaps [rsp + 0x10], xmm6
    movaps [rsp + 0x20], xmm7
    movaps [rsp + 0x30], xmm8
    movaps [rsp + 0x40], xmm9
    movaps [rsp + 0x50], xmm10
    movaps [rsp + 0x60], xmm11
    movaps [rsp + 0x70], xmm12
    movaps [rsp + 0x80], xmm13
    movaps [rsp + 0x90], xmm14
    movaps [rsp + 0xa0], xmm15
    cmp qword ptr [r10 + 8], 3
    je .Linside_entry
.Larguments:
    mov rdi, rcx
    mov rsi, rdx
    mov rdx, r8
    mov rcx, r9
    mov r8, [rbp + 48]
    mov r9, [rbp + 56]
    mov rax, [rbp + 64]
    mov [rsp], rax
    cmp qword ptr [r10 + 8], 1
    jb .Lcall
    je .Lwith_caller
    cmp qword ptr [r10 + 8], 2
    je .Lfunction_entry
.Lcall:
    call [r10]
    mov r10, [rbp - 64]
    cmp qword ptr [r10 + 8], 3
    je .Lleave_entry
.Ldone:
    mov qword ptr [rsp + 184], 0 // the frame is over: its mark must not be found in dead stack
    movaps xmm6, [rsp + 0x10]
    movaps xmm7, [rsp + 0x20]
    movaps xmm8, [rsp + 0x30]
    movaps xmm9, [rsp + 0x40]
    movaps xmm10, [rsp + 0x50]
    movaps xmm11, [rsp + 0x60]
    movaps xmm12, [rsp + 0x70]
    movaps xmm13, [rsp + 0x80]
    movaps xmm14, [rsp + 0x90]
    movaps xmm15, [rsp + 0xa0]
    mov rsi, [rbp - 16]
    mov rdi, [rbp - 24]
    mov rbx, [rbp - 8]
    leave
    ret

// Addresses of driver code are marked with the bit that makes the runtime ask us for their names.
.Lwith_caller:
    mov rsi, [rbp + 8]
    bts rsi, 60
    jmp .Lcall
.Lfunction_entry:
    mov rax, rdi
    sub rax, [r10 + 16]
    cmp rax, [r10 + 24]
    jae .Lcall
    bts rdi, 60
    jmp .Lcall
.Linside_entry:
    mov [rbp + 16], rcx // the caller's home space is ours
    mov [rbp + 24], rdx
    mov [rbp + 32], r8
    mov [rbp + 40], r9
    mov rdi, [rbp + 8]
    bts rdi, 60
    call [r10 + 32]
    mov r10, [rbp - 64]
    mov rcx, [rbp + 16]
    mov rdx, [rbp + 24]
    mov r8, [rbp + 32]
    mov r9, [rbp + 40]
    jmp .Larguments
.Lleave_entry:
    mov rbx, rax
    mov [rsp], rdx
    call [r10 + 40]
    mov rax, rbx
    mov rdx, [rsp]
    jmp .Ldone
    .size ksbox_sanitizer_call, . - ksbox_sanitizer_call

    .section .note.GNU-stack, "", @progbits
