# Frames with a language handler of the driver's own, as Microsoft's /GS drivers have them (a check,
# then on to __C_specific_handler), and calls that no compiler here emits.
    .text

# Disposition checking_handler(record, frame, context, dispatcher)
    .globl checking_handler
    .def checking_handler; .scl 2; .type 32; .endef
    .seh_proc checking_handler
checking_handler:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    incl handler_calls(%rip)
    callq *__imp___C_specific_handler(%rip)
    addq $40, %rsp
    retq
    .seh_endproc

# int checked_fault(int *address): the value read, or -1 from its __except block.
    .globl checked_fault
    .def checked_fault; .scl 2; .type 32; .endef
    .seh_proc checked_fault
checked_fault:
    pushq %rbp
    .seh_pushreg %rbp
    subq $48, %rsp
    .seh_stackalloc 48
    leaq 32(%rsp), %rbp
    .seh_setframe %rbp, 32
    .seh_endprologue
.Ltry_begin:
    movl (%rcx), %eax
    nop
.Ltry_end:
    addq $48, %rsp
    popq %rbp
    retq
.Lexcept:
    movl $-1, %eax
    addq $48, %rsp
    popq %rbp
    retq
    .seh_handler checking_handler, @except, @unwind
    .seh_handlerdata
    .long 1
    .long .Ltry_begin@IMGREL, .Ltry_end@IMGREL, 1, .Lexcept@IMGREL
    .text
    .seh_endproc

# int unwind_locally(int how): jumps out of its own __try by _local_unwind (0), RtlUnwind (1) or
# RtlUnwindEx (2); 100 times rax at the target, plus the runs of its __finally.
    .globl unwind_locally
    .def unwind_locally; .scl 2; .type 32; .endef
    .seh_proc unwind_locally
unwind_locally:
    subq $56, %rsp
    .seh_stackalloc 56
    .seh_endprologue
    movl $0, finally_runs(%rip)
.Lguarded_begin:
    movl %ecx, %eax
    movq %rsp, %rcx
    leaq .Ltarget(%rip), %rdx
    xorl %r8d, %r8d
    movl $7, %r9d
    cmpl $1, %eax
    je .Lunwind
    ja .Lunwind_ex
    callq *__imp__local_unwind(%rip)
    ud2
.Lunwind:
    callq *__imp_RtlUnwind(%rip)
    ud2
.Lunwind_ex:
    movq %r8, 32(%rsp)
    movq %r8, 40(%rsp)
    callq *__imp_RtlUnwindEx(%rip)
    ud2
.Lguarded_end:
.Ltarget:
    imull $100, %eax, %eax
    addl finally_runs(%rip), %eax
    addq $56, %rsp
    retq
    .seh_handler checking_handler, @except, @unwind
    .seh_handlerdata
    .long 1
    .long .Lguarded_begin@IMGREL, .Lguarded_end@IMGREL, count_finally@IMGREL, 0
    .text
    .seh_endproc

    .def count_finally; .scl 3; .type 32; .endef
count_finally:
    incl finally_runs(%rip)
    retq

# Calls back_trace(3 arguments as given) from a frame of its own.
    .globl trace_from_here
    .def trace_from_here; .scl 2; .type 32; .endef
    .seh_proc trace_from_here
trace_from_here:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    callq *__imp_RtlCaptureStackBackTrace(%rip)
    nop
    addq $40, %rsp
    retq
    .seh_endproc

# u64 check_stack(u64 bytes): __chkstk with a frame of that size; 1 if every register survived.
    .globl check_stack
    .def check_stack; .scl 2; .type 32; .endef
    .seh_proc check_stack
check_stack:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    movq %rcx, %rax
    movl $10, %r10d
    movl $11, %r11d
    callq *__imp___chkstk(%rip)
    cmpq %rcx, %rax
    jne .Lwrong
    cmpl $10, %r10d
    jne .Lwrong
    cmpl $11, %r11d
    jne .Lwrong
    movl $1, %eax
    addq $40, %rsp
    retq
.Lwrong:
    xorl %eax, %eax
    addq $40, %rsp
    retq
    .seh_endproc

    .globl DriverEntry
    .def DriverEntry; .scl 2; .type 32; .endef
DriverEntry:
    jmpq *__imp_RtlPcToFileHeader(%rip)

    .data
    .globl handler_calls, finally_runs
handler_calls:
    .long 0
finally_runs:
    .long 0

    .section .drectve, "yn"
    .ascii " /export:checked_fault /export:unwind_locally /export:trace_from_here"
    .ascii " /export:check_stack /export:handler_calls,DATA /export:DriverEntry"
