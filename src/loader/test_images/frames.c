// What Microsoft's compiler links into drivers around frames, written out: language handlers that
// check a stack cookie before they go on to __C_specific_handler, jumps by _setjmp and longjmp,
// consolidated unwinds; and functions with unwind records that no compiler here emits.
typedef unsigned long long u64;
typedef unsigned int u32;

struct runtime_function {
    u32 begin, end, unwind;
};
struct exception_record {
    u32 code, flags;
    struct exception_record *next;
    void *address;
    u32 parameter_count;
    u64 parameters[15];
};
struct dispatcher {
    u64 control_pc, image_base;
    struct runtime_function *function;
    u64 frame, target_ip;
    void *context;
    void *handler;
    const u32 *data;
    void *history;
    u32 scope_index;
};

__declspec(dllimport) void RtlUnwindEx(void *, void *, struct exception_record *, u64, void *,
                                       void *);
__declspec(dllimport) int __C_specific_handler(struct exception_record *, void *, void *,
                                               struct dispatcher *);
__declspec(dllimport) void ExRaiseStatus(int code);
__declspec(dllimport) int _setjmpex(void *buffer, void *frame) __attribute__((returns_twice));
__declspec(dllimport) void longjmp(void *buffer, int value);

#define EXPORT __declspec(dllexport) __attribute__((noinline))

u64 __security_cookie = 0x00002b992ddfa232;
static u64 complement;
__declspec(dllexport) volatile int cookies_checked, cookies_damaged;
static volatile int trail;
static void step(int digit) {
    trail = trail * 10 + digit;
}

int DriverEntry(void *driver, void *registry_path) {
    complement = ~__security_cookie;
    return driver == registry_path;
}

// The cookie lies at an offset from the frame, masked with the value of its stack pointer, or of
// its frame register. The low bits say in which phases the frame wants a handler.
static void check_cookie(u64 frame, const struct dispatcher *dispatcher, u32 data) {
    const unsigned char *unwind =
        (const unsigned char *)(dispatcher->image_base + dispatcher->function->unwind);
    const u64 mask = (unwind[3] & 15) ? frame + (unwind[3] >> 4) * 16 : frame;
    const u64 cookie = *(const u64 *)(frame + (data & ~7u)) ^ mask;
    ++cookies_checked;
    if (cookie != __security_cookie || frame != dispatcher->frame)
        ++cookies_damaged;
}
int check_only(struct exception_record *record, void *frame, void *context,
               struct dispatcher *dispatcher) {
    check_cookie((u64)frame, dispatcher, dispatcher->data[0]);
    return 1;
}
int check_and_handle(struct exception_record *record, void *frame, void *context,
                     struct dispatcher *dispatcher) {
    const u32 data = dispatcher->data[1 + dispatcher->data[0] * 4];
    check_cookie((u64)frame, dispatcher, data);
    const int wanted = record->flags & 0x66 ? data & 2 : data & 1;
    return wanted ? __C_specific_handler(record, frame, context, dispatcher) : 1;
}

// int guarded_fault(int *address, int damage): -1 out of its __except. Calls the one that only has
// a cookie, which has a frame register.
__asm__(".text\n"
        ".def guarded_fault; .scl 2; .type 32; .endef\n .globl guarded_fault\n"
        ".seh_proc guarded_fault\n"
        "guarded_fault:\n"
        "subq $56, %rsp\n .seh_stackalloc 56\n .seh_endprologue\n"
        "movq __security_cookie(%rip), %rax\n xorq %rsp, %rax\n movq %rax, 40(%rsp)\n"
        "addl %edx, 40(%rsp)\n"
        ".Ltry_begin:\n callq framed_fault\n nop\n.Ltry_end:\n"
        "addq $56, %rsp\n retq\n"
        ".Lexcept:\n movl $-1, %eax\n addq $56, %rsp\n retq\n"
        ".seh_handler check_and_handle, @except, @unwind\n .seh_handlerdata\n"
        ".long 1\n .long .Ltry_begin@IMGREL, .Ltry_end@IMGREL, 1, .Lexcept@IMGREL\n"
        ".long 40 + 3\n"
        ".text\n .seh_endproc\n"
        ".def framed_fault; .scl 3; .type 32; .endef\n"
        ".seh_proc framed_fault\n"
        "framed_fault:\n"
        "pushq %rbp\n .seh_pushreg %rbp\n"
        "subq $96, %rsp\n .seh_stackalloc 96\n"
        "leaq 48(%rsp), %rbp\n .seh_setframe %rbp, 48\n .seh_endprologue\n"
        "movq __security_cookie(%rip), %rax\n xorq %rbp, %rax\n movq %rax, 32(%rsp)\n"
        "movl (%rcx), %eax\n"
        "addq $96, %rsp\n popq %rbp\n retq\n"
        ".seh_handler check_only, @except, @unwind\n .seh_handlerdata\n .long 32 + 0\n"
        ".text\n .seh_endproc\n");

// The function that RtlUnwindEx calls in the target's name, to learn where to go on.
static volatile int raises;
u64 consolidated(struct exception_record *record) {
    step(1);
    if (raises)
        ExRaiseStatus((int)0xc000009a);
    return record->parameters[1];
}

