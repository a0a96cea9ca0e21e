// Touches every page of [rcx, rcx + rdx) for ProbeForWrite. A fault here is the caller's: the code
// between the labels is a leaf as the memory functions are, with the caller's rdi in r10 and rsi in
// r11 (unwind.h).
    .intel_syntax noprefix
    .text
    .globl ksbox_probe_leaf_begin, ksbox_probe_leaf_end
ksbox_probe_leaf_begin:
    mov r10, rdi
    mov r11, rsi
    add rdx, rcx
.Lnext_page:
    cmp rcx, rdx
    jae .Lprobed
    lock or byte ptr [rcx], 0 // changes nothing, loses no other thread's write
    or rcx, 0xfff
    inc rcx
    jmp .Lnext_page
.Lprobed:
    ret
ksbox_probe_leaf_end:

    .section .note.GNU-stack, "", @progbits
