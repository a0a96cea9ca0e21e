// The trampolines that signal handlers send an interrupted thread to. They run on its own stack.
    .text

// rdi: TrapFrame*. Never returns here: ksbox_trap_dispatch resumes a context or stops the box.
    .globl ksbox_trap_enter
    .type ksbox_trap_enter, @function
ksbox_trap_enter:
    .cfi_startproc
    .cfi_undefined rip
    xorl %ebp, %ebp
    cld
    andq $-16, %rsp
    call ksbox_trap_dispatch
    ud2
    .cfi_endproc
    .size ksbox_trap_enter, .-ksbox_trap_enter

// Performs a service for the interrupted instruction (gs:0xf10 says which) and goes on at
// gs:0xf08, every register as it was. rsp: the interrupted stack pointer.
    .globl ksbox_trap_service_entry
    .type ksbox_trap_service_entry, @function
ksbox_trap_service_entry:
    .cfi_startproc
    .cfi_undefined rip
    leaq -128(%rsp), %rsp           // host code has a red zone
    pushq %gs:0xf08
    pushfq
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbp
    movq %rsp, %rbp
    movq %gs:0xf10, %rdi
    subq $832, %rsp                 // x87, SSE and AVX state
    andq $-64, %rsp
    xorl %eax, %eax
    movq %rax, 512(%rsp)            // xsave header
    movq %rax, 520(%rsp)
    movq %rax, 528(%rsp)
    movq %rax, 536(%rsp)
    movq %rax, 544(%rsp)
    movq %rax, 552(%rsp)
    movq %rax, 560(%rsp)
    movq %rax, 568(%rsp)
    movl $7, %eax
    xorl %edx, %edx
    xsave (%rsp)
    cld
    call ksbox_trap_service
    movl $7, %eax
    xorl %edx, %edx
    xrstor (%rsp)
    movq %rbp, %rsp
    popq %rbp
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    popfq
    retq $128
    .cfi_endproc
    .size ksbox_trap_service_entry, .-ksbox_trap_service_entry

// rdi: CONTEXT*. Loads every register of it and goes on at its rip.
    .globl ksbox_trap_resume
    .type ksbox_trap_resume, @function
ksbox_trap_resume:
    .cfi_startproc
    .cfi_undefined rip
    fxrstor 0x100(%rdi)
    movq 0x98(%rdi), %rax           // Rsp
    subq $0x98, %rax                // room below it for the return frame, past the red zone
    movq 0xf8(%rdi), %rcx           // Rip
    movq %rcx, 0x10(%rax)
    movl 0x44(%rdi), %ecx           // EFlags
    movq %rcx, 0x8(%rax)
    movq 0xb0(%rdi), %rcx           // Rdi
    movq %rcx, (%rax)
    movq 0x78(%rdi), %rcx           // Rax
    movq %rcx, -8(%rax)
    movq 0x80(%rdi), %rcx
    movq 0x88(%rdi), %rdx
    movq 0x90(%rdi), %rbx
    movq 0xa0(%rdi), %rbp
    movq 0xa8(%rdi), %rsi
    movq 0xb8(%rdi), %r8
    movq 0xc0(%rdi), %r9
    movq 0xc8(%rdi), %r10
    movq 0xd0(%rdi), %r11
    movq 0xd8(%rdi), %r12
    movq 0xe0(%rdi), %r13
    movq 0xe8(%rdi), %r14
    movq 0xf0(%rdi), %r15
    leaq -8(%rax), %rsp
    popq %rax
    popq %rdi
    popfq
    retq $128                       // 0x10 + 8 + 128 = 0x98: rsp is the context's
    .cfi_endproc
    .size ksbox_trap_resume, .-ksbox_trap_resume

// Where the kernel returns to from a signal handler: rt_sigreturn, in the bytes that debuggers know.
    .globl ksbox_signal_return
    .type ksbox_signal_return, @function
    nop
ksbox_signal_return:
    movq $15, %rax
    syscall
    .size ksbox_signal_return, .-ksbox_signal_return

    .section .note.GNU-stack,"",@progbits
