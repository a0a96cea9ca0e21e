// Copies between host and memory that may fault. A fault between the two labels is recovered by the
// signal handler: it continues at ksbox_guarded_copy_fault, and the copy reports failure.
#include "nt/mm/memory.h"

extern "C" bool ksbox_guarded_copy(void *destination, const void *source,
                                   std::size_t bytes) noexcept;

// A leaf without a frame: at a fault the stack pointer is that of the entry, so that the fault
// label can return as the function itself does. Assembly, so that no sanitizer looks in.
asm(R"(
    .text
    .p2align 4
    .globl ksbox_guarded_copy
    .globl ksbox_guarded_copy_begin
    .globl ksbox_guarded_copy_end
    .globl ksbox_guarded_copy_fault
    .type ksbox_guarded_copy, @function
ksbox_guarded_copy:
    .cfi_startproc
ksbox_guarded_copy_begin:
    cmpq $16, %rdx
    jb 2f
    cmpq $128, %rdx
    ja 5f
    # 16 to 128 bytes: sixteen at a time, the last sixteen again where they overlap.
    movups -16(%rsi,%rdx), %xmm1
    leaq -16(%rdi,%rdx), %rax
1:  movups (%rsi), %xmm0
    movups %xmm0, (%rdi)
    addq $16, %rsi
    addq $16, %rdi
    cmpq %rax, %rdi
    jb 1b
    movups %xmm1, (%rax)
    movl $1, %eax
    ret
2:  cmpq $8, %rdx
    jb 3f
    movq (%rsi), %rax
    movq -8(%rsi,%rdx), %rcx
    movq %rax, (%rdi)
    movq %rcx, -8(%rdi,%rdx)
    movl $1, %eax
    ret
3:  cmpq $4, %rdx
    jne 5f
    movl (%rsi), %eax
    movl %eax, (%rdi)
    movl $1, %eax
    ret
5:  movq %rdx, %rcx
    rep movsb
ksbox_guarded_copy_end:
    movl $1, %eax
    ret
ksbox_guarded_copy_fault:
    xorl %eax, %eax
    ret
    .cfi_endproc
    .size ksbox_guarded_copy, .-ksbox_guarded_copy
)");

namespace ksbox::mm {

bool guarded_copy(void *destination, const void *source, std::size_t bytes) noexcept {
    return ksbox_guarded_copy(destination, source, bytes);
}

} // namespace ksbox::mm
