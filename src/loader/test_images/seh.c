// Functions with __try in all the shapes that drivers use. Each returns a number that tells which
// blocks ran and in which order; the test knows what Windows gives.
typedef unsigned long long u64;
typedef unsigned int u32;
typedef long status;

struct exception_record {
    u32 code, flags;
    struct exception_record *next;
    void *address;
    u32 parameter_count;
    u64 parameters[15];
};
struct context {
    char before[0x78];
    u64 rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15, rip;
};
struct exception_pointers {
    struct exception_record *record;
    struct context *context;
};

__declspec(dllimport) void ExRaiseStatus(status code);
__declspec(dllimport) void RtlRaiseException(struct exception_record *record);
__declspec(dllimport) void ProbeForRead(const void *address, u64 length, u32 alignment);
__declspec(dllimport) void ProbeForWrite(void *address, u64 length, u32 alignment);
__declspec(dllimport) void *memcpy(void *to, const void *from, u64 bytes);
__declspec(dllimport) void KsboxTestObserve(u64 value);

#define EXPORT __declspec(dllexport) __attribute__((noinline))
#define NOINLINE __attribute__((noinline))

int _fltused;
static volatile int trail; // decimal digits, in the order of execution
static void step(int digit) {
    trail = trail * 10 + digit;
}

NOINLINE int read_at(volatile int *address) {
    return *address;
}
NOINLINE void call_at(void (*function)(void)) {
    function();
    step(0);
}

int DriverEntry(void *driver, void *registry_path) {
    return driver == registry_path;
}

EXPORT u32 catch_fault(int *address) {
    __try {
        return read_at(address) ? 1 : 2;
    } __except (1) {
        return _exception_code();
    }
}

EXPORT int nested_finally(int *address) {
    trail = 0;
    __try {
        __try {
            __try {
                step(1);
                read_at(address);
                step(9);
            } __finally {
                step(2);
            }
        } __finally {
            step(3);
        }
    } __except (step(4), 1) {
        step(5);
    }
    return trail;
}

NOINLINE static void inner_function(int *address) {
    __try {
        read_at(address);
    } __finally {
        step(_abnormal_termination() ? 2 : 8);
    }
}

EXPORT int across_functions(int *address) {
    trail = 0;
    __try {
        __try {
            inner_function(address);
            step(7);
        } __except (step(1), 0) {
            step(9);
        }
    } __except (_exception_code() == 0xc0000005) {
        step(3);
    }
    return trail;
}

EXPORT int finally_without_fault(void) {
    trail = 0;
    __try {
        step(1);
    } __finally {
        step(_abnormal_termination() ? 9 : 2);
    }
    return trail;
}

static int repair(struct exception_pointers *pointers, u64 value) {
    step(1);
    pointers->context->rcx = value; // read_rcx reads through rcx
    return -1;                      // EXCEPTION_CONTINUE_EXECUTION
}
NOINLINE __attribute__((naked)) static int read_rcx(volatile int *address) {
    __asm__("movl (%rcx), %eax\n ret");
}
EXPORT int continue_execution(int *bad, int *good) {
    trail = 0;
    int value = 0;
    __try {
        value = read_rcx(bad);
    } __except (repair(_exception_info(), (u64)good)) {
        step(9);
    }
    return value * 10 + trail;
}

EXPORT u32 raise_status(status code) {
    u32 seen = 0;
    __try {
        ExRaiseStatus(code);
        seen = 1;
    } __except (1) {
        seen = _exception_code();
    }
    return seen;
}

// A call that the compiler knows not to return, right before the block that handles it.
__attribute__((noreturn)) __declspec(dllimport) void RtlRaiseStatus(status code);
EXPORT int raise_without_return(void) {
    trail = 0;
    __try {
        __try {
            RtlRaiseStatus((status)0xc000009a);
        } __finally {
            step(1);
        }
    } __except (_exception_code() == 0xc000009a) {
        step(2);
    }
    return trail;
}

EXPORT int raise_and_continue(void) {
    struct exception_record record = {0xe0000001, 0, 0, 0, 1, {42}};
    int seen = 0;
    __try {
        RtlRaiseException(&record);
        seen += 1;
    } __except (seen = (int)((struct exception_pointers *)_exception_info())->record->parameters[0],
                -1) {
        seen = -1;
    }
    return seen;
}

EXPORT u32 copy_from(void *to, const void *from, u64 bytes) {
    __try {
        memcpy(to, from, bytes);
    } __except (1) {
        return _exception_code();
    }
    return 0;
}

EXPORT u32 probe(void *address, u64 length, u32 alignment, int for_write) {
    __try {
        if (for_write)
            ProbeForWrite(address, length, alignment);
        else
            ProbeForRead(address, length, alignment);
    } __except (1) {
        return _exception_code();
    }
    return 0;
}

EXPORT int call_null(void) {
    trail = 0;
    __try {
        call_at(0);
    } __except (1) {
        step(3);
    }
    return trail;
}

