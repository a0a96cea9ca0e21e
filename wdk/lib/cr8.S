# __readcr8 and __writecr8: intrinsics of Microsoft's compiler that clang only declares.
# KeGetCurrentIrql and KeRaiseIrql are made of them.
    .text
    .globl __readcr8
__readcr8:
    mov %cr8, %rax
    ret

    .globl __writecr8
__writecr8:
    mov %rcx, %cr8
    ret
