// Exports that raise on the driver's behalf. SEH never unwinds through the runtime: the
// body returns first, and only then, with the caller's registers and stack as at the call, the
// thunk goes on to ExRaiseStatus as if the driver had called that itself. See raising.h.
    .intel_syntax noprefix

.macro KSBOX_RAISING name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    push rbp // a frame that stack walks cross
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    mov rbp, rsp
    sub rsp, 0x50 // home space, arguments 5 to 7, RaiseSlot
    .cfi_adjust_cfa_offset 0x50
    mov rax, [rsp + 0x58 + 0x28]
    mov [rsp + 0x20], rax
    mov rax, [rsp + 0x58 + 0x30]
    mov [rsp + 0x28], rax
    mov dword ptr [rsp + 0x40], 0
    mov rax, [rsp + 0x58]
    mov [rsp + 0x48], rax
    lea rax, [rsp + 0x40]
    mov [rsp + 0x30], rax
    call ksbox_body_\name
    mov ecx, [rsp + 0x40]
    add rsp, 0x50
    .cfi_adjust_cfa_offset -0x50
    pop rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbp
    test ecx, ecx
    jnz ksbox_raise_for_caller
    ret
    .cfi_endproc
    .size \name, . - \name
.endm

    .text
    .weak ksbox_ExRaiseStatus
    .type ksbox_raise_for_caller, @function
ksbox_raise_for_caller:
    .cfi_startproc
    mov rax, [rip + ksbox_ExRaiseStatus@GOTPCREL]
    test rax, rax
    jz .Lnobody
    jmp rax
.Lnobody:
    jmp ksbox_cannot_raise
    .cfi_endproc
    .size ksbox_raise_for_caller, . - ksbox_raise_for_caller

    KSBOX_RAISING ExAllocatePool
    KSBOX_RAISING ExAllocatePoolWithTag
    KSBOX_RAISING ExAllocatePoolWithTagPriority
    KSBOX_RAISING ExAllocatePoolWithQuota
    KSBOX_RAISING ExAllocatePoolWithQuotaTag
    KSBOX_RAISING ExAllocatePool2
    KSBOX_RAISING ExAllocatePool3
    KSBOX_RAISING KeReleaseMutex
    KSBOX_RAISING KeReleaseMutant
    KSBOX_RAISING KeReleaseSemaphore
    KSBOX_RAISING MmProbeAndLockPages
    KSBOX_RAISING MmMapLockedPages
    KSBOX_RAISING MmMapLockedPagesSpecifyCache

    .section .note.GNU-stack, "", @progbits