// The filter itself faults: the exception in it is dispatched in turn, first past the __try whose
// filter it is (which is asked again: it now declines), then to the outer one.
static int faulting_filter(int *address) {
    step(1);
    if (trail == 1)
        read_at(address);
    return 0;
}
EXPORT int fault_in_filter(int *address) {
    trail = 0;
    __try {
        __try {
            read_at(address);
        } __except (faulting_filter(address)) {
            step(9);
        }
    } __except (step(2), 1) {
        step(3);
    }
    return trail;
}

// A second exception out of a __finally takes over from the first (a collided unwind).
EXPORT int fault_in_finally(int *address) {
    trail = 0;
    __try {
        __try {
            __try {
                __try {
                    read_at(address);
                } __finally {
                    step(1);
                    read_at(address);
                    step(9);
                }
            } __finally {
                step(2);
            }
        } __except (_exception_code() == 0xdead) {
            step(8);
        }
    } __except (1) {
        step(3);
    }
    return trail;
}

NOINLINE static void raise_in_finally(int *address) {
    __try {
        read_at(address);
    } __finally {
        step(2);
        ExRaiseStatus((status)0xc000009a);
    }
}
EXPORT u32 replace_exception(int *address) {
    trail = 0;
    __try {
        raise_in_finally(address);
    } __except (step(1), 1) {
        step(3);
        return _exception_code() == 0xc000009a ? trail : 0;
    }
    return 9;
}

EXPORT u32 rethrow(int *address) {
    trail = 0;
    __try {
        __try {
            read_at(address);
        } __except (1) {
            step(1);
            ExRaiseStatus(_exception_code() == 0xc0000005 ? (status)0xc0000001 : 0);
        }
    } __except (1) {
        step(2);
        return _exception_code();
    }
    return 0;
}

// Uses every nonvolatile register and clobbers it before the fault.
NOINLINE __attribute__((naked)) static int clobber_and_fault(volatile int *address) {
    __asm__(".seh_proc clobber_and_fault\n"
            "pushq %rbx\n .seh_pushreg %rbx\n"
            "pushq %rsi\n .seh_pushreg %rsi\n"
            "pushq %rdi\n .seh_pushreg %rdi\n"
            "pushq %r12\n .seh_pushreg %r12\n"
            "pushq %r15\n .seh_pushreg %r15\n"
            "subq $64, %rsp\n .seh_stackalloc 64\n"
            "movups %xmm6, 32(%rsp)\n .seh_savexmm %xmm6, 32\n"
            "movups %xmm15, 48(%rsp)\n .seh_savexmm %xmm15, 48\n"
            ".seh_endprologue\n"
            "xorps %xmm6, %xmm6\n xorps %xmm15, %xmm15\n"
            "xorl %ebx, %ebx\n xorl %esi, %esi\n xorl %edi, %edi\n"
            "xorl %r12d, %r12d\n xorl %r15d, %r15d\n"
            "movl (%rcx), %eax\n"
            "movups 32(%rsp), %xmm6\n movups 48(%rsp), %xmm15\n"
            "addq $64, %rsp\n popq %r15\n popq %r12\n popq %rdi\n popq %rsi\n popq %rbx\n"
            "ret\n"
            ".seh_endproc\n");
}
EXPORT double keeps_registers(int *address, double a, double b) {
    double c = a * b;
    KsboxTestObserve(1); // a, b and c live in xmm6 and up across the calls
    __try {
        clobber_and_fault(address);
    } __except (1) {
        KsboxTestObserve(2);
    }
    return a + b * 10 + c * 100;
}

// A frame register and a big frame.
EXPORT int large_frame(int *address, u64 extra) {
    volatile char big[3000];
    volatile char *more = __builtin_alloca(extra);
    trail = 0;
    big[0] = 1;
    more[0] = 2;
    __try {
        read_at(address);
    } __except (1) {
        step(big[0]);
        step(more[0]);
    }
    return trail;
}

// A return out of a __try runs the __finally.
EXPORT int return_through_finally(int early) {
    trail = 0;
    __try {
        if (early)
            return 5;
        step(1);
    } __finally {
        step(2);
        KsboxTestObserve((u64)trail);
    }
    return 6;
}

EXPORT int loop_of_faults(int *address, int count) {
    int caught = 0;
    for (int i = 0; i < count; ++i) {
        __try {
            read_at(address);
        } __except (1) {
            ++caught;
        }
    }
    return caught;
}

NOINLINE static int recurse(int *address, int depth) {
    int value = depth ? recurse(address, depth - 1) : read_at(address);
    KsboxTestObserve((u64)value);
    return value + 1;
}
EXPORT int fault_deep_down(int *address, int depth) {
    __try {
        return recurse(address, depth);
    } __except (1) {
        return -depth;
    }
}

EXPORT int no_handler(int *address) {
    return recurse(address, 2) + 1;
} // + 1: no tail call

// Through a callback of the host in between.
EXPORT int callback(int *address) {
    return read_at(address) + 1;
}
EXPORT int walk_me(int *address, u64 extra) {
    return large_frame(address, extra) + (int)keeps_registers(address, 2, 3) +
           nested_finally(address) + return_through_finally(1) + recurse(address, 3);
}

EXPORT int over_host(void (*host)(int *), int *address) {
    __try {
        host(address);
    } __except (1) {
        return 1;
    }
    return 0;
}
