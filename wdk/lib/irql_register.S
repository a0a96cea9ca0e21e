# __readcr8 and __writecr8: the compiler's own intrin.h declares them, and wdm.h's KeRaiseIrql,
# KeLowerIrql and KeGetCurrentIrql use them, but the compiler generates no code for them.
    .text
    .globl __readcr8
    .def __readcr8
    .scl 2
    .type 32
    .endef
    .p2align 4
__readcr8:
    movq %cr8, %rax
    ret

    .globl __writecr8
    .def __writecr8
    .scl 2
    .type 32
    .endef
    .p2align 4
__writecr8:
    movl %ecx, %ecx
    movq %rcx, %cr8
    ret
