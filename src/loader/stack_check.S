// The export __chkstk, called at the start of functions with a large frame: touches each of its
// pages in order, so that an overflow meets the guard page and not what lies beyond. rax: bytes.
    .intel_syntax noprefix
    .text
    .globl ksbox_chkstk
    .type ksbox_chkstk, @function
ksbox_chkstk:
    push r10
    push r11
    lea r11, [rsp + 24] // the caller's stack pointer
    mov r10, r11
    sub r10, rax
    jnc .Ltouch
    xor r10d, r10d // larger than any stack: walk until the guard page stops it
.Ltouch:
    and r11, -0x1000
.Lnext_page:
    cmp r11, r10
    jbe .Ltouched
    sub r11, 0x1000
    test [r11], al
    jmp .Lnext_page
.Ltouched:
    pop r11
    pop r10
    ret
    .size ksbox_chkstk, . - ksbox_chkstk

    .section .note.GNU-stack, "", @progbits
