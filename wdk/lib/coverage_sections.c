// The bounds of the coverage counters in the image: clang's instrumentation refers to them by
// these names and leaves it to the run-time library to define them.
typedef unsigned long long uint64;

__declspec(allocate(".SCOV$CA")) uint64 __start___sancov_cntrs = 0;
__declspec(allocate(".SCOV$CZ")) unsigned char __stop___sancov_cntrs = 0;
__declspec(allocate(".SCOV$GA")) uint64 __start___sancov_guards = 0;
__declspec(allocate(".SCOV$GZ")) unsigned char __stop___sancov_guards = 0;
__declspec(allocate(".SCOVP$A")) const uint64 __start___sancov_pcs = 0;
__declspec(allocate(".SCOVP$Z")) const unsigned char __stop___sancov_pcs = 0;