// int consolidate(void): unwinds to its own frame. 107 when it went on where consolidated() said
// (100 there, rax 7), 200 out of its __except.
__asm__(".text\n"
        ".def consolidate; .scl 2; .type 32; .endef\n .globl consolidate\n"
        ".seh_proc consolidate\n"
        "consolidate:\n"
        "subq $0xc8, %rsp\n .seh_stackalloc 0xc8\n .seh_endprologue\n"
        ".Lconsolidate_begin:\n"
        "movl $0x80000029, 0x30(%rsp)\n movl $0, 0x34(%rsp)\n movq $0, 0x38(%rsp)\n"
        "movq $0, 0x40(%rsp)\n movl $2, 0x48(%rsp)\n"
        "leaq consolidated(%rip), %rax\n movq %rax, 0x50(%rsp)\n"
        "leaq .Lgo_on(%rip), %rax\n movq %rax, 0x58(%rsp)\n"
        "movq %rsp, %rcx\n xorl %edx, %edx\n leaq 0x30(%rsp), %r8\n movl $7, %r9d\n"
        "movq $0, 0x20(%rsp)\n movq $0, 0x28(%rsp)\n"
        "callq *__imp_RtlUnwindEx(%rip)\n ud2\n"
        ".Lconsolidate_end:\n"
        ".Lgo_on:\n addl $100, %eax\n addq $0xc8, %rsp\n retq\n"
        ".Lconsolidate_except:\n movl $200, %eax\n addq $0xc8, %rsp\n retq\n"
        ".seh_handler __C_specific_handler, @except, @unwind\n .seh_handlerdata\n"
        ".long 1\n .long .Lconsolidate_begin@IMGREL, .Lconsolidate_end@IMGREL, 1\n"
        ".long .Lconsolidate_except@IMGREL\n"
        ".text\n .seh_endproc\n");
int consolidate(void);
EXPORT int unwind_consolidated(int raising) {
    trail = 0;
    raises = raising;
    return consolidate() * 10 + trail;
}

static u64 jump_buffer[32] __attribute__((aligned(16)));
static __attribute__((noinline)) void jump_out(int value) {
    __try {
        longjmp(jump_buffer, value);
    } __finally {
        step(2);
    }
}
// With the function's frame its callee's __finally runs on the way; without, it does not.
EXPORT int jump(int with_frame, int value) {
    trail = 0;
    const int result = _setjmpex(jump_buffer, with_frame ? __builtin_frame_address(0) : 0);
    if (result != 0) {
        step(result);
        return trail;
    }
    jump_out(value);
    return -1;
}

// Version 2 records: two epilogues, the one at the end and one that a jump through a register
// without a prefix ends, which only the record makes known; and what looks like an epilogue but is
// none.
__asm__(
    ".text\n .globl described, described_early, described_decoy, described_late, described_end\n"
    "described:\n pushq %rbx\n subq $32, %rsp\n nop\n"
    "addq $32, %rsp\n"
    "described_early:\n popq %rbx\n jmpq *%rax\n"
    "described_decoy:\n popq %rbx\n retq\n"
    "addq $32, %rsp\n"
    "described_late:\n popq %rbx\n retq\n"
    "described_end:\n"
    ".globl described_once, described_once_late, described_once_end\n"
    "described_once:\n pushq %rbx\n subq $32, %rsp\n nop\n addq $32, %rsp\n"
    "described_once_late:\n popq %rbx\n retq\n"
    "described_once_end:\n"
    ".section .xdata, \"dr\"\n .p2align 2\n"
    ".Ldescribed_info:\n .byte 2, 5, 4, 0\n"
    ".byte 2, 0x16, described_end - described_early, 0x06\n .byte 5, 0x32, 1, 0x30\n"
    ".Ldescribed_once_info:\n .byte 2, 5, 4, 0\n"
    ".byte 2, 0x16, 0, 0\n .byte 5, 0x32, 1, 0x30\n"
    ".section .pdata, \"dr\"\n .p2align 2\n"
    ".long described@IMGREL, described_end@IMGREL, .Ldescribed_info@IMGREL\n"
    ".long described_once@IMGREL, described_once_end@IMGREL, .Ldescribed_once_info@IMGREL\n"
    ".text\n");

// Entered by an interrupt with an error code; and a function whose second part, with a save of its
// own, is chained to its first.
__asm__(".text\n .globl interrupted_body, chained_body\n"
        ".def interrupted; .scl 3; .type 32; .endef\n"
        ".seh_proc interrupted\n interrupted:\n .seh_pushframe @code\n"
        "pushq %rbx\n .seh_pushreg %rbx\n subq $32, %rsp\n .seh_stackalloc 32\n .seh_endprologue\n"
        "interrupted_body:\n nop\n ud2\n .seh_endproc\n"
        ".def chained; .scl 3; .type 32; .endef\n"
        ".seh_proc chained\n chained:\n"
        "pushq %rbx\n .seh_pushreg %rbx\n subq $48, %rsp\n .seh_stackalloc 48\n .seh_endprologue\n"
        "nop\n"
        ".seh_startchained\n"
        "movq %rsi, 32(%rsp)\n .seh_savereg %rsi, 32\n movaps %xmm6, 16(%rsp)\n"
        ".seh_savexmm %xmm6, 16\n .seh_endprologue\n"
        "chained_body:\n nop\n ud2\n"
        ".seh_endchained\n .seh_endproc\n"
        ".section .drectve, \"yn\"\n"
        ".ascii \" /export:guarded_fault /export:described,DATA /export:described_early,DATA\"\n"
        ".ascii \" /export:described_decoy,DATA /export:described_late,DATA\"\n"
        ".ascii \" /export:described_once,DATA /export:described_once_late,DATA\"\n"
        ".ascii \" /export:interrupted_body,DATA /export:chained_body,DATA\"\n"
        ".text\n");
