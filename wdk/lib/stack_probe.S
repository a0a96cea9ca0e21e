# __chkstk: touches each page of a large stack frame in order before it is used, so that an
# overflow meets the guard page and not what lies beyond. rax holds the frame's size; every
# register is preserved, and the caller subtracts rax from rsp itself.
    .text
    .globl __chkstk
    .def __chkstk
    .scl 2
    .type 32
    .endef
    .p2align 4
__chkstk:
    .seh_proc __chkstk
    pushq %rcx
    .seh_pushreg %rcx
    pushq %rax
    .seh_pushreg %rax
    .seh_endprologue
    leaq 24(%rsp), %rcx
    cmpq $0x1000, %rax
    jb .Llast
.Lpage:
    subq $0x1000, %rcx
    testb %cl, (%rcx)
    subq $0x1000, %rax
    cmpq $0x1000, %rax
    ja .Lpage
.Llast:
    subq %rax, %rcx
    testb %cl, (%rcx)
    popq %rax
    popq %rcx
    retq
    .seh_endproc
