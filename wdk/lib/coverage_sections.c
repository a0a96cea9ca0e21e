// What clang's coverage instrumentation leaves to a run-time library to define: the bounds of its
// 8-bit counters by name, and for the execution counts a symbol that says that there is a library
// and the byte that tools expect before the functions' names. ksbox's loader reads the counts.
typedef unsigned long long uint64;

__declspec(allocate(".SCOV$CA")) uint64 __start___sancov_cntrs = 0;
__declspec(allocate(".SCOV$CZ")) unsigned char __stop___sancov_cntrs = 0;
__declspec(allocate(".SCOV$GA")) uint64 __start___sancov_guards = 0;
__declspec(allocate(".SCOV$GZ")) unsigned char __stop___sancov_guards = 0;
__declspec(allocate(".SCOVP$A")) const uint64 __start___sancov_pcs = 0;
__declspec(allocate(".SCOVP$Z")) const unsigned char __stop___sancov_pcs = 0;

const int __llvm_profile_runtime = 0;
__declspec(allocate(".lprfn$A")) const unsigned char KsboxProfileNamesBegin = 0;
