// memcpy and relatives for drivers, in Microsoft's x64 convention: rcx, rdx, r8 in; rax out.
// See memory.h for the unwinding rule that every line here keeps.
    .intel_syntax noprefix
    .text

.macro function name
    .p2align 4
    .globl \name
    .hidden \name
    .type \name, @function
\name:
.endm

    .globl ksbox_crt_memory_begin
    .hidden ksbox_crt_memory_begin
    .p2align 4
ksbox_crt_memory_begin:

function ksbox_crt_memcpy
function ksbox_crt_memmove
    mov r10, rdi
    mov r11, rsi
    mov rax, rcx
    mov r9, rcx
    sub r9, rdx
    cmp r9, r8                  // destination inside the source: copy from the end
    jb .Lbackward
    mov rdi, rcx
    mov rsi, rdx
    mov rcx, r8
    rep movsb
    mov rdi, r10
    mov rsi, r11
    ret
.Lbackward:
    cmp r8, 16
    jb .Lbackward_bytes
    movups xmm0, [rdx + r8 - 16]
    movups [rcx + r8 - 16], xmm0
    sub r8, 16
    jmp .Lbackward
.Lbackward_bytes:
    sub r8, 1
    jb .Lbackward_done
    mov r9b, [rdx + r8]
    mov [rcx + r8], r9b
    jmp .Lbackward_bytes
.Lbackward_done:
    ret

function ksbox_rtl_zero_memory
    mov r8, rdx
    xor edx, edx
    jmp ksbox_crt_memset
function ksbox_rtl_fill_memory
    mov r9, rdx
    mov edx, r8d
    mov r8, r9
function ksbox_crt_memset
    mov r10, rdi
    mov r11, rsi
    mov r9, rcx
    mov rdi, rcx
    mov eax, edx
    mov rcx, r8
    rep stosb
    mov rax, r9
    mov rdi, r10
    ret

// r9 = index of the first difference, or the length.
.macro find_difference
    mov r10, rdi
    mov r11, rsi
    xor r9d, r9d
1:  lea rax, [r9 + 8]
    cmp rax, r8
    ja 2f
    mov rax, [rcx + r9]
    cmp rax, [rdx + r9]
    jne 2f
    add r9, 8
    jmp 1b
2:  cmp r9, r8
    jae 3f
    mov al, [rcx + r9]
    cmp al, [rdx + r9]
    jne 3f
    inc r9
    jmp 2b
3:
.endm

function ksbox_crt_memcmp
    find_difference
    cmp r9, r8
    jae .Lequal
    mov al, [rcx + r9]
    cmp al, [rdx + r9]
    sbb eax, eax
    or eax, 1
    ret
.Lequal:
    xor eax, eax
    ret

function ksbox_rtl_compare_memory
    find_difference
    mov rax, r9
    ret

function ksbox_crt_strlen
    mov r10, rdi
    mov r11, rsi
    xor eax, eax
1:  cmp byte ptr [rcx + rax], 0
    je 2f
    inc rax
    jmp 1b
2:  ret

function ksbox_crt_wcslen
    mov r10, rdi
    mov r11, rsi
    xor eax, eax
1:  cmp word ptr [rcx + rax * 2], 0
    je 2f
    inc rax
    jmp 1b
2:  ret

    .globl ksbox_crt_memory_end
    .hidden ksbox_crt_memory_end
ksbox_crt_memory_end:

    .section .note.GNU-stack, "", @progbits
