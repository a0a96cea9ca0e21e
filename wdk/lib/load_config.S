// The load configuration directory, by which the loader finds the stack cookie and what control flow
// guard needs. The linker finds it by its name, and defines the __guard symbols: zero unless it is
// called with /guard:cf. Layout: IMAGE_LOAD_CONFIG_DIRECTORY64.
    .section .rdata,"dr"
    .globl _load_config_used
    .p2align 3
_load_config_used:
    .long 0x140                         // Size
    .zero 0x54                          // TimeDateStamp to EditList
    .quad __security_cookie             // SecurityCookie
    .zero 0x10                          // SEHandlerTable, SEHandlerCount
    .quad __guard_check_icall_fptr      // GuardCFCheckFunctionPointer
    .quad __guard_dispatch_icall_fptr   // GuardCFDispatchFunctionPointer
    .quad __guard_fids_table            // GuardCFFunctionTable
    .quad __guard_fids_count            // GuardCFFunctionCount
    .long __guard_flags                 // GuardFlags
    .zero 0x0c                          // CodeIntegrity
    .quad __guard_iat_table             // GuardAddressTakenIatEntryTable
    .quad __guard_iat_count             // GuardAddressTakenIatEntryCount
    .quad __guard_longjmp_table         // GuardLongJumpTargetTable
    .quad __guard_longjmp_count         // GuardLongJumpTargetCount
    .zero 0x48                          // DynamicValueRelocTable to VolatileMetadataPointer
    .quad __guard_eh_cont_table         // GuardEHContinuationTable
    .quad __guard_eh_cont_count         // GuardEHContinuationCount
    .zero 0x28                          // GuardXFG pointers to GuardMemcpyFunctionPointer

// Until the loader puts its checks here, every target is valid.
    .section .00cfg,"dr"
    .globl __guard_check_icall_fptr, __guard_dispatch_icall_fptr
    .p2align 3
__guard_check_icall_fptr:
    .quad guard_check_nothing
__guard_dispatch_icall_fptr:
    .quad guard_dispatch_unchecked

    .text
    .def guard_check_nothing; .scl 3; .type 32; .endef
guard_check_nothing:
    retq
    .def guard_dispatch_unchecked; .scl 3; .type 32; .endef
guard_dispatch_unchecked:
    jmpq *%rax
